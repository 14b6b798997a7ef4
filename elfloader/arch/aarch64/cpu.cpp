// SPDX-License-Identifier: BSD-2-Clause
// What core/ asks about and of this CPU.
#include "arch.hpp"
#include "range.hpp"
#include "registers.hpp"
#include "window.hpp"

namespace mkl::loader::arch {

static_assert(offsetof(CpuContext, stack_top) == 0 && offsetof(CpuContext, translation) == 8 &&
              offsetof(CpuContext, hwid) == 40);

extern "C" {
[[gnu::visibility("hidden")]] extern const char _start[];
void cache_publish(uint64_t base, uint64_t size);
void memory_copy(void* to, const void* from, uint64_t size);
void memory_zero(void* to, uint64_t size);
void sha256_instructions(uint32_t* state, const uint8_t* data, uint64_t blocks);
void mmu_enable(uint64_t root, uint64_t attributes, uint64_t control);
[[noreturn]] void enter_physical(uint64_t entry, uint64_t x0, uint64_t x1);
[[noreturn]] void enter_virtual(uint64_t entry, const uint64_t* args, uint64_t window,
                                uint64_t identity, uint64_t tcr, uint64_t level);
}

uint32_t number() { return MKL_ARCH_AARCH64; }

uint64_t this_cpu() { return MKL_READ_REGISTER(mpidr_el1) & affinity_mask; }

uint32_t level() { return static_cast<uint32_t>(MKL_READ_REGISTER(CurrentEL) >> 2); }

const mkl_loader_params* own_parameters() {
    return view<mkl_loader_params>(_start + MKL_LOADER_PARAMS_OFFSET);
}

void set_node(const mkl_payload_node* node) {
    MKL_WRITE_REGISTER(tpidr_el0, reinterpret_cast<uint64_t>(node));
}

const mkl_payload_node* this_node() {
    return reinterpret_cast<const mkl_payload_node*>(MKL_READ_REGISTER(tpidr_el0));
}

uint64_t counter() {
    asm volatile("isb" ::: "memory");
    return MKL_READ_REGISTER(cntpct_el0);
}

uint64_t counter_hz() { return MKL_READ_REGISTER(cntfrq_el0); }

void copy(void* to, const void* from, uint64_t size) { memory_copy(to, from, size); }
void zero(void* to, uint64_t size) { memory_zero(to, size); }
void publish(uint64_t base, uint64_t size) { cache_publish(base, size); }

void caches_on(const Translation& t) { mmu_enable(t.root, t.attributes, t.control); }

bool sha256_blocks(uint32_t (&state)[8], const uint8_t* data, uint64_t blocks) {
    const uint64_t sha2 = MKL_READ_REGISTER(id_aa64isar0_el1) >> 12 & 0xf;
    if (sha2 == 0 || blocks == 0 || level() > 2) return false;
    sha256_instructions(state, data, blocks);
    return true;
}

void relax() { asm volatile("yield" ::: "memory"); }
void wake_all() { asm volatile("dsb ish\n sev" ::: "memory"); }

void park() {
    for (;;) asm volatile("msr daifset, #0xf\n wfi" ::: "memory");
}

Fault can_enter(const mkl_payload_node& node) {
    if (level() > 2)
        return fault(MKL_STATUS_EXCEPTION_LEVEL, node.name, "cannot start from EL3 (is, wanted)",
                     level(), node.level);
    if (node.level != MKL_EL_1 && node.level != MKL_EL_2)
        return fault(MKL_STATUS_EXCEPTION_LEVEL, node.name, "no such exception level (is, wanted)",
                     level(), node.level);
    if (node.level > level())
        return fault(MKL_STATUS_EXCEPTION_LEVEL, node.name,
                     "kernel wants EL2, firmware gave EL1 (is, wanted)", level(), node.level);
    if (node.protocol == MKL_PROTOCOL_MKL && node.level == MKL_EL_1) return no_fault();
    if (node.protocol == MKL_PROTOCOL_SEL4 || node.protocol == MKL_PROTOCOL_LOADER_INFO)
        return no_fault();
    return fault(MKL_STATUS_TABLE, node.name, "protocol not supported (protocol, level)",
                 node.protocol, node.level);
}

Fault prepare_entry(const Payload& payload, const mkl_payload_node& node) {
    if (node.protocol == MKL_PROTOCOL_MKL) return no_fault();
    Translation window;
    return build_window(payload, node, window);
}

void enter_kernel(const Payload& payload, const mkl_payload_node& node) {
    if (node.protocol == MKL_PROTOCOL_MKL)
        enter_physical(node.kernel_entry, node.boot_record, node.status);
    // Kernels of the loader-info protocol read their number here, at EL2 as well.
    MKL_WRITE_REGISTER(tpidr_el1, node.protocol == MKL_PROTOCOL_LOADER_INFO ? node.id : 0);
    Translation window;
    if (!build_window(payload, node, window).ok()) park();  // prepare_entry has built it before
    enter_virtual(node.kernel_entry, node.args, window.root, window.attributes, window.control,
                  node.level);
}

}  // namespace mkl::loader::arch
