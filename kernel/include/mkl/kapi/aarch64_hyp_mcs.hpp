// SPDX-License-Identifier: BSD-2-Clause
// seL4 16.0.0 ABI numbers: AArch64 at EL2 (40-bit physical addresses), MCS, one core.
// Same names in each configuration; a program picks one by namespace.
#pragma once

#include "mkl/kapi/any_mcs.hpp"

namespace mkl::kapi::aarch64_hyp_mcs {

/// System call numbers.
namespace sys = any_mcs::sys;

/// Object types of Untyped_Retype.
namespace object {
inline constexpr uint64_t untyped = 0;
inline constexpr uint64_t tcb = 1;
inline constexpr uint64_t endpoint = 2;
inline constexpr uint64_t notification = 3;
inline constexpr uint64_t cnode = 4;
inline constexpr uint64_t sched_context = 5;
inline constexpr uint64_t reply = 6;
inline constexpr uint64_t huge_page = 7;
inline constexpr uint64_t vspace = 8;
inline constexpr uint64_t small_page = 9;
inline constexpr uint64_t large_page = 10;
inline constexpr uint64_t page_table = 11;
inline constexpr uint64_t vcpu = 12;
inline constexpr uint64_t type_count = 13;
}  // namespace object

/// Invocation labels.
namespace label {
using namespace any_mcs::label;
inline constexpr uint64_t vspace_clean_data = 39;
inline constexpr uint64_t vspace_invalidate_data = 40;
inline constexpr uint64_t vspace_clean_invalidate_data = 41;
inline constexpr uint64_t vspace_unify_instruction = 42;
inline constexpr uint64_t smc_call = 43;
inline constexpr uint64_t page_table_map = 44;
inline constexpr uint64_t page_table_unmap = 45;
inline constexpr uint64_t page_map = 46;
inline constexpr uint64_t page_unmap = 47;
inline constexpr uint64_t page_clean_data = 48;
inline constexpr uint64_t page_invalidate_data = 49;
inline constexpr uint64_t page_clean_invalidate_data = 50;
inline constexpr uint64_t page_unify_instruction = 51;
inline constexpr uint64_t page_get_address = 52;
inline constexpr uint64_t asid_control_make_pool = 53;
inline constexpr uint64_t asid_pool_assign = 54;
inline constexpr uint64_t vcpu_set_tcb = 55;
inline constexpr uint64_t vcpu_inject_irq = 56;
inline constexpr uint64_t vcpu_read_reg = 57;
inline constexpr uint64_t vcpu_write_reg = 58;
inline constexpr uint64_t vcpu_ack_vppi = 59;
inline constexpr uint64_t irq_issue_handler_trigger = 60;
inline constexpr uint64_t irq_issue_sgi_signal = 61;
inline constexpr uint64_t label_count = 62;
}  // namespace label

/// Fault labels.
namespace fault {
using namespace any_mcs::fault;
inline constexpr uint64_t vgic_maintenance = 7;
inline constexpr uint64_t vcpu_fault = 8;
inline constexpr uint64_t vppi_event = 9;
}  // namespace fault

/// Sizes that depend on the configuration, as log2 of bytes.
namespace size_bits {
inline constexpr unsigned tcb = 11;
inline constexpr unsigned notification = 6;
inline constexpr unsigned vspace = 13;
inline constexpr unsigned max_untyped = 47;
}  // namespace size_bits

/// First address above user space.
inline constexpr uint64_t user_top = 0xffffffffff;

using UserContext = Aarch64UserContext;
using BootInfo = any_mcs::BootInfo;

}  // namespace mkl::kapi::aarch64_hyp_mcs
