// SPDX-License-Identifier: BSD-2-Clause
// Which physical addresses outside its RAM a node owns, by its boot record. Pure.
#pragma once

#include "mkl/rt/boot_record.hpp"
#include "mkl/user/untyped_pool.hpp"

namespace mkl::user {

struct Piece {
    uint64_t base = 0, end = 0;
};

enum class Share { none, part, whole };

/// Calls `f(base, size)` for each range: devices, pools and pages of others, own log and status.
/// Under a decoy distributor also the real one's first page: nobody else enables the node's lines.
template <class F>
void each_owned(const rt::BootRecord& r, F f) {
    for (const mkl_range& d : r.devices) f(d.base, d.size);
    for (const mkl_rec_shared& s : r.shared) f(s.base, s.size);
    if (r.intc != nullptr && r.intc->initialiser == MKL_INTC_INIT_DECOY)
        f(r.intc->dist_base, MKL_PAGE_SIZE);
    f(r.log.base, r.log.size);
    f(r.status.base, r.status.size);
}

/// The first owned piece of [from, end), cut off where another range begins to matter; false: none.
inline bool next_owned(const rt::BootRecord& r, uint64_t from, uint64_t end, Piece& out) {
    Piece best{end, end};
    each_owned(r, [&](uint64_t base, uint64_t size) {
        const uint64_t last = base + size < end ? base + size : end;
        const uint64_t first = base > from ? base : from;
        if (first < last && first < best.base) best = {first, last};
    });
    out = best;
    return best.base < best.end;
}

inline Share owned_share(const rt::BootRecord& r, uint64_t base, uint64_t end) {
    uint64_t at = base;
    bool any = false, gap = false;
    for (Piece p; at < end && next_owned(r, at, end, p); at = p.end) {
        any = true;
        gap |= p.base > at;
    }
    gap |= at < end;
    return !any ? Share::none : gap ? Share::part : Share::whole;
}

/// log2 of the largest aligned power of two at `at` that ends by `end`.
inline unsigned aligned_bits(uint64_t at, uint64_t end) {
    unsigned bits = 0;
    while (bits < 62 && (at & (uint64_t{1} << bits)) == 0 &&
           (uint64_t{1} << (bits + 1)) <= end - at)
        bits++;
    return bits;
}

}  // namespace mkl::user
