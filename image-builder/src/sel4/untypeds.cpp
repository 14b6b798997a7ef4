// SPDX-License-Identifier: BSD-2-Clause
// The list of untypeds in a 16.0.0 kernel's boot info: device memory ascending, the boot section,
// free RAM ascending, each range cut into the largest aligned powers of two. What does not fit into
// the list is lost without a word, and that is always RAM, the largest pieces first.
#include <algorithm>
#include <bit>

#include "mkl/sel4/check.hpp"
#include "mkl/support/text.hpp"

namespace mkl::sel4 {

namespace {

constexpr unsigned smallest_bits = 4,
                   largest_bits = 47;       // seL4_MinUntypedBits, seL4_MaxUntypedBits
constexpr uint64_t boot_section = 0x10000;  ///< boot code, given back: seen in every build
// The root task's objects beside its CNode: seen with a root image of up to 2 MiB.
constexpr uint64_t other_objects = 0x7800;
constexpr unsigned first_pad_bits = 13, last_pad_bits = 26;

/// Bytes and pieces of `range` that a list with `room` places left takes; all pieces.
struct Pieces {
    uint64_t wanted = 0, bytes = 0;
};
void add_pieces(PhysRange range, uint64_t room, Pieces& out) {
    uint64_t at = range.base().value;
    while (at < range.end().value) {
        const uint64_t left = range.end().value - at;
        unsigned bits =
            std::min<unsigned>(largest_bits, static_cast<unsigned>(std::bit_width(left)) - 1);
        if (at != 0) bits = std::min<unsigned>(bits, static_cast<unsigned>(std::countr_zero(at)));
        if (bits >= smallest_bits) {
            if (out.wanted < room) out.bytes += uint64_t{1} << bits;
            out.wanted++;
        }
        at += uint64_t{1} << bits;
    }
}

uint64_t device_pieces(const Kernel& kernel, const std::vector<PhysRange>& ram) {
    std::vector<PhysRange> kept = kernel.compiled.devices;
    kept.insert(kept.end(), ram.begin(), ram.end());
    const std::vector<PhysRange> all{
        PhysRange::between(PhysAddr{0}, PhysAddr{kernel.config.device_top})};
    Pieces pieces;
    for (const PhysRange r : subtract(all, normalise(std::move(kept))))
        add_pieces(r, UINT64_MAX, pieces);
    return pieces.wanted;
}

/// RAM pieces if the root image ends at `end`.
Pieces ram_pieces(const Kernel& kernel, const Room& room, uint64_t end, uint64_t places) {
    const uint64_t cnode = uint64_t{32} << kernel.config.root_cnode_bits;
    const PhysAddr base = room.ram.front().base();
    Pieces out;
    add_pieces(PhysRange::between(base, PhysAddr{base.value + boot_section}), places, out);
    std::vector<PhysRange> taken{PhysRange::between(base, PhysAddr{end})};
    const std::vector<PhysRange> free = subtract(room.ram, taken);
    for (auto r = free.rbegin(); r != free.rend(); ++r) {
        if (r->size_bytes() < cnode + other_objects) continue;
        const uint64_t at = (r->end().value - cnode - other_objects) / cnode * cnode;
        if (at < r->base().value) continue;
        taken.push_back(PhysRange::between(PhysAddr{at}, PhysAddr{at + cnode + other_objects}));
        break;
    }
    for (const PhysRange r : subtract(room.ram, normalise(std::move(taken))))
        add_pieces(r, places, out);
    return out;
}

}  // namespace

std::optional<uint64_t> fit_untypeds(const Kernel& kernel, const Room& room, DiagnosticSink& sink) {
    const uint64_t limit = kernel.config.untyped_limit;
    const uint64_t devices = device_pieces(kernel, room.ram);
    const uint64_t places = limit > devices ? limit - devices : 0;
    const uint64_t end = room.root.end().value;
    const Pieces plain = ram_pieces(kernel, room, end, places);
    if (plain.wanted <= places) return end;

    uint64_t best = end;
    Pieces found = plain;
    const uint64_t slots = uint64_t{1} << kernel.config.root_cnode_bits;
    for (unsigned bits = first_pad_bits; bits <= last_pad_bits; bits++) {
        const uint64_t size = uint64_t{1} << bits, padded = (end + size - 1) / size * size;
        if (padded >= room.ram.front().end().value || slots_needed(kernel, room, padded) > slots)
            break;
        const Pieces p = ram_pieces(kernel, room, padded, places);
        if (p.bytes > found.bytes) {
            best = padded;
            found = p;
        }
    }
    uint64_t all = 0;
    for (const PhysRange r : room.ram) all += r.size_bytes();
    const uint64_t used = end - room.ram.front().base().value;
    const uint64_t lost = all - std::min(all, used + found.bytes);
    const std::string what =
        cat("node '", room.node, "': boot info of '", kernel.origin.name, "' holds ", limit,
            " untypeds, its devices and RAM are ", devices + plain.wanted);
    if (lost > all / 8) {
        sink.report(
            {places == 0 ? "E566" : "W568",
             room.where,
             cat(what, ": ", lost / 1024, " of ", all / 1024, " KiB are lost to it"),
             {},
             "give it memory whose base is a multiple of its size, a power of two; or build "
             "with a larger KernelMaxNumBootinfoUntypedCaps or KernelRootCNodeSizeBits"});
        if (places == 0) return std::nullopt;
        return best;
    }
    sink.report(
        {"N567", room.where,
         cat(what, "; its root image is made to end at ", hex(best), ", so that ", lost / 1024,
             " of ", all / 1024, " KiB are lost and not ", (all - used - plain.bytes) / 1024)});
    return best;
}

}  // namespace mkl::sel4
