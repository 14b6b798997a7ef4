// SPDX-License-Identifier: BSD-2-Clause
// The loader's third architecture: a PC under test. Memory functions are real; there is no
// firmware, no interrupt controller and no way out into a kernel, so those refuse or end the test.
#include <stdlib.h>
#include <string.h>

#include "arch.hpp"

namespace mkl::loader::arch {

uint32_t number() { return MKL_ARCH_AARCH64; }
uint64_t this_cpu() { return 0; }
uint32_t level() { return 1; }
Fault settle_level(const Payload&) { return no_fault(); }
const mkl_loader_params* own_parameters() { return nullptr; }
void set_node(const mkl_payload_node*) {}
const mkl_payload_node* this_node() { return nullptr; }
uint64_t counter() {
    static uint64_t ticks = 0;
    return ++ticks;
}
uint64_t counter_hz() { return 1'000'000; }

void copy(void* to, const void* from, uint64_t size) { memcpy(to, from, size); }
void zero(void* to, uint64_t size) { memset(to, 0, size); }
void publish(uint64_t, uint64_t) {}
bool sha256_blocks(uint32_t (&)[8], const uint8_t*, uint64_t) { return false; }

Fault build_map(const Payload&, Translation&) { return no_fault(); }
void caches_on(const Translation&) {}
Fault interrupts_init(const Payload&) { return no_fault(); }
Fault interrupts_init_cpu(const Payload&, const mkl_payload_node&) { return no_fault(); }
Fault can_enter(const mkl_payload_node&) { return no_fault(); }
Fault prepare_entry(const Payload&, const mkl_payload_node&) { return no_fault(); }
void interrupts_enable(const Payload&) {}
void interrupts_restore(const Payload&, const mkl_payload_node&) {}
Fault start_cpu(const CpuTarget& target, const CpuContext&) {
    return fault(MKL_STATUS_CPU_ON, target.name, "a PC under test starts no CPU");
}
void expect_strays(uint64_t) {}
void expect_no_strays() {}
void relax() {}
void wake_all() {}
void enter_kernel(const Payload&, const mkl_payload_node&) { abort(); }
void park() { abort(); }

}  // namespace mkl::loader::arch
