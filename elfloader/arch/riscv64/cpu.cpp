// SPDX-License-Identifier: BSD-2-Clause
// What core/ asks about and of this hart. S-mode without translation: memory is cached as the
// platform's attributes say, harts are coherent, so there is no map to build and nothing to clean.
#include "arch.hpp"
#include "range.hpp"
#include "window.hpp"
#include "zbb.hpp"

namespace mkl::loader::arch {

extern "C" {
[[gnu::visibility("hidden")]] extern const char _start[];
[[gnu::visibility("hidden")]] void memory_copy(void* to, const void* from, uint64_t size);
[[gnu::visibility("hidden")]] void memory_zero(void* to, uint64_t size);
[[noreturn, gnu::visibility("hidden")]] void enter_physical(uint64_t entry, uint64_t a0,
                                                            uint64_t a1, uint64_t a2);
[[noreturn, gnu::visibility("hidden")]] void enter_virtual(uint64_t entry, const uint64_t* args,
                                                           uint64_t satp);
}

static_assert(offsetof(CpuContext, stack_top) == 0);  // start.S

uint32_t number() { return MKL_ARCH_RISCV64; }

// start.S keeps the hart id in tp, which the compiler does not touch without thread-local data.
uint64_t this_cpu() {
    uint64_t hart;
    asm volatile("mv %0, tp" : "=r"(hart));
    return hart;
}

uint32_t level() { return 0; }
Fault settle_level(const Payload&) { return no_fault(); }

const mkl_loader_params* own_parameters() {
    return view<mkl_loader_params>(_start + MKL_LOADER_PARAMS_OFFSET);
}

void set_node(const mkl_payload_node* node) { asm volatile("csrw sscratch, %0" ::"r"(node)); }

const mkl_payload_node* this_node() {
    const mkl_payload_node* node;
    asm volatile("csrr %0, sscratch" : "=r"(node));
    return node;
}

uint64_t counter() {
    uint64_t now;
    asm volatile("csrr %0, time" : "=r"(now)::"memory");
    return now;
}

uint64_t counter_hz() { return 10'000'000; }

void copy(void* to, const void* from, uint64_t size) { memory_copy(to, from, size); }
void zero(void* to, uint64_t size) { memory_zero(to, size); }
void publish(uint64_t, uint64_t) { asm volatile("fence rw, rw" ::: "memory"); }

bool sha256_blocks(uint32_t (&state)[8], const uint8_t* data, uint64_t blocks) {
    if (hart_has_zbb() == 0) return false;
    sha256_blocks_zbb(state, data, blocks);
    return true;
}

Fault build_map(const Payload& payload, Translation& out) {
    out = {payload.params->run_base, 0, 0};  // no translation; not 0: the state is set up
    return no_fault();
}
void caches_on(const Translation&) {}

void relax() { asm volatile("" ::: "memory"); }
void wake_all() { asm volatile("fence rw, rw" ::: "memory"); }

void park() {
    for (;;) asm volatile("wfi" ::: "memory");
}

Fault can_enter(const mkl_payload_node& node) {
    if (node.protocol == MKL_PROTOCOL_MKL || node.protocol == MKL_PROTOCOL_SEL4) return no_fault();
    return fault(MKL_STATUS_TABLE, node.name, "protocol not supported (protocol, level)",
                 node.protocol, node.level);
}

Fault prepare_entry(const Payload& payload, const mkl_payload_node& node) {
    uint64_t satp = 0;
    return node.protocol == MKL_PROTOCOL_MKL ? no_fault() : build_window(payload, node, satp);
}

void enter_kernel(const Payload& payload, const mkl_payload_node& node) {
    if (node.protocol == MKL_PROTOCOL_MKL)
        enter_physical(node.kernel_entry, node.hwid, node.boot_record, node.status);
    uint64_t satp = 0;
    if (!build_window(payload, node, satp).ok()) park();  // prepare_entry has built it before
    enter_virtual(node.kernel_entry, node.args, satp);
}

}  // namespace mkl::loader::arch
