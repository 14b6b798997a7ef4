// SPDX-License-Identifier: BSD-2-Clause
// What elfloader/core needs from an architecture, defined once per elfloader/arch/<arch>/. A
// missing one is a link error. core/ has no #if on the architecture.
#pragma once

#include "fault.hpp"
#include "payload.hpp"
#include "scratch.h"

namespace mkl::loader {

/// See scratch.h.
constexpr uint64_t scratch_tables = MKL_SCRATCH_TABLES;
constexpr uint64_t scratch_stacks = MKL_SCRATCH_STACKS;
constexpr uint64_t stack_size = MKL_SCRATCH_STACK_SIZE;
constexpr uint64_t scratch_shared = MKL_SCRATCH_SHARED;
constexpr uint64_t scratch_tree = MKL_SCRATCH_TREE;
constexpr uint64_t scratch_size = MKL_SCRATCH_SIZE;
static_assert(scratch_stacks + (MKL_PAYLOAD_MAX_NODES + 2) * stack_size <= scratch_shared);

/// Behind the nodes: the CPU that stays.
constexpr uint32_t steward_index = MKL_PAYLOAD_MAX_NODES;

/// What a starting CPU finds at the address that firmware hands it. Read with caches off.
struct CpuContext {
    uint64_t stack_top;
    uint64_t translation[3];  // as arch::Translation
    uint64_t node;            // index; steward_index: none
    uint64_t hwid;            // of the CPU it is for
};

namespace arch {

/// How to turn the MMU on: root table and the registers beside it (aarch64: TTBR, MAIR, TCR).
struct Translation {
    uint64_t root, attributes, control;
};

/// MKL_ARCH_* of this build.
uint32_t number();

/// As firmware names the CPU: MPIDR_EL1 affinity fields (aarch64) or hart id (riscv64).
uint64_t this_cpu();

/// aarch64: current exception level; riscv64: 0.
uint32_t level();

/// Leaves a level that no kernel is entered from (aarch64: EL3, for EL2 or else EL1), after setting
/// what only that level may set. Elsewhere nothing. MMU off before and after.
Fault settle_level(const Payload& payload);

/// The parameters in front of the running image: params.run_base only after the move.
const mkl_loader_params* own_parameters();

/// Which node this CPU works for; nullptr: none, or not known yet.
void set_node(const mkl_payload_node* node);
const mkl_payload_node* this_node();

uint64_t counter();
/// Where the CPU does not know: something of the right order, for time limits only.
uint64_t counter_hz();

/// `to` and `from` 8-byte aligned, no overlap. Unrolled, general registers only.
void copy(void* to, const void* from, uint64_t size);
void zero(void* to, uint64_t size);

/// After this, [base, base + size) as written here is what a CPU with its caches off and any
/// fetch sees, and nothing older is written back over it.
void publish(uint64_t base, uint64_t size);

/// True if the CPU has instructions for it and has done it.
bool sha256_blocks(uint32_t (&state)[8], const uint8_t* data, uint64_t blocks);

/// Identity map of the plan's RAM (cached) and of console and interrupt controller (device).
Fault build_map(const Payload& payload, Translation& out);
void caches_on(const Translation& translation);

/// Interrupt controller, whole machine: everything off, granted lines routed and triggered.
Fault interrupts_init(const Payload& payload);
/// This CPU's part of it, for `node`; compares what the hardware says with the plan.
Fault interrupts_init_cpu(const Payload& payload, const mkl_payload_node& node);

/// This loader, on this CPU, can enter the node's kernel the way the plan wants it.
Fault can_enter(const mkl_payload_node& node);

/// Tables and the like that the entry needs, before the gate: what can fail fails here.
Fault prepare_entry(const Payload& payload, const mkl_payload_node& node);

/// A CPU and how its tree says that it is started.
struct CpuTarget {
    const char* name;  // of the node, for the line
    uint64_t hwid;
    uint64_t release;  // spin table
    uint32_t method;   // MKL_START_*
};

/// Asks firmware to run `context` on that CPU, MMU off.
Fault start_cpu(const CpuTarget& target, const CpuContext& context);

/// Between these two, a CPU that firmware sends to where the boot CPU came in (`loaded_at`) instead
/// of where start_cpu() said goes on from there as if it had come right. Boot CPU only.
void expect_strays(uint64_t loaded_at);
void expect_no_strays();

/// After every kernel has set up the interrupt controller its own way: triggers and routes of the
/// marked lines once more, then their enable bits.
void interrupts_enable(const Payload& payload);

/// The same for all lines of a node that starts last, without enabling: its kernel does that, and
/// one that takes a boot record relies on everything else of them.
void interrupts_restore(const Payload& payload, const mkl_payload_node& owner);

/// Waits a little, or until wake_all() on another CPU.
void relax();
void wake_all();

/// Leaves the loader for good.
[[noreturn]] void enter_kernel(const Payload& payload, const mkl_payload_node& node);
[[noreturn]] void park();

}  // namespace arch
}  // namespace mkl::loader
