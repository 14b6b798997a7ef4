// SPDX-License-Identifier: BSD-2-Clause
// Sv39 tables in which an unmodified seL4 is entered: RAM at its own address in 1 GiB leaves, the
// kernel at its virtual address in 2 MiB leaves. RISC-V Privileged Architecture 1.12, 4.4.
#include "window.hpp"

#include "range.hpp"

namespace mkl::loader::arch {

namespace {

constexpr uint64_t table_bytes = 0x1000;
constexpr uint64_t window_tables = 2;  // root, and the kernel's 1 GiB
static_assert(window_tables * table_bytes * MKL_PAYLOAD_MAX_NODES <= scratch_stacks);
constexpr uint64_t valid = 1;
constexpr uint64_t leaf = valid | 0xce;  // D, A, X, W, R
constexpr uint64_t gib = uint64_t{1} << 30;
constexpr uint64_t satp_sv39 = uint64_t{8} << 60;

uint64_t entry_for(uint64_t address, uint64_t flags) { return address >> 12 << 10 | flags; }

}  // namespace

Fault build_window(const Payload& payload, const mkl_payload_node& node, uint64_t& satp) {
    const uint64_t pool = payload.params->run_base + payload.params->scratch_offset +
                          scratch_tables + node.id * window_tables * table_bytes;
    auto* const root = reinterpret_cast<uint64_t*>(pool);
    auto* const kernel = reinterpret_cast<uint64_t*>(pool + table_bytes);
    zero(root, window_tables * table_bytes);
    const uint64_t size = node.kernel_end - node.kernel_base;
    if ((node.kernel_base | node.kernel_virt) % block_2m != 0 ||
        node.kernel_virt % gib + size > gib || node.kernel_virt >> 38 != ~uint64_t{0} >> 38)
        return fault(MKL_STATUS_BOUNDS, node.name,
                     "kernel cannot be mapped at its address (physical, virtual)", node.kernel_base,
                     node.kernel_virt);
    for (const mkl_range& ram : payload.ram) {
        for (uint64_t at = ram.base & ~(gib - 1); at - ram.base < ram.size || at < ram.base;
             at += gib) {
            if (at >> 38 != 0)
                return fault(MKL_STATUS_BOUNDS, node.name, "RAM beyond Sv39 (base, size)", ram.base,
                             ram.size);
            root[at >> 30] = entry_for(at, leaf);
        }
    }
    root[node.kernel_virt >> 30 & 511] = entry_for(pool + table_bytes, valid);
    for (uint64_t at = 0; at < size; at += block_2m)
        kernel[(node.kernel_virt + at) >> 21 & 511] = entry_for(node.kernel_base + at, leaf);
    satp = satp_sv39 | pool >> 12;
    return no_fault();
}

}  // namespace mkl::loader::arch
