// SPDX-License-Identifier: BSD-2-Clause
// Identity map for the loader: RAM of the plan cached and inner shareable, console and interrupt
// controller as device memory, nothing else. 4 KiB granule, 48-bit, four levels, largest blocks
// that fit. Descriptors: Arm ARM DDI 0487, D5.3.
#include "arch.hpp"
#include "range.hpp"
#include "registers.hpp"

namespace mkl::loader::arch {

namespace {

constexpr uint64_t table_bytes = 0x1000;
constexpr uint64_t pool_tables = 64;  // the rest of scratch_tables: kernel windows of the nodes
constexpr uint64_t descriptor_valid = 1;
constexpr uint64_t descriptor_table = 3;
constexpr uint64_t descriptor_page = 3;
constexpr uint64_t access_flag = 1u << 10;
constexpr uint64_t inner_shareable = 3u << 8;
constexpr uint64_t execute_never = uint64_t{3} << 53;  // EL1: UXN, PXN; EL2: XN in bit 54
constexpr uint64_t address_mask = 0x0000fffffffff000;

// MAIR as unmodified seL4 expects it: nGnRnE, nGnRE, GRE, NC, WB, WT.
constexpr uint64_t mair = 0x0000aaff440c0400;
constexpr uint64_t index_device = 0;
constexpr uint64_t index_normal = 4;

constexpr uint64_t attributes_of(uint64_t index) {
    return (index << 2) | access_flag | inner_shareable |
           (index == index_device ? execute_never : 0);
}

class Map {
public:
    explicit Map(uint64_t pool) : pool_{pool} { root_ = take(); }

    uint64_t root() const { return root_; }

    /// False if tables run out, an address has more than 48 bits, or a part has other attributes.
    bool add(mkl_range r, uint64_t attributes) {
        if (r.size == 0) return true;
        uint64_t at = r.base & ~page_mask;
        const uint64_t end = (r.base + r.size + page_mask) & ~page_mask;
        if (end > uint64_t{1} << 48 || end <= at) return false;
        while (at < end) {
            const uint64_t step = add_one(at, end - at, attributes);
            if (step == 0) return false;
            at += step;
        }
        return true;
    }

private:
    uint64_t take() {
        if (used_ == pool_tables) return 0;
        const uint64_t table = pool_ + used_++ * table_bytes;
        zero(reinterpret_cast<void*>(table), table_bytes);
        return table;
    }

    /// Maps the largest block that starts at `at`, has at most `room` bytes, and returns its size.
    uint64_t add_one(uint64_t at, uint64_t room, uint64_t attributes) {
        uint64_t table = root_;
        for (uint32_t shift = 39; table != 0; shift -= 9) {
            const uint64_t size = uint64_t{1} << shift;
            auto& slot = reinterpret_cast<uint64_t*>(table)[at >> shift & 511];
            const uint64_t leaf =
                at | attributes | (shift == 12 ? descriptor_page : descriptor_valid);
            const bool is_table = shift != 12 && (slot & descriptor_table) == descriptor_table;
            if ((slot & descriptor_valid) != 0 && !is_table) {
                const uint64_t base = slot & address_mask;
                if ((slot & ~address_mask) != (leaf & ~address_mask)) return 0;
                return base + size - at;  // already there
            }
            const bool fits = shift <= 30 && at % size == 0 && room >= size;
            if (fits && !is_table) {
                slot = leaf;
                return size;
            }
            if (shift == 12) return 0;
            if (!is_table) {
                const uint64_t next = take();
                if (next == 0) return 0;
                slot = next | descriptor_table;
            }
            table = slot & address_mask;
        }
        return 0;
    }

    uint64_t pool_;
    uint64_t root_ = 0;
    uint64_t used_ = 0;
};

/// Bytes of registers behind the base of any console in rt/uart.hpp.
constexpr uint64_t console_bytes = MKL_PAGE_SIZE;

uint64_t control_register() {
    const uint64_t range = MKL_READ_REGISTER(id_aa64mmfr0_el1) & 0xf;
    const uint64_t size = range > 5 ? 5 : range;  // 48 bits at most
    // T0SZ 16, IRGN0 and ORGN0 write-back, SH0 inner, TG0 4 KiB.
    constexpr uint64_t half = 16 | 1u << 8 | 1u << 10 | 3u << 12;
    if (level() == 2) return half | size << 16 | 1u << 23 | uint64_t{1} << 31;
    // EL1: no walks through TTBR1 (EPD1), TG1 4 KiB, IPS.
    return half | uint64_t{16} << 16 | 1u << 23 | uint64_t{2} << 30 | size << 32;
}

}  // namespace

Fault build_map(const Payload& payload, Translation& out) {
    const mkl_loader_params& params = *payload.params;
    const mkl_payload_header& h = *payload.header;
    const uint64_t pool = params.run_base + params.scratch_offset + scratch_tables;
    Map map{pool};
    bool good = true;
    for (const mkl_range& r : payload.ram) good = good && map.add(r, attributes_of(index_normal));
    if (h.console.type != MKL_CONSOLE_NONE)
        good = good && map.add({h.console.base, console_bytes}, attributes_of(index_device));
    if (h.intc.type != MKL_INTC_NONE)
        good = good && map.add({h.intc.dist_base, h.intc.dist_size}, attributes_of(index_device));
    for (uint32_t i = 0; i < h.intc.region_count; i++)
        good = good && map.add(h.intc.regions[i], attributes_of(index_device));
    if (!good)
        return fault(MKL_STATUS_TABLE, MKL_PAYLOAD_NAME,
                     "RAM and devices cannot be mapped (tables, CPU's address size)", pool_tables,
                     MKL_READ_REGISTER(id_aa64mmfr0_el1) & 0xf);
    out = {map.root(), mair, control_register()};
    publish(pool, pool_tables * table_bytes);
    return no_fault();
}

}  // namespace mkl::loader::arch
