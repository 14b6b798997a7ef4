// SPDX-License-Identifier: BSD-2-Clause
// The arithmetic of two kernels' boots: mkl's own, by docs/boot-interface.md, and seL4 16.0.0.
#include "room.hpp"

#include <algorithm>

#include "mkl/formats/boot_record.hpp"
#include "mkl/support/round.hpp"
#include "mkl/support/text.hpp"

namespace mkl {

namespace {

constexpr uint64_t page = MKL_PAGE_SIZE;
constexpr size_t untyped_limit = 230;  // boot info's
constexpr uint64_t fixed_slots = 16;   // seL4_NumInitialCaps
constexpr uint64_t slot_bytes = 32, record_header = 16;
constexpr uint32_t min_cnode_bits = 12;  // of mkl's own kernel
constexpr uint8_t table_bits = 12, tcb_bits = 11;
// A stock kernel's root objects are known to a few pages, so a few untypeds more or less.
constexpr uint64_t spare_slots = 8;

uint64_t pages_up(uint64_t bytes) { return (bytes + page - 1) / page; }

PhysRange whole_pages(const mkl_range& r) {
    return PhysRange::between(PhysAddr{r.base / page * page},
                              PhysAddr{pages_up(r.base + r.size) * page});
}

/// Tables below the root for [first, end): one for each piece of every reach.
uint64_t tables_for(uint64_t first, uint64_t end, Architecture architecture) {
    uint64_t tables = 0;
    for (unsigned shift : {21u, 30u, 39u}) {
        if (shift == 39 && architecture == Architecture::riscv64) break;  // the root is there
        tables += ((end - 1) >> shift) - (first >> shift) + 1;
    }
    return tables;
}

/// Free RAM, from whose highest pieces the kernel takes the root task's objects.
class FreeRam {
public:
    explicit FreeRam(std::vector<PhysRange> free) : free_{std::move(free)} {}

    void take(uint64_t size, uint64_t alignment) {
        for (size_t i = free_.size(); i-- > 0;) {
            const uint64_t base = free_[i].base().value, end = free_[i].end().value;
            if (end - base < size) continue;
            const uint64_t at = (end - size) / alignment * alignment;
            if (at < base) continue;
            free_[i] = PhysRange::between(PhysAddr{base}, PhysAddr{at});
            if (at + size < end)
                free_.insert(free_.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                             PhysRange::between(PhysAddr{at + size}, PhysAddr{end}));
            return;
        }
    }
    const std::vector<PhysRange>& pieces() const { return free_; }

private:
    std::vector<PhysRange> free_;
};

/// Ranges that are no RAM of the node, ascending, no page twice; one untyped list entry each.
std::vector<PhysRange> device_ranges(const BootRecord& r) {
    std::vector<PhysRange> all, out;
    for (const mkl_range& d : r.devices) all.push_back(whole_pages(d));
    for (const mkl_rec_shared& s : r.shared) all.push_back(whole_pages({s.base, s.size}));
    if (r.log) all.push_back(whole_pages(*r.log));
    if (r.status) all.push_back(whole_pages(*r.status));
    // The one that begins first, then what of the others lies behind it; as listed where two do.
    uint64_t done = 0;
    for (;;) {
        std::optional<PhysRange> best;
        for (const PhysRange d : all) {
            const uint64_t from = std::max(d.base().value, done);
            if (from < d.end().value && (!best || from < best->base().value))
                best = PhysRange::between(PhysAddr{from}, d.end());
        }
        if (!best) return out;
        out.push_back(*best);
        done = best->end().value;
    }
}

capdl::NodeRoom own_kernel(const BootRecord& r, const NodeLayout& layout, uint64_t record_size,
                           Architecture architecture) {
    capdl::NodeRoom room;
    uint64_t extra = record_header + record_size;
    if (r.dtb) extra += record_header + r.dtb->size;
    const uint64_t image_pages = layout.root.size_bytes() / page;
    const uint64_t virt_end =
        layout.root_virt + layout.root.size_bytes() + 2 * page + pages_up(extra) * page;
    const uint64_t tables = tables_for(layout.root_virt, virt_end, architecture);
    const uint64_t used = fixed_slots + tables + pages_up(extra) + image_pages;
    uint32_t cnode_bits = min_cnode_bits;
    while (uint64_t{1} << cnode_bits < 2 * (used + untyped_limit)) cnode_bits++;

    std::vector<PhysRange> ram,
        taken{whole_pages({r.kernel.base, r.kernel.end - r.kernel.base}), layout.root};
    for (const mkl_range& m : r.ram) ram.push_back(whole_pages(m));
    for (const mkl_range& m : r.reserved) taken.push_back(whole_pages(m));
    if (!layout.boot_record.empty())
        taken.push_back(
            whole_pages({layout.boot_record.base().value, layout.boot_record.size_bytes()}));
    if (r.dtb) taken.push_back(whole_pages(*r.dtb));
    FreeRam free{subtract(ram, normalise(std::move(taken)))};
    const auto take = [&](uint8_t bits) { free.take(uint64_t{1} << bits, uint64_t{1} << bits); };
    take(static_cast<uint8_t>(cnode_bits + 5));
    for (int i = 0; i < 4; i++) take(table_bits);  // VSpace, ASID pool, IPC buffer, boot info
    free.take(pages_up(extra) * page, page);
    free.take(tables * page, page);
    take(tcb_bits);

    const uint8_t max_bits = capdl::max_untyped_bits(architecture);
    for (const PhysRange d : device_ranges(r)) room.untypeds.add(d, true, max_bits, untyped_limit);
    if (r.dtb) room.untypeds.add(whole_pages(*r.dtb), false, max_bits, untyped_limit);
    for (const PhysRange f : free.pieces()) room.untypeds.add(f, false, max_bits, untyped_limit);
    room.cnode_slots = uint64_t{1} << cnode_bits;
    room.slots = room.cnode_slots - used - room.untypeds.pieces().size();
    room.more_slots =
        "use fewer 4 KiB frames: stacks, heaps and buffers of 2 MiB and more get large "
        "ones";
    return room;
}

/// As seL4 16.0.0 boots: one block of root task objects from the top of RAM, aligned to its CNode.
capdl::NodeRoom stock_kernel(const sel4::Kernel& kernel, const NodeLayout& layout,
                             const BootRecord& r, Architecture architecture) {
    capdl::NodeRoom room;
    const uint64_t cnode = slot_bytes << kernel.config.root_cnode_bits;
    const uint64_t image_pages = layout.root.size_bytes() / page;
    const uint64_t tables = image_pages / 512 + 4, extra_pages = pages_up(layout.dtb.size_bytes());
    const uint64_t objects = sel4::root_objects_size(kernel, layout.root);

    std::vector<PhysRange> ram, reserved;
    for (const mkl_range& m : r.ram) ram.push_back(whole_pages(m));
    for (const mkl_range& m : r.reserved) reserved.push_back(whole_pages(m));
    ram = subtract(ram, reserved);
    std::vector<PhysRange> kept = kernel.compiled.devices;
    kept.insert(kept.end(), ram.begin(), ram.end());
    kept.insert(kept.end(), layout.kept_from.begin(), layout.kept_from.end());
    const std::vector<PhysRange> holes =
        subtract(std::vector{PhysRange::between(PhysAddr{0}, PhysAddr{kernel.config.device_top})},
                 normalise(std::move(kept)));
    FreeRam free{
        subtract(ram, std::vector{PhysRange::between(ram.front().base(), layout.root.end())})};
    free.take(round_up(objects + extra_pages * page, page), cnode);

    const uint8_t max_bits = capdl::max_untyped_bits(architecture);
    const size_t limit =
        kernel.config.untyped_limit == 0 ? untyped_limit : kernel.config.untyped_limit;
    for (const PhysRange d : holes) room.untypeds.add(d, true, max_bits, limit);
    for (const PhysRange f : free.pieces()) room.untypeds.add(f, false, max_bits, limit);
    room.cnode_slots = uint64_t{1} << kernel.config.root_cnode_bits;
    const uint64_t used = fixed_slots + tables + extra_pages + image_pages +
                          room.untypeds.pieces().size() + spare_slots;
    room.slots = room.cnode_slots - std::min(room.cnode_slots, used);
    room.more_slots =
        cat("build the kernel with KernelRootCNodeSizeBits=", kernel.config.root_cnode_bits + 1,
            " or more, or use fewer 4 KiB frames");
    return room;
}

/// What the root task maps for itself: status page, console, logs, peers, doorbells.
std::vector<PhysRange> own_pages(const BootRecord& r, const capdl::Spec& spec) {
    std::vector<PhysRange> own;
    const auto add = [&](uint64_t base, uint64_t size) {
        own.push_back(whole_pages({base, size}));
    };
    if (r.status) add(r.status->base, page);
    if (r.console && r.console->type != MKL_CONSOLE_NONE) add(r.console->base, 1);
    if (r.log) add(r.log->base, r.log->size);
    if (r.controller.initialiser == MKL_INTC_INIT_DECOY) add(r.controller.dist_base, page);
    for (const capdl::Peer& p : spec.peers) add(p.status, page);
    for (const capdl::Doorbell& d : spec.doorbells) add(d.page, page);
    for (const capdl::Log& l : spec.logs) add(l.base, l.size);
    std::sort(own.begin(), own.end());
    return own;
}

}  // namespace

capdl::NodeRoom node_room(const NodeKernel& kernel, const capdl::Spec& spec,
                          const NodeLayout& layout, std::span<const std::byte> record,
                          Architecture architecture) {
    std::string error;
    const auto r = open_boot_record(record, error);
    if (!r) return {};  // mkl wrote it: never
    capdl::NodeRoom room = kernel.sel4 ? stock_kernel(*kernel.sel4, layout, *r, architecture)
                                       : own_kernel(*r, layout, record.size(), architecture);
    room.own_pages = own_pages(*r, spec);
    return room;
}

}  // namespace mkl
