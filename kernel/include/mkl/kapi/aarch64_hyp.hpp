// SPDX-License-Identifier: BSD-2-Clause
// seL4 16.0.0 ABI numbers: AArch64 at EL2 (40-bit physical addresses), non-MCS, one core.
// Same names in each configuration; a program picks one by namespace.
#pragma once

#include "mkl/kapi/any_classic.hpp"

namespace mkl::kapi::aarch64_hyp {

/// System call numbers.
namespace sys = any_classic::sys;

/// Object types of Untyped_Retype.
namespace object {
inline constexpr uint64_t untyped = 0;
inline constexpr uint64_t tcb = 1;
inline constexpr uint64_t endpoint = 2;
inline constexpr uint64_t notification = 3;
inline constexpr uint64_t cnode = 4;
inline constexpr uint64_t huge_page = 5;
inline constexpr uint64_t vspace = 6;
inline constexpr uint64_t small_page = 7;
inline constexpr uint64_t large_page = 8;
inline constexpr uint64_t page_table = 9;
inline constexpr uint64_t vcpu = 10;
inline constexpr uint64_t type_count = 11;
}  // namespace object

/// Invocation labels.
namespace label {
using namespace any_classic::label;
inline constexpr uint64_t vspace_clean_data = 33;
inline constexpr uint64_t vspace_invalidate_data = 34;
inline constexpr uint64_t vspace_clean_invalidate_data = 35;
inline constexpr uint64_t vspace_unify_instruction = 36;
inline constexpr uint64_t smc_call = 37;
inline constexpr uint64_t page_table_map = 38;
inline constexpr uint64_t page_table_unmap = 39;
inline constexpr uint64_t page_map = 40;
inline constexpr uint64_t page_unmap = 41;
inline constexpr uint64_t page_clean_data = 42;
inline constexpr uint64_t page_invalidate_data = 43;
inline constexpr uint64_t page_clean_invalidate_data = 44;
inline constexpr uint64_t page_unify_instruction = 45;
inline constexpr uint64_t page_get_address = 46;
inline constexpr uint64_t asid_control_make_pool = 47;
inline constexpr uint64_t asid_pool_assign = 48;
inline constexpr uint64_t vcpu_set_tcb = 49;
inline constexpr uint64_t vcpu_inject_irq = 50;
inline constexpr uint64_t vcpu_read_reg = 51;
inline constexpr uint64_t vcpu_write_reg = 52;
inline constexpr uint64_t vcpu_ack_vppi = 53;
inline constexpr uint64_t irq_issue_handler_trigger = 54;
inline constexpr uint64_t irq_issue_sgi_signal = 55;
inline constexpr uint64_t label_count = 56;
}  // namespace label

/// Fault labels.
namespace fault {
using namespace any_classic::fault;
inline constexpr uint64_t vgic_maintenance = 6;
inline constexpr uint64_t vcpu_fault = 7;
inline constexpr uint64_t vppi_event = 8;
}  // namespace fault

/// Sizes that depend on the configuration, as log2 of bytes.
namespace size_bits {
inline constexpr unsigned tcb = 11;
inline constexpr unsigned notification = 5;
inline constexpr unsigned vspace = 13;
inline constexpr unsigned max_untyped = 47;
}  // namespace size_bits

/// First address above user space.
inline constexpr uint64_t user_top = 0xffffffffff;

using UserContext = Aarch64UserContext;
using BootInfo = any_classic::BootInfo;

}  // namespace mkl::kapi::aarch64_hyp
