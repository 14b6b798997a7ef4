// SPDX-License-Identifier: BSD-2-Clause
// Where objects come from: a mirror of the watermarks of the node's untypeds. Pure arithmetic; the
// retype calls are the caller's, so that image-builder's simulation and the tests can run it too.
//
// Method   Retype moves an untyped's watermark up to the object's alignment and past it, and never
//          back while a child lives. Small objects come from the smallest untyped that holds them,
//          so that large ones stay untouched: a kernel may zero an untyped at its first retype.
#pragma once

#include <stdint.h>

namespace mkl::user {

struct Untyped {
    uint64_t base = 0;
    uint64_t used = 0;  ///< watermark, bytes from base
    uint64_t cap = 0;
    uint8_t size_bits = 0;
    bool device = false;

    uint64_t size() const { return uint64_t{1} << size_bits; }
    uint64_t left() const { return size() - used; }
};

class UntypedPool {
public:
    static constexpr unsigned capacity = 230;  // as many as boot info can hold

    void add(uint64_t base, uint8_t size_bits, bool device, uint64_t cap) {
        if (count_ == capacity || size_bits >= 64) return;
        list_[count_++] = {base, 0, cap, size_bits, device};
    }

    /// The untyped in which [paddr, paddr + size) lies whole and above the watermark; or nullptr.
    Untyped* containing(uint64_t paddr, uint64_t size) {
        for (unsigned i = 0; i < count_; i++) {
            Untyped& u = list_[i];
            if (paddr < u.base || paddr - u.base >= u.size()) continue;
            const uint64_t at = paddr - u.base;
            return at >= u.used && size <= u.size() - at ? &u : nullptr;
        }
        return nullptr;
    }

    /// The smallest untyped of ordinary memory with room for one object of 2^bits; or nullptr.
    Untyped* best_fit(unsigned bits) {
        Untyped* best = nullptr;
        for (unsigned i = 0; i < count_; i++) {
            Untyped& u = list_[i];
            if (u.device || room(u, bits) == 0) continue;
            if (best == nullptr || u.size_bits < best->size_bits) best = &u;
        }
        return best;
    }

    /// Objects of 2^bits that still fit.
    static uint64_t room(const Untyped& u, unsigned bits) {
        if (bits > u.size_bits) return 0;
        const uint64_t start = aligned(u.used, bits);
        return start >= u.size() ? 0 : (u.size() - start) >> bits;
    }

    /// `count` objects of 2^bits were made from `u`.
    static void take(Untyped& u, unsigned bits, uint64_t count) {
        u.used = aligned(u.used, bits) + (count << bits);
    }

    /// Size of the next filler that brings the watermark towards `paddr`: the largest power of two
    /// that is aligned where it stands and does not pass `paddr`. 0: it is there.
    static unsigned filler_bits(const Untyped& u, uint64_t paddr) {
        const uint64_t at = u.base + u.used;
        if (at >= paddr) return 0;
        unsigned bits = 0;
        while (bits < 63 && (at & (uint64_t{1} << bits)) == 0) bits++;
        while ((uint64_t{1} << bits) > paddr - at) bits--;
        return bits;
    }

private:
    static uint64_t aligned(uint64_t value, unsigned bits) {
        const uint64_t mask = (uint64_t{1} << bits) - 1;
        return (value + mask) & ~mask;
    }

    Untyped list_[capacity];
    unsigned count_ = 0;
};

}  // namespace mkl::user
