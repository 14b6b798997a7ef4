// SPDX-License-Identifier: BSD-2-Clause
// Translation tables: 4 KiB granule, 48-bit addresses, four levels, largest blocks that fit.
// Descriptors: Arm ARM DDI 0487, D5.3.
#pragma once

#include "arch.hpp"
#include "range.hpp"

namespace mkl::loader::arch {

constexpr uint64_t table_bytes = 0x1000;
constexpr uint64_t descriptor_valid = 1;
constexpr uint64_t descriptor_table = 3;
constexpr uint64_t descriptor_page = 3;
constexpr uint64_t access_flag = 1u << 10;
constexpr uint64_t inner_shareable = 3u << 8;
constexpr uint64_t execute_never = uint64_t{3} << 53;  // EL1: UXN, PXN; EL2: XN in bit 54
constexpr uint64_t address_mask = 0x0000fffffffff000;

/// MAIR as unmodified seL4 expects it: nGnRnE, nGnRE, GRE, NC, WB, WT.
constexpr uint64_t mair = 0x0000aaff440c0400;
constexpr uint64_t index_device = 0;
constexpr uint64_t index_normal = 4;

constexpr uint64_t device_memory =
    index_device << 2 | access_flag | inner_shareable | execute_never;
constexpr uint64_t normal_memory = index_normal << 2 | access_flag | inner_shareable;
/// What an unmodified single-core seL4 gives its own window.
constexpr uint64_t normal_not_shared = index_normal << 2 | access_flag;

/// T0SZ 16, IRGN0 and ORGN0 write-back, SH0 inner shareable, TG0 4 KiB.
constexpr uint64_t tcr_half = 16 | 1u << 8 | 1u << 10 | 3u << 12;
constexpr uint64_t tcr_el2_res1 = 1u << 23 | uint64_t{1} << 31;

/// A set of tables under construction, in `tables` pages from `pool` on.
class PageTables {
public:
    PageTables(uint64_t pool, uint64_t tables) : pool_{pool}, tables_{tables} { root_ = take(); }

    uint64_t root() const { return root_; }

    /// The entries of another set's root, for ranges that this set does not touch.
    void inherit(uint64_t other_root);

    /// Maps `r` at `virt`. False if tables run out, an address has more than 48 bits, or a part
    /// has other attributes already.
    bool add(uint64_t virt, mkl_range r, uint64_t attributes);

private:
    uint64_t take();
    uint64_t add_one(uint64_t virt, uint64_t phys, uint64_t room, uint64_t attributes);

    uint64_t pool_, tables_;
    uint64_t root_ = 0;
    uint64_t used_ = 0;
};

}  // namespace mkl::loader::arch
