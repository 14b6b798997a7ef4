// SPDX-License-Identifier: BSD-2-Clause
// capDL text, language version 0.5.0.
#include <algorithm>
#include <map>

#include "mkl/capdl/write.hpp"
#include "mkl/support/text.hpp"

namespace mkl::capdl {

namespace {

std::string_view table_type(const Spec& spec, uint32_t level) {
    if (spec.architecture == Architecture::riscv64) return "pt";
    constexpr std::string_view by_level[] = {"pgd", "pud", "pd", "pt"};
    return by_level[std::min(level + (abi_is_hypervisor(spec.abi) ? 1u : 0u), 3u)];
}

std::string frame_text(const Object& o) {
    std::string s = cat("frame (", o.size_bits == 12 ? "4k" : "2M");
    if (o.paddr) s += cat(", paddr: ", hex(*o.paddr));
    if (!o.fills.empty()) {
        s += ", fill: [";
        for (const Fill& f : o.fills)
            s += cat("{", f.dest_offset, " ", f.length, " CDL_FrameFill_FileData \"", f.file, "\" ",
                     f.data_offset, "}");
        s += "]";
    }
    return s + ")";
}

std::string tcb_text(const Tcb& t, bool mcs) {
    std::string s = cat("tcb (addr: ", hex(t.ipc_buffer), ", ip: ", hex(t.ip), ", sp: ", hex(t.sp),
                        ", prio: ", t.priority, ", max_prio: ", t.max_priority,
                        ", affinity: 0, dom: ", t.domain);
    // On MCS the fault endpoint is a capability in the thread's own slots.
    if (t.fault_ep != 0 && !mcs) s += cat(", fault_ep: ", hex(t.fault_ep));
    return s + cat(", init: [", hex(t.args[0]), "])");
}

std::string object_text(const Spec& spec, const Object& o) {
    switch (o.type) {
    case Type::endpoint:
        return "ep";
    case Type::notification:
        return "notification";
    case Type::cnode:
        return cat("cnode (", o.size_bits, " bits)");
    case Type::tcb:
        return tcb_text(*o.tcb, abi_has_scheduling_contexts(spec.abi));
    case Type::frame:
        return frame_text(o);
    case Type::vspace:
        return std::string{table_type(spec, 0)};
    case Type::page_table:
        return std::string{table_type(spec, o.level)};
    case Type::irq:
        if (spec.architecture == Architecture::riscv64) return "irq";
        return cat("arm_irq (trigger: ", o.edge ? "edge" : "level", ", target: 0)");
    case Type::sched_context:
        return cat("sc (", o.size_bits, " bits, period: ", o.period, ", budget: ", o.budget,
                   ", data: 0)");
    case Type::reply:
        return "rtreply";
    case Type::untyped:
        return o.paddr ? cat("ut (", o.size_bits, " bits, paddr: ", hex(*o.paddr), ")")
                       : cat("ut (", o.size_bits, " bits)");
    case Type::smc:
        return "smc";
    case Type::irq_control:
    case Type::asid_control:
    case Type::domain:
    case Type::sched_control:
        break;  // words of the language, no objects
    case Type::sgi_signal:
        return cat("arm_sgi_signal (irq: ", o.irq, ", target: ", o.target, ")");
    }
    return "";
}

std::string_view tcb_slot_name(uint32_t slot) {
    switch (slot) {
    case MKL_TCB_SLOT_CSPACE:
        return "cspace";
    case MKL_TCB_SLOT_VSPACE:
        return "vspace";
    case MKL_TCB_SLOT_IPC_BUFFER:
        return "ipc_buffer_slot";
    case MKL_TCB_SLOT_SC:
        return "sc_slot";
    case MKL_TCB_SLOT_FAULT_EP:
        return "fault_ep_slot";
    case MKL_TCB_SLOT_BOUND_NOTIFICATION:
        return "bound_notification";
    default:
        return "";
    }
}

std::string rights_text(uint16_t rights) {
    std::string s;
    if ((rights & right_read) != 0) s += 'R';
    if ((rights & right_write) != 0) s += 'W';
    if ((rights & right_execute) != 0) s += 'X';
    return s;
}

std::string cap_text(const Spec& spec, const Cap& c) {
    const Object& target = spec.objects[c.object];
    std::string s = target.name;
    switch (target.type) {
    case Type::frame:
        return s + cat(" (", rights_text(c.rights), c.uncached ? ", uncached)" : ")");
    case Type::notification:
    case Type::endpoint:
        s += cat(" (", rights_text(c.rights));
        if (c.badge != 0) s += cat(", badge: ", c.badge);
        return s + ")";
    case Type::sched_control:
        return s + " (core: 0)";
    case Type::cnode:
        return s + cat(" (guard: ", c.badge, ", guard_size: ", c.guard_size, ")");
    default:
        return s;
    }
}

}  // namespace

std::string to_cdl(const Spec& spec) {
    const bool riscv = spec.architecture == Architecture::riscv64;
    std::string s = cat("-- CapDL of node ", spec.node, ", language of capdl 0.5.0; made by mkl\n");
    if (riscv && std::any_of(spec.objects.begin(), spec.objects.end(),
                             [](const Object& o) { return o.type == Type::sgi_signal; }))
        s += "-- and an extension: capdl 0.5.0 has arm_sgi_signal on ARM only, and refuses it "
             "here\n";
    s += cat("arch ", riscv ? "riscv" : "aarch64", "\n\nobjects {\n");
    for (const Object& o : spec.objects)
        if (!is_control(o.type) || o.type == Type::smc)
            s += cat(o.name, " = ", object_text(spec, o), "\n");
    s += "}\n\ncaps {\n";
    for (const Object& o : spec.objects) {
        if (o.slots.empty()) continue;
        s += cat(o.name, " {\n");
        for (const Cap& c : o.slots) {
            if (o.type == Type::tcb)
                s += cat(tcb_slot_name(c.slot), ": ", cap_text(spec, c), "\n");
            else
                s += cat(hex(c.slot), ": ", cap_text(spec, c), "\n");
        }
        s += "}\n";
    }
    s += "}\n\nirq maps {\n";
    std::map<uint32_t, std::string> irqs;
    for (const Object& o : spec.objects)
        if (o.type == Type::irq) irqs[o.irq] = o.name;
    for (const auto& [number, name] : irqs) s += cat(number, ": ", name, "\n");
    s += "}\n";
    if (spec.domains.empty()) return s;
    // As the root task enters it: from index 1 on, and it starts there.
    s += "\ndomains {\nschedule: [";
    for (const DomainTurn& d : spec.domains) s += cat("(", d.domain, ", ", d.ticks, "), ");
    return s + "(0, 0)]\ndomain_set_start: 1\nindex_shift: 1\n}\n";
}

}  // namespace mkl::capdl
