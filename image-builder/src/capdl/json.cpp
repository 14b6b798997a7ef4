// SPDX-License-Identifier: BSD-2-Clause
// JSON as rust-sel4 v5.0.0's spec types read it (serde: an enum's variant is the member's name).
#include "mkl/support/json.hpp"

#include <algorithm>
#include <map>

#include "mkl/capdl/write.hpp"
#include "mkl/support/text.hpp"

namespace mkl::capdl {

namespace {

Json variant(std::string_view name, Json value) {
    return Json::object().set(name, std::move(value));
}

Json rights(uint16_t word) {
    return Json::object()
        .set("read", (word & right_read) != 0)
        .set("write", (word & right_write) != 0)
        .set("grant", (word & right_grant) != 0)
        .set("grant_reply", false);
}

class Writer {
public:
    explicit Writer(const Spec& spec) : spec_{spec} {}

    std::string text() {
        Json objects = Json::array(), irqs = Json::array();
        for (const Object& o : spec_.objects)
            objects.add(Json::object().set("name", o.name).set("object", object(o)));
        std::map<uint32_t, ObjectId> by_number;
        for (ObjectId i = 0; i < spec_.objects.size(); i++)
            if (spec_.objects[i].type == Type::irq) by_number[spec_.objects[i].irq] = i;
        for (const auto& [number, id] : by_number)
            irqs.add(Json::object().set("irq", number).set("handler", id));
        return Json::object()
                   .set("objects", std::move(objects))
                   .set("irqs", std::move(irqs))
                   .set("domain_schedule", schedule())
                   .set("domain_set_start", spec_.domains.empty() ? Json{} : Json{1})
                   .set("domain_idx_shift", spec_.domains.empty() ? Json{} : Json{1})
                   .set("asid_slots", Json::array())
                   .set("root_objects",
                        Json::object().set("start", 0).set("end", spec_.objects.size()))
                   .set("untyped_covers", Json::array())
                   .text() +
               "\n";
    }

    /// v5.0.0 has no word for these.
    static std::string_view extension(Type type) {
        switch (type) {
        case Type::sgi_signal:
            return "SGISignal";
        case Type::irq_control:
            return "IRQControl";
        case Type::asid_control:
            return "ASIDControl";
        case Type::sched_control:
            return "SchedControl";
        default:
            return {};
        }
    }

private:
    Json schedule() const {
        if (spec_.domains.empty()) return {};
        Json turns = Json::array();
        for (const DomainTurn& d : spec_.domains)
            turns.add(
                Json::object().set("domain", d.domain).set("duration", variant("Ticks", d.ticks)));
        return std::move(turns.add(Json::object().set("domain", 0).set("duration", "EndMarker")));
    }

    Json slots(const Object& o) const {
        Json all = Json::array();
        for (const Cap& c : o.slots) all.add(Json::object().set("slot", c.slot).set("cap", cap(c)));
        return all;
    }

    Json cap(const Cap& c) const {
        const Object& target = spec_.objects[c.object];
        Json value = Json::object().set("object", c.object);
        switch (target.type) {
        case Type::endpoint:
        case Type::notification:
            value.set("badge", c.badge).set("rights", rights(c.rights));
            return variant(target.type == Type::endpoint ? "Endpoint" : "Notification",
                           std::move(value));
        case Type::cnode:
            return variant("CNode",
                           std::move(value.set("guard", c.badge).set("guard_size", c.guard_size)));
        case Type::frame:
            return variant("Frame",
                           std::move(value.set("rights", rights(c.rights & ~right_execute))
                                         .set("cached", !c.uncached)
                                         .set("executable", (c.rights & right_execute) != 0)));
        case Type::vspace:
        case Type::page_table:
            return variant("PageTable", std::move(value));
        case Type::tcb:
            return variant("Tcb", std::move(value));
        case Type::irq:
            return variant(riscv() ? "RiscvIrqHandler" : "ArmIrqHandler", std::move(value));
        case Type::sgi_signal:
            return variant("SGISignal", std::move(value));
        case Type::sched_context:
            return variant("SchedContext", std::move(value));
        case Type::reply:
            return variant("Reply", std::move(value));
        case Type::untyped:
            return variant("Untyped", std::move(value));
        case Type::smc:
            return variant("ArmSmc", std::move(value));
        case Type::domain:
            return variant("DomainSet", std::move(value));
        case Type::irq_control:
        case Type::asid_control:
        case Type::sched_control:
            return variant(extension(target.type), std::move(value));
        }
        return {};
    }

    Json object(const Object& o) const {
        switch (o.type) {
        case Type::endpoint:
            return "Endpoint";
        case Type::notification:
            return "Notification";
        case Type::reply:
            return "Reply";
        case Type::untyped:
            return variant("Untyped", Json::object()
                                          .set("size_bits", o.size_bits)
                                          .set("paddr", o.paddr ? Json{*o.paddr} : Json{}));
        case Type::smc:
            return "ArmSmc";
        case Type::domain:
            return "DomainSet";
        case Type::irq_control:
        case Type::asid_control:
        case Type::sched_control:
            return extension(o.type);
        case Type::cnode:
            return variant("CNode",
                           Json::object().set("size_bits", o.size_bits).set("slots", slots(o)));
        case Type::tcb:
            return variant("Tcb",
                           Json::object().set("slots", slots(o)).set("extra", extra(*o.tcb)));
        case Type::frame:
            return frame(o);
        case Type::vspace:
        case Type::page_table:
            return variant("PageTable", Json::object()
                                            .set("is_root", o.type == Type::vspace)
                                            .set("level", o.type == Type::vspace ? 0u : o.level)
                                            .set("slots", slots(o)));
        case Type::irq:
            return irq(o);
        case Type::sgi_signal:
            return variant("SGISignal", Json::object().set("irq", o.irq).set("target", o.target));
        case Type::sched_context:
            return variant("SchedContext", Json::object()
                                               .set("size_bits", o.size_bits)
                                               .set("extra", Json::object()
                                                                 .set("period", o.period)
                                                                 .set("budget", o.budget)
                                                                 .set("badge", 0)));
        }
        return {};
    }

    Json irq(const Object& o) const {
        Json extra = Json::object().set("trigger", o.edge ? 1 : 0);
        if (!riscv()) extra.set("target", 0);
        return variant(riscv() ? "RiscvIrq" : "ArmIrq",
                       Json::object().set("slots", slots(o)).set("extra", std::move(extra)));
    }

    Json extra(const Tcb& t) const {
        Json gprs = Json::array();
        for (const uint64_t word : t.args) gprs.add(word);
        // On MCS the fault endpoint is a capability in the thread's own slots.
        const bool handler = t.fault_ep != 0 && !abi_has_scheduling_contexts(spec_.abi);
        return Json::object()
            .set("ipc_buffer_addr", t.ipc_buffer)
            .set("affinity", 0)
            .set("prio", t.priority)
            .set("max_prio", t.max_priority)
            .set("fpu_disabled", false)
            .set("resume", true)
            .set("domain", t.domain)
            .set("ip", t.ip)
            .set("sp", t.sp)
            .set("gprs", std::move(gprs))
            .set("master_fault_ep", handler ? Json{t.fault_ep} : Json{});
    }

    Json frame(const Object& o) const {
        Json entries = Json::array();
        for (const Fill& f : o.fills)
            entries.add(
                Json::object()
                    .set("range", Json::object()
                                      .set("start", f.dest_offset)
                                      .set("end", f.dest_offset + f.length))
                    .set("content", variant("Data", Json::object()
                                                        .set("file", f.file)
                                                        .set("file_offset", f.data_offset))));
        return variant("Frame",
                       Json::object()
                           .set("size_bits", o.size_bits)
                           .set("paddr", o.paddr ? Json{*o.paddr} : Json{})
                           .set("init", Json::object().set("entries", std::move(entries))));
    }

    bool riscv() const { return spec_.architecture == Architecture::riscv64; }

    const Spec& spec_;
};

}  // namespace

bool needs_extension(const Spec& spec) {
    return std::any_of(spec.objects.begin(), spec.objects.end(),
                       [](const Object& o) { return !Writer::extension(o.type).empty(); });
}

std::string to_json(const Spec& spec) { return Writer{spec}.text(); }

}  // namespace mkl::capdl
