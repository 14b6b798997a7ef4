// SPDX-License-Identifier: BSD-2-Clause
// seL4 16.0.0 ABI numbers: RV64 Sv39, MCS, one hart.
// Same names in each configuration; a program picks one by namespace.
#pragma once

#include "mkl/kapi/any_mcs.hpp"

namespace mkl::kapi::riscv64_mcs {

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
inline constexpr uint64_t small_page = 8;
inline constexpr uint64_t large_page = 9;
inline constexpr uint64_t page_table = 10;
inline constexpr uint64_t type_count = 11;
inline constexpr uint64_t vspace = 10;
}  // namespace object

/// Invocation labels.
namespace label {
using namespace any_mcs::label;
inline constexpr uint64_t page_table_map = 39;
inline constexpr uint64_t page_table_unmap = 40;
inline constexpr uint64_t page_map = 41;
inline constexpr uint64_t page_unmap = 42;
inline constexpr uint64_t page_get_address = 43;
inline constexpr uint64_t asid_control_make_pool = 44;
inline constexpr uint64_t asid_pool_assign = 45;
inline constexpr uint64_t irq_issue_handler_trigger = 46;
inline constexpr uint64_t label_count = 47;
}  // namespace label

/// Fault labels.
namespace fault = any_mcs::fault;

/// Sizes that depend on the configuration, as log2 of bytes.
namespace size_bits {
inline constexpr unsigned tcb = 11;
inline constexpr unsigned notification = 6;
inline constexpr unsigned vspace = 12;
inline constexpr unsigned max_untyped = 38;
}  // namespace size_bits

/// First address above user space.
inline constexpr uint64_t user_top = 0x3ffffff000;

using UserContext = Riscv64UserContext;
using BootInfo = any_mcs::BootInfo;

}  // namespace mkl::kapi::riscv64_mcs
