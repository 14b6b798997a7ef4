// SPDX-License-Identifier: BSD-2-Clause
// What the core needs from an architecture; defined once per kernel/arch/<arch>/. A missing
// function is a link error. Types and inline parts come from <arch>/arch_types.hpp: Context,
// window_base(), the ABI namespace `abi`.
#pragma once

#include "cap.hpp"
#include "error.hpp"
#include "mkl/rt/boot_record.hpp"

namespace mkl::kernel {
struct Invocation;
struct Fault;
}  // namespace mkl::kernel

namespace mkl::kernel::arch {

// ---- Processor ----------------------------------------------------------------------------------

/// An interrupt is waiting (preemption points ask).
bool interrupt_pending();
/// Sleeps until one is.
void wait_for_interrupt();
/// Counter and its frequency, for time stamps.
uint64_t counter();
uint64_t counter_hz();
[[noreturn]] void halt();

// ---- Threads ------------------------------------------------------------------------------------

/// Registers of a thread that has never run.
void init_context(Context& context);
/// `from` (may be null) stops running, `to` (may be null: nobody runs) goes on.
void switch_thread(Tcb* from, Tcb* to);
/// The thread's address space or a capability it depends on changed: look again if it runs.
void refresh_vm(Tcb* current);
/// The thread stops existing or its registers are read: nothing of it may stay in the processor.
void release_fpu(Tcb& tcb);
void set_fpu_disabled(Tcb& tcb, bool disabled);

/// Registers in the order of seL4_UserContext.
inline constexpr unsigned user_context_words = sizeof(abi::UserContext) / sizeof(Word);
Word read_register(const Context& context, unsigned index);
void write_register(Context& context, unsigned index, Word value);
/// Registers that CopyRegisters' flags name: frame (pc, sp, ...) and integer ones.
bool is_frame_register(unsigned index);

/// Writes the message of a processor-specific fault (UnknownSyscall, UserException) word by word.
unsigned fault_message_length(const Fault& fault);
Word fault_message_word(const Tcb& tcb, const Fault& fault, unsigned index);
/// Takes word `index` of the reply to such a fault.
void fault_reply_word(Tcb& tcb, const Fault& fault, unsigned index, Word value);

// ---- Interrupt controller and timer -------------------------------------------------------------

void set_irq_enabled(Word irq, bool enabled);
/// Highest interrupt number a user may ask for.
Word max_irq();
/// Raises SGI `id` at `target`; both were checked against the boot record.
void send_sgi(Word id, Word target);

// ---- Memory objects -----------------------------------------------------------------------------

/// log2 of the size of an architecture's object type; 0: no such type.
unsigned arch_object_bits(Word type);
bool is_frame_type(Word type);
/// The capability for a new object in cleared (or device) memory.
Cap make_arch_object(Word type, Phys pa, Cap untyped);
/// A copy as stored in another slot: frames lose their mapping.
Status derive(Cap& cap);
/// The last (`final`) or another capability for an architecture's object goes away.
void finalise(Cap cap, bool final);
bool valid_vspace(Cap cap);
bool valid_ipc_buffer(Cap cap);
Status decode(Invocation& invocation);

// ---- Boot ---------------------------------------------------------------------------------------

/// Maps the RAM of the record, sets up console, interrupt controller and timer. On false the
/// reason has been reported.
bool init_platform(const rt::BootRecord& record);
/// Where the kernel found itself.
Phys image_base();
Word image_size();

/// Address space of the root task. make_root_vspace and map_root_table take cleared pages from
/// the caller; tables_needed tells how many tables map [first, last).
unsigned root_tables_needed(Word first, Word last);
/// Maps page table number `index` (0 .. root_tables_needed) for [first, last); its capability.
Cap map_root_table(Cap vspace, Phys table, Word first, Word last, unsigned index);
/// Maps one 4 KiB page read-write-execute and returns the frame capability.
Cap map_root_frame(Cap vspace, Phys frame, Word address);
/// Capability for the VSpace in cleared memory at `pa`.
Cap root_vspace(Phys pa);
/// Enters `vspace` as address space 1 of `pool`.
void assign_root_asid(Cap& vspace, Cap pool);
inline constexpr Word root_asid = 1;

}  // namespace mkl::kernel::arch
