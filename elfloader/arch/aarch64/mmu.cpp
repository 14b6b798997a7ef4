// SPDX-License-Identifier: BSD-2-Clause
// Identity map for the loader: RAM of the plan cached and inner shareable, console and interrupt
// controller as device memory, nothing else. And the window in which an unmodified seL4 is entered.
#include "page_tables.hpp"
#include "registers.hpp"
#include "window.hpp"

namespace mkl::loader::arch {

namespace {

// Of the pages at scratch_tables: the first for this map, then three for each node's window.
constexpr uint64_t map_tables = 64;
constexpr uint64_t window_tables = 3;
static_assert((map_tables + window_tables * MKL_PAYLOAD_MAX_NODES) * table_bytes <= scratch_stacks);

/// Bytes of registers behind the base of any console in rt/uart.hpp.
constexpr uint64_t console_bytes = MKL_PAGE_SIZE;

uint64_t pool_of(const Payload& payload) {
    return payload.params->run_base + payload.params->scratch_offset + scratch_tables;
}

/// ID_AA64MMFR0_EL1.PARange as a PS or IPS field; this granule has 48 bits at most.
uint64_t address_size() {
    const uint64_t range = MKL_READ_REGISTER(id_aa64mmfr0_el1) & 0xf;
    return range > 5 ? 5 : range;
}

uint64_t control_register() {
    if (level() == 2) return tcr_half | address_size() << 16 | tcr_el2_res1;
    // EL1: no walks through TTBR1 (EPD1), TG1 4 KiB.
    return tcr_half | uint64_t{16} << 16 | 1u << 23 | uint64_t{2} << 30 | address_size() << 32;
}

}  // namespace

Fault build_map(const Payload& payload, Translation& out) {
    const mkl_payload_header& h = *payload.header;
    PageTables map{pool_of(payload), map_tables};
    bool good = true;
    const auto add = [&](mkl_range r, uint64_t attributes) {
        good = good && map.add(r.base, r, attributes);
    };
    for (const mkl_range& r : payload.ram) add(r, normal_memory);
    if (h.console.type != MKL_CONSOLE_NONE) add({h.console.base, console_bytes}, device_memory);
    if (h.intc.type != MKL_INTC_NONE) add({h.intc.dist_base, h.intc.dist_size}, device_memory);
    for (uint32_t i = 0; i < h.intc.region_count; i++) add(h.intc.regions[i], device_memory);
    for (const mkl_payload_node& node : payload.nodes)
        if (node.start == MKL_START_SPIN_TABLE) add({node.release, 8}, normal_memory);
    if (h.steward_start == MKL_START_SPIN_TABLE) add({h.steward_release, 8}, normal_memory);
    if (!good)
        return fault(MKL_STATUS_TABLE, MKL_PAYLOAD_NAME,
                     "RAM and devices cannot be mapped (tables, CPU's address size)", map_tables,
                     address_size());
    out = {map.root(), mair, control_register()};
    publish(pool_of(payload), map_tables * table_bytes);
    return no_fault();
}

Fault build_window(const Payload& payload, const mkl_payload_node& node, Translation& out) {
    const uint64_t pool = pool_of(payload) + (map_tables + node.id * window_tables) * table_bytes;
    PageTables window{pool, window_tables};
    const uint64_t identity = pool_of(payload);
    if (node.level == MKL_EL_2) window.inherit(identity);
    const mkl_range kernel = {
        node.kernel_base, (node.kernel_end - node.kernel_base + block_2m - 1) & ~(block_2m - 1)};
    if ((node.kernel_base | node.kernel_virt) % block_2m != 0 ||
        !window.add(node.kernel_virt, kernel, normal_not_shared))
        return fault(MKL_STATUS_BOUNDS, node.name,
                     "kernel cannot be mapped at its address (physical, virtual)", node.kernel_base,
                     node.kernel_virt);
    // seL4 does not write these, and at EL2 halts in silence unless TCR_EL2 is exactly its own.
    const bool large = (node.flags & MKL_NODE_PA_44) != 0;
    const uint64_t el1 = tcr_half | tcr_half << 16 | uint64_t{2} << 30 | address_size() << 32 |
                         uint64_t{1} << 36;  // AS: 16-bit ASIDs; TG1 4 KiB
    const uint64_t el2 = tcr_half | tcr_el2_res1 | (large ? uint64_t{4} : uint64_t{2}) << 16;
    out = {window.root(), identity, node.level == MKL_EL_2 ? el2 : el1};
    publish(pool, window_tables * table_bytes);
    return no_fault();
}

}  // namespace mkl::loader::arch
