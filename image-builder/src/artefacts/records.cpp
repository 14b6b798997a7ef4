// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/artefacts/records.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <tuple>

#include "mkl/capdl/build.hpp"
#include "mkl/support/text.hpp"

namespace mkl {

namespace {

mkl_range to_range(PhysRange r) { return {r.base().value, r.size_bytes()}; }

std::vector<mkl_range> to_ranges(const std::vector<PhysRange>& ranges) {
    std::vector<mkl_range> out;
    for (const PhysRange r : ranges) out.push_back(to_range(r));
    return out;
}

uint32_t trigger_number(Trigger trigger) {
    return trigger == Trigger::edge ? MKL_TRIGGER_EDGE : MKL_TRIGGER_LEVEL;
}

template <class T>
mkl_boot_record record_header(uint32_t type, bool critical) {
    return {static_cast<uint16_t>(type),
            static_cast<uint16_t>(critical ? MKL_REC_FLAG_CRITICAL : 0u), sizeof(T)};
}

/// Collects records; the caller adds them in ascending order of type.
class RecordWriter {
public:
    RecordWriter() { out_.resize(sizeof(mkl_boot_header)); }

    /// A struct that begins with its own record header.
    template <class T>
    void add(const T& record) {
        static_assert(sizeof(T) % 8 == 0);
        put(&record, sizeof record);
        count_++;
    }
    /// Header and array; nothing if the array is empty.
    template <class T>
    void add(uint32_t type, bool critical, const std::vector<T>& elements) {
        static_assert(sizeof(T) % 8 == 0);
        if (elements.empty()) return;
        mkl_boot_record h = record_header<mkl_boot_record>(type, critical);
        h.size = static_cast<uint32_t>(sizeof h + elements.size() * sizeof(T));
        put(&h, sizeof h);
        put(elements.data(), elements.size() * sizeof(T));
        count_++;
    }

    Bytes finish(uint32_t arch) {
        mkl_boot_header header{};
        header.magic = MKL_BOOT_MAGIC;
        header.major = MKL_BOOT_MAJOR;
        header.minor = MKL_BOOT_MINOR;
        header.total_size = static_cast<uint32_t>(out_.size());
        header.record_count = count_;
        header.arch = arch;
        std::memcpy(out_.data(), &header, sizeof header);
        header.crc32 =
            mkl_crc32_skipping(out_.data(), out_.size(), offsetof(mkl_boot_header, crc32));
        std::memcpy(out_.data(), &header, sizeof header);
        return std::move(out_);
    }

private:
    void put(const void* data, size_t size) {
        const size_t at = out_.size();
        out_.resize(at + size);
        std::memcpy(out_.data() + at, data, size);
    }

    Bytes out_;
    uint32_t count_ = 0;
};

std::vector<mkl_rec_sgi_send> sends_of(const PlanNode& node) {
    std::vector<mkl_rec_sgi_send> sends;
    for (const SgiSend& s : node.sends)
        if (!s.polled) sends.push_back({s.id, 0, s.target});
    const auto key = [](const mkl_rec_sgi_send& s) { return std::tuple{s.target, s.id}; };
    std::sort(sends.begin(), sends.end(),
              [&](const auto& a, const auto& b) { return key(a) < key(b); });
    sends.erase(std::unique(sends.begin(), sends.end(),
                            [&](const auto& a, const auto& b) { return key(a) == key(b); }),
                sends.end());
    return sends;
}

std::vector<mkl_rec_sgi_receive> receives_of(const PlanNode& node) {
    std::vector<mkl_rec_sgi_receive> receives;
    for (const SgiReceive& r : node.receives)
        if (!r.polled) receives.push_back({r.id.value_or(0), 0});
    std::sort(receives.begin(), receives.end(),
              [](const auto& a, const auto& b) { return a.id < b.id; });
    receives.erase(std::unique(receives.begin(), receives.end(),
                               [](const auto& a, const auto& b) { return a.id == b.id; }),
                   receives.end());
    return receives;
}

std::vector<mkl_rec_shared> shared_of(const Plan& plan, size_t node, const System& system) {
    std::vector<mkl_rec_shared> shared;
    const auto add = [&](PhysRange range, bool write, bool uncached, uint32_t kind, size_t peer) {
        shared.push_back({range.base().value, range.size_bytes(),
                          write ? MKL_RIGHT_READ | MKL_RIGHT_WRITE : MKL_RIGHT_READ,
                          uncached ? MKL_MEMORY_UNCACHED : MKL_MEMORY_CACHED, kind,
                          static_cast<uint32_t>(peer)});
    };
    for (size_t p = 0; p < plan.pools.size(); p++)
        if (const std::optional<Rights> rights = plan.pools[p].rights_of(node))
            add(plan.pools[p].range, rights == Rights::read_write,
                capdl::pool_is_uncached(plan, p, system), MKL_SHARED_POOL, p);
    for (const PlanFile& f : plan.nodes[node].files)
        add(f.range, true, false, MKL_SHARED_FILE, f.file);
    // Like pools: what one kernel maps non-shareable, none may cache.
    const bool uncached = std::any_of(system.nodes.begin(), system.nodes.end(),
                                      [](const NodeRequest& n) { return n.kernel.is_sel4(); });
    for (size_t i = 0; i < plan.nodes.size(); i++) {
        const PlanNode& n = plan.nodes[i];
        add(n.status, i == node, uncached, MKL_SHARED_STATUS, i);
        if (n.log && (i == node || plan.nodes[node].prints_logs))
            add(*n.log, i == node, uncached, MKL_SHARED_LOG, i);
    }
    std::sort(shared.begin(), shared.end(),
              [](const auto& a, const auto& b) { return a.base < b.base; });
    return shared;
}

/// What spec and image are held against: from the plan, as nothing else here.
std::vector<mkl_rec_authority> authority_of(const PlanNode& node) {
    std::vector<mkl_rec_authority> all;
    for (const PlanAuthority& a : node.authority) {
        const auto type = static_cast<uint32_t>(capdl::type_of(a.kind));
        if (a.pages.empty()) all.push_back({type, 0, 0, 0});
        for (const PhysRange p : a.pages) all.push_back({type, 0, p.base().value, p.size_bytes()});
    }
    return all;
}

/// Of mkl's own kernel: how many scheduling domains it offers.
std::string command_line(const PlanNode& node) {
    uint32_t last = 0;
    for (const PlanDomain& d : node.domains) last = std::max(last, d.domain);
    return last == 0 ? std::string{} : cat("domains=", last + 1);
}

}  // namespace

mkl_rec_console console_record(const Hardware& hardware, const std::string& device_path) {
    mkl_rec_console console{};
    console.h = record_header<mkl_rec_console>(MKL_REC_CONSOLE, false);
    const Device* device = hardware.device(device_path);
    if (device == nullptr) return console;
    if (const auto uart = uart_of(hardware, *device)) {
        console.type = uart->driver;
        console.reg_shift = uart->reg_shift;
        console.io_width = uart->io_width;
        console.base = uart->registers.base().value;
    }
    return console;
}

mkl_rec_intc controller_record(const Hardware& hardware, uint32_t cpu_number) {
    const InterruptController& c = hardware.controller;
    mkl_rec_intc intc{};
    intc.h = record_header<mkl_rec_intc>(MKL_REC_INTERRUPT_CONTROLLER, true);
    switch (c.type) {
    case InterruptControllerType::gicv2:
        intc.type = MKL_INTC_GICV2;
        break;
    case InterruptControllerType::gicv3:
        intc.type = MKL_INTC_GICV3;
        break;
    case InterruptControllerType::plic:
        intc.type = MKL_INTC_PLIC;
        break;
    case InterruptControllerType::none:
        intc.type = MKL_INTC_NONE;
        break;
    }
    intc.initialiser = MKL_INTC_INIT_LOADER;
    intc.dist_base = c.distributor.base().value;
    intc.dist_size = c.distributor.size_bytes();
    intc.cpu_number = cpu_number;
    intc.region_count =
        static_cast<uint32_t>(std::min<size_t>(c.regions.size(), MKL_INTC_MAX_REGIONS));
    for (uint32_t i = 0; i < intc.region_count; i++) intc.regions[i] = to_range(c.regions[i]);
    intc.redist_stride = c.type == InterruptControllerType::gicv3 ? c.redistributor_stride : 0;
    return intc;
}

Bytes write_boot_record(const Plan& plan, size_t node, const System& system,
                        const Hardware& hardware, const NodeLayout& layout) {
    const PlanNode& n = plan.nodes[node];
    RecordWriter out;

    mkl_rec_node identity{};
    identity.h = record_header<mkl_rec_node>(MKL_REC_NODE, true);
    identity.id = static_cast<uint32_t>(node);
    identity.hwid = n.hwid.value;
    std::memcpy(identity.name, n.name.data(), std::min(n.name.size(), sizeof identity.name - 1));
    out.add(identity);
    out.add(mkl_rec_kernel{record_header<mkl_rec_kernel>(MKL_REC_KERNEL, true),
                           layout.kernel.base().value, layout.kernel.end().value,
                           layout.kernel_virt});
    out.add(MKL_REC_RAM, true, to_ranges(n.memory));
    out.add(mkl_rec_root_task{record_header<mkl_rec_root_task>(MKL_REC_ROOT_TASK, true),
                              layout.root.base().value, layout.root.end().value, layout.root_virt,
                              layout.root_entry});
    out.add(MKL_REC_DEVICES, false, to_ranges(n.device_pages));
    std::vector<PhysRange> files;
    for (const PlanFile& f : n.files) files.push_back(f.range);
    out.add(MKL_REC_RESERVED, false, to_ranges(files));
    std::vector<mkl_rec_interrupt> interrupts;
    for (const Irq& i : n.interrupts) interrupts.push_back({i.id, trigger_number(i.trigger)});
    out.add(MKL_REC_INTERRUPTS, false, interrupts);
    out.add(MKL_REC_SGI_SEND, false, sends_of(n));
    out.add(MKL_REC_SGI_RECEIVE, false, receives_of(n));
    out.add(MKL_REC_SHARED, false, shared_of(plan, node, system));
    out.add(MKL_REC_DTB, false, std::vector{to_range(layout.dtb)});
    if (n.console) out.add(console_record(hardware, *n.console));
    mkl_rec_intc controller = controller_record(hardware, n.cpu_number);
    if (n.decoy) controller.initialiser = MKL_INTC_INIT_DECOY;
    out.add(controller);
    if (n.log) out.add(MKL_REC_LOG, false, std::vector{to_range(*n.log)});
    out.add(MKL_REC_STATUS, false, std::vector{to_range(n.status)});
    if (const std::string line = command_line(n);
        !line.empty() && !system.nodes[node].kernel.is_sel4()) {
        std::vector<uint64_t> words(line.size() / sizeof(uint64_t) + 1);
        std::memcpy(words.data(), line.data(), line.size());
        out.add(MKL_REC_COMMAND_LINE, false, words);
    }
    out.add(mkl_rec_timer{record_header<mkl_rec_timer>(MKL_REC_TIMER, true), hardware.timer.id,
                          trigger_number(hardware.timer.trigger), hardware.timer_frequency});
    out.add(MKL_REC_AUTHORITY, false, authority_of(n));
    return out.finish(info(plan.architecture).abi_number);
}

}  // namespace mkl
