// SPDX-License-Identifier: BSD-2-Clause
// Whether a spec fits its node, before the node finds out at boot: the root task's allocation on
// the untypeds and the slots that its kernel will give it.
//
// Method   The rules of docs/partitioning.md, "Kernel objects": fixed addresses ascending, then by
// size
//          descending, each from the smallest untyped with room; watermarks that only rise.
//          The initialiser has an allocator of its own; tests/target-on-host holds the two
//          against each other.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mkl/capdl/spec.hpp"
#include "mkl/model/architecture.hpp"
#include "mkl/support/diagnostic.hpp"
#include "mkl/support/phys_range.hpp"

namespace mkl::capdl {

/// Of the largest untyped that kernels of the architecture have.
uint8_t max_untyped_bits(Architecture architecture);

/// An untyped as boot info lists it.
struct UntypedPiece {
    uint64_t base = 0;
    uint8_t bits = 0;
    bool device = false;
    uint64_t used = 0;  ///< watermark, bytes from base
    uint64_t size() const { return uint64_t{1} << bits; }
};

class Untypeds {
public:
    /// [range) cut into the largest aligned powers of two, from its base; what is above `limit`
    /// pieces in all is lost, as it is in boot info.
    void add(PhysRange range, bool device, uint8_t max_bits, size_t limit);
    /// One object of 2^bits at `paddr`; false if no untyped holds it above its watermark.
    bool place(uint64_t paddr, uint8_t bits);
    /// One object of 2^bits of ordinary memory; false if there is no room.
    bool take(uint8_t bits);

    uint64_t left() const;     ///< bytes of ordinary memory above the watermarks
    uint64_t largest() const;  ///< of the largest object that still fits
    size_t lost() const { return lost_; }
    const std::vector<UntypedPiece>& pieces() const { return pieces_; }

private:
    std::vector<UntypedPiece> pieces_;
    size_t lost_ = 0;
};

/// What a root task finds at boot.
struct NodeRoom {
    Untypeds untypeds;
    uint64_t slots = 0;                ///< empty ones of its CNode
    uint64_t cnode_slots = 0;          ///< all of them
    std::vector<PhysRange> own_pages;  ///< that the root task maps itself, ascending, disjoint
    std::string more_slots;            ///< hint: how its CNode becomes larger
};

/// False with E537 (memory) or E538 (slots).
bool check_allocation(const Spec& spec, NodeRoom room, const SourceSpan& where,
                      DiagnosticSink& sink);

}  // namespace mkl::capdl
