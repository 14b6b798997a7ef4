// SPDX-License-Identifier: BSD-2-Clause
// Questions about [base, base + size) of hostile origin: no sum is ever formed, so nothing wraps.
#pragma once

#include "mkl/abi/boot_record.h"

namespace mkl::loader {

constexpr uint64_t page_mask = MKL_PAGE_SIZE - 1;

/// The range does not reach past 2^64.
constexpr bool is_sane(mkl_range r) { return r.size <= ~uint64_t{0} - r.base; }

constexpr bool is_paged(mkl_range r) { return ((r.base | r.size) & page_mask) == 0; }

/// All of `inner` lies in `outer`. An empty inner range at outer's end counts as inside.
constexpr bool contains(mkl_range outer, mkl_range inner) {
    if (inner.base < outer.base) return false;
    const uint64_t skip = inner.base - outer.base;
    return skip <= outer.size && inner.size <= outer.size - skip;
}

/// They have at least one byte in common. Both must be sane.
constexpr bool overlaps(mkl_range a, mkl_range b) {
    if (a.size == 0 || b.size == 0) return false;
    return a.base < b.base ? b.base - a.base < a.size : a.base - b.base < b.size;
}

/// Bytes as T. The caller has checked bounds and alignment.
template <class T>
const T* view(const void* bytes) {
    return static_cast<const T*>(bytes);
}

constexpr bool same(mkl_range a, mkl_range b) { return a.base == b.base && a.size == b.size; }

}  // namespace mkl::loader
