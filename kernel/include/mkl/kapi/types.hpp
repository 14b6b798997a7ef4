// SPDX-License-Identifier: BSD-2-Clause
// seL4 16.0.0 ABI: what is the same in every configuration mkl knows. Numbers that differ stand
// in <configuration>.hpp. Used by kernel, root task, stub pages and tests; header only.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace mkl::kapi {

using Word = uint64_t;

// ---- Errors: label of the reply to an invocation ------------------------------------------------

enum Error : Word {
    no_error = 0,
    invalid_argument = 1,    // MR0: number of the argument
    invalid_capability = 2,  // MR0: number of the capability, 0 = the invoked one
    illegal_operation = 3,
    range_error = 4,  // MR0: least, MR1: greatest value allowed
    alignment_error = 5,
    failed_lookup = 6,  // MR0: 1 if the source, MR1: LookupFailure, MR2..: its values
    truncated_message = 7,
    delete_first = 8,
    revoke_first = 9,
    not_enough_memory = 10,  // MR0: bytes available
};

enum LookupFailure : Word {
    no_failure = 0,
    invalid_root = 1,
    missing_capability = 2,  // bits left
    depth_mismatch = 3,      // bits left, bits found
    guard_mismatch = 4,      // bits left, guard found, bits found
};

// ---- Messages -----------------------------------------------------------------------------------

inline constexpr Word msg_max_length = 120;
inline constexpr Word msg_max_extra_caps = 3;
inline constexpr Word msg_registers = 4;  // MR0..3 travel in registers

/// Word 1 of every message: length [6:0], extraCaps [8:7], capsUnwrapped [11:9], label [63:12].
struct MessageInfo {
    Word word = 0;

    static constexpr MessageInfo make(Word label, Word unwrapped, Word extra_caps, Word length) {
        return {label << 12 | (unwrapped & 7) << 9 | (extra_caps & 3) << 7 | (length & 0x7f)};
    }
    constexpr Word label() const { return word >> 12; }
    constexpr Word caps_unwrapped() const { return word >> 9 & 7; }
    constexpr Word extra_caps() const { return word >> 7 & 3; }
    constexpr Word length() const { return word & 0x7f; }
};
static_assert(sizeof(MessageInfo) == 8);

/// 1024 bytes, 1024-aligned; MR0..3 of the message are in registers, msg[0..3] unused on entry.
struct IpcBuffer {
    Word tag;
    Word msg[msg_max_length];
    Word user_data;
    Word caps_or_badges[msg_max_extra_caps];
    Word receive_cnode;
    Word receive_index;
    Word receive_depth;
};
inline constexpr unsigned ipc_buffer_bits = 10;
static_assert(offsetof(IpcBuffer, msg) == 8 && offsetof(IpcBuffer, user_data) == 968);
static_assert(offsetof(IpcBuffer, caps_or_badges) == 976);
static_assert(offsetof(IpcBuffer, receive_cnode) == 1000);
static_assert(offsetof(IpcBuffer, receive_depth) == 1016 && sizeof(IpcBuffer) == 1024);

// ---- Capabilities -------------------------------------------------------------------------------

/// Rights word of Copy, Mint and Map.
enum Right : Word { can_write = 1, can_read = 2, can_grant = 4, can_grant_reply = 8 };
inline constexpr Word rights_all = 15;

/// Data of a CNode capability (Mint, Mutate, TCB_SetSpace): guard size [5:0], guard [63:6].
constexpr Word cnode_data(Word guard, Word guard_size) { return guard << 6 | (guard_size & 0x3f); }

/// ARM_VMAttributes and RISCV_VMAttributes.
inline constexpr Word arm_page_cacheable = 1;
inline constexpr Word arm_parity_enabled = 2;
inline constexpr Word arm_default_attributes = 3;
inline constexpr Word arm_execute_never = 4;
inline constexpr Word riscv_execute_never = 1;

inline constexpr Word tcb_flag_fpu_disabled = 1;  // TCB_SetFlags
inline constexpr Word max_priority = 255;

/// Answers of DebugCapIdentify.
enum CapTag : Word {
    tag_null = 0,
    tag_frame = 1,
    tag_untyped = 2,
    tag_page_table = 3,
    tag_endpoint = 4,
    tag_notification = 6,
    tag_reply = 8,
    tag_vspace = 9,
    tag_cnode = 10,
    tag_asid_control = 11,
    tag_thread = 12,
    tag_asid_pool = 13,
    tag_irq_control = 14,
    tag_irq_handler = 16,
    tag_zombie = 18,
    tag_domain = 20,
    tag_sgi_signal = 27,
};

/// Object sizes that no configuration changes, as log2 of bytes.
inline constexpr unsigned slot_bits = 5;
inline constexpr unsigned endpoint_bits = 4;
inline constexpr unsigned page_bits = 12;
inline constexpr unsigned large_page_bits = 21;
inline constexpr unsigned huge_page_bits = 30;
inline constexpr unsigned page_table_bits = 12;
inline constexpr unsigned asid_pool_bits = 12;
inline constexpr unsigned reply_bits = 5;              // MCS
inline constexpr unsigned min_sched_context_bits = 7;  // MCS
inline constexpr unsigned asid_pool_index_bits = 9;
inline constexpr unsigned num_asid_pools_bits = 7;
inline constexpr unsigned min_untyped_bits = 4;
inline constexpr Word retype_max_objects = 256;
inline constexpr Word guard_bits = 58;

/// Slots of a root task's CNode at start.
enum InitialSlot : Word {
    slot_null = 0,
    slot_tcb = 1,
    slot_cnode = 2,
    slot_vspace = 3,
    slot_irq_control = 4,
    slot_asid_control = 5,
    slot_asid_pool = 6,
    slot_io_port_control = 7,
    slot_io_space = 8,
    slot_boot_info = 9,
    slot_ipc_buffer = 10,
    slot_domain = 11,
    slot_smmu_sid_control = 12,
    slot_smmu_cb_control = 13,
    slot_sched_context = 14,
    slot_smc = 15,
    slot_first_dynamic = 16,
};

// ---- Boot info ----------------------------------------------------------------------------------

/// Half-open range of root CNode slots.
struct SlotRegion {
    Word start, end;
};

struct UntypedDesc {
    Word paddr;
    uint8_t size_bits;
    uint8_t is_device;
    uint8_t padding[6];
};
static_assert(sizeof(UntypedDesc) == 16 && offsetof(UntypedDesc, is_device) == 9);

inline constexpr Word max_untypeds = 230;
inline constexpr unsigned boot_info_bits = 12;

struct BootInfoHead {
    Word extra_len;
    Word node_id;
    Word num_nodes;
    Word num_io_pt_levels;
    Word ipc_buffer;  // virtual address of struct IpcBuffer
    SlotRegion empty;
    SlotRegion shared_frames;
    SlotRegion user_image_frames;
    SlotRegion user_image_paging;
    SlotRegion io_space_caps;
    SlotRegion extra_bi_pages;
    Word init_thread_cnode_size_bits;
    Word init_thread_domain;
};
static_assert(sizeof(BootInfoHead) == 152 && offsetof(BootInfoHead, empty) == 40);
static_assert(offsetof(BootInfoHead, init_thread_cnode_size_bits) == 136);

struct ClassicBootInfo : BootInfoHead {
    SlotRegion untyped;
    UntypedDesc untyped_list[max_untypeds];
};
static_assert(sizeof(ClassicBootInfo) == 3848);

struct McsBootInfo : BootInfoHead {
    SlotRegion sched_control;
    SlotRegion untyped;
    UntypedDesc untyped_list[max_untypeds];
};
static_assert(sizeof(McsBootInfo) == 3864);

/// Extra boot info follows the boot info frame: records {header, data}; len counts the header.
struct BootInfoHeader {
    Word id;
    Word len;
};
static_assert(sizeof(BootInfoHeader) == 16);
inline constexpr Word boot_info_padding = 0;
inline constexpr Word boot_info_fdt = 6;

// ---- Registers of a thread ----------------------------------------------------------------------

/// seL4_UserContext of AArch64, in the order of TCB_ReadRegisters and TCB_WriteRegisters.
struct Aarch64UserContext {
    Word pc, sp, spsr;
    Word x0, x1, x2, x3, x4, x5, x6, x7, x8, x16, x17, x18, x29, x30;
    Word x9, x10, x11, x12, x13, x14, x15;
    Word x19, x20, x21, x22, x23, x24, x25, x26, x27, x28;
    Word tpidr_el0, tpidrro_el0;
};
static_assert(sizeof(Aarch64UserContext) == 288);

/// seL4_UserContext of RV64 without floating point.
struct Riscv64UserContext {
    Word pc, ra, sp, gp;
    Word s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11;
    Word a0, a1, a2, a3, a4, a5, a6, a7;
    Word t0, t1, t2, t3, t4, t5, t6;
    Word tp;
};
static_assert(sizeof(Riscv64UserContext) == 256);

// ---- Fault messages -----------------------------------------------------------------------------

/// Message words of a CapFault.
enum CapFaultWord : Word {
    cap_fault_ip = 0,
    cap_fault_addr = 1,
    cap_fault_in_recv_phase = 2,
    cap_fault_lookup_failure = 3,
    cap_fault_bits_left = 4,
    cap_fault_guard_found = 5,
    cap_fault_bits_found = 6,
};

/// Message words of a VMFault.
enum VmFaultWord : Word {
    vm_fault_ip = 0,
    vm_fault_addr = 1,
    vm_fault_prefetch = 2,
    vm_fault_fsr = 3,
    vm_fault_length = 4,
};

/// UnknownSyscall and UserException, AArch64.
enum Aarch64FaultWord : Word {
    aarch64_syscall_x0 = 0,  // ..x7 at 7
    aarch64_syscall_ip = 8,
    aarch64_syscall_sp = 9,
    aarch64_syscall_lr = 10,
    aarch64_syscall_spsr = 11,
    aarch64_syscall_number = 12,
    aarch64_syscall_length = 13,
    aarch64_exception_ip = 0,
    aarch64_exception_sp = 1,
    aarch64_exception_spsr = 2,
    aarch64_exception_number = 3,
    aarch64_exception_code = 4,
    aarch64_exception_length = 5,
};

/// UnknownSyscall and UserException, RV64.
enum Riscv64FaultWord : Word {
    riscv64_syscall_ip = 0,
    riscv64_syscall_sp = 1,
    riscv64_syscall_ra = 2,
    riscv64_syscall_a0 = 3,  // ..a6 at 9
    riscv64_syscall_number = 10,
    riscv64_syscall_length = 11,
    riscv64_exception_ip = 0,
    riscv64_exception_sp = 1,
    riscv64_exception_number = 2,
    riscv64_exception_code = 3,
    riscv64_exception_length = 4,
};

}  // namespace mkl::kapi
