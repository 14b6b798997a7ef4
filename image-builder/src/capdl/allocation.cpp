// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/capdl/allocation.hpp"

#include <algorithm>
#include <bit>
#include <set>

#include "address_space.hpp"
#include "mkl/model/untypeds.hpp"
#include "mkl/support/text.hpp"

namespace mkl::capdl {

namespace {

constexpr uint8_t page_bits = 12;
constexpr uint8_t min_untyped_bits = 4;
constexpr uint64_t own_slots = 256;  // the initialiser keeps as many for its own work
constexpr uint64_t first_slots = 3;  // two for fillers, one for caps it mints and deletes
constexpr uint64_t table_reach = uint64_t{1} << 21;

uint64_t aligned(uint64_t value, uint8_t bits) {
    const uint64_t mask = (uint64_t{1} << bits) - 1;
    return (value + mask) & ~mask;
}

/// Objects of 2^bits that still fit.
uint64_t room(const UntypedPiece& u, uint8_t bits) {
    if (bits > u.bits) return 0;
    const uint64_t start = aligned(u.used, bits);
    return start >= u.size() ? 0 : (u.size() - start) >> bits;
}

}  // namespace

uint8_t max_untyped_bits(Architecture architecture) {
    return static_cast<uint8_t>(architecture == Architecture::riscv64 ? riscv64_max_untyped_bits
                                                                      : UntypedRules{}.max_bits);
}

void Untypeds::add(PhysRange range, bool device, uint8_t max_bits, size_t limit) {
    for (uint64_t base = range.base().value; base < range.end().value;) {
        auto bits = static_cast<uint8_t>(std::bit_width(range.end().value - base) - 1);
        if (base != 0) bits = std::min(bits, static_cast<uint8_t>(std::countr_zero(base)));
        bits = std::min(bits, max_bits);
        if (bits >= min_untyped_bits) {
            if (pieces_.size() < limit)
                pieces_.push_back({base, bits, device, 0});
            else
                lost_++;
        }
        base += uint64_t{1} << bits;
    }
}

bool Untypeds::place(uint64_t paddr, uint8_t bits) {
    for (UntypedPiece& u : pieces_) {
        if (paddr < u.base || paddr - u.base >= u.size()) continue;
        const uint64_t at = paddr - u.base;
        if (at < u.used || bits > u.bits || u.size() - at < uint64_t{1} << bits) return false;
        u.used = at + (uint64_t{1} << bits);
        return true;
    }
    return false;
}

bool Untypeds::take(uint8_t bits) {
    UntypedPiece* best = nullptr;
    for (UntypedPiece& u : pieces_)
        if (!u.device && room(u, bits) != 0 && (best == nullptr || u.bits < best->bits)) best = &u;
    if (best == nullptr) return false;
    best->used = aligned(best->used, bits) + (uint64_t{1} << bits);
    return true;
}

uint64_t Untypeds::left() const {
    uint64_t bytes = 0;
    for (const UntypedPiece& u : pieces_)
        if (!u.device) bytes += u.size() - u.used;
    return bytes;
}

uint64_t Untypeds::largest() const {
    for (uint8_t bits = 63; bits >= min_untyped_bits; bits--)
        for (const UntypedPiece& u : pieces_)
            if (!u.device && room(u, bits) != 0) return uint64_t{1} << bits;
    return 0;
}

namespace {

/// A frame whose content is a page of the root image: that page is handed on.
bool embedded(const Object& o) { return o.type == Type::frame && !o.ring && !o.fills.empty(); }

class Simulation {
public:
    Simulation(const Spec& spec, NodeRoom room, const SourceSpan& where, DiagnosticSink& sink)
        : spec_{spec}, room_{std::move(room)}, where_{where}, sink_{sink} {}

    bool run() {
        return slots() && fixed() && own_tables(room_.own_pages.size()) && ordinary() &&
               afterwards();
    }

private:
    bool fail(std::string_view id, std::string message, std::string hint) {
        sink_.report({id, where_, std::move(message), {}, std::move(hint)});
        return false;
    }
    bool no_memory(std::string_view what, uint64_t size) {
        const uint64_t left = room_.untypeds.left(), largest = room_.untypeds.largest();
        return fail("E537",
                    cat("'", what, "' does not fit node '", spec_.node, "': it needs ",
                        size_text(size), ", ", size_text(left),
                        " are left and the largest piece has ", size_text(largest), "; all ",
                        spec_.objects.size(), " objects need ", size_text(needed())),
                    "give the node more memory, or its components less heap and stack");
    }
    uint64_t needed() const {
        uint64_t bytes = 0;
        for (const Object& o : spec_.objects)
            if (const uint8_t bits = retype_bits(o, spec_.abi);
                bits != 0 && !o.paddr && !embedded(o))
                bytes += uint64_t{1} << bits;
        return bytes;
    }

    /// A frame is mapped once with its own capability, then with copies.
    uint64_t copies() const {
        std::set<ObjectId> seen;
        uint64_t count = 0;
        for (const Object& o : spec_.objects)
            if (o.type == Type::page_table)
                for (const Cap& c : o.slots)
                    if (spec_.objects[c.object].type == Type::frame &&
                        !seen.insert(c.object).second)
                        count++;
        return count;
    }

    bool slots() {
        uint64_t bells = 0;
        for (const Doorbell& d : spec_.doorbells) bells += d.bells.size();
        const uint64_t later = room_.own_pages.size() + copies() + spec_.consoles.size() + bells +
                               tables(room_.own_pages.size() + spec_.consoles.size()) + 4;
        const uint64_t need = first_slots + spec_.objects.size() + std::max(own_slots, later);
        if (need <= room_.slots) return true;
        return fail("E538",
                    cat("node '", spec_.node, "': the root task's CNode has ", room_.cnode_slots,
                        " slots, of which ", room_.slots, " are empty at boot; ",
                        spec_.objects.size(), " objects and the root task's own need ", need),
                    room_.more_slots);
    }

    /// Objects at fixed addresses and the root task's own pages, in one ascending walk.
    bool fixed() {
        auto own = room_.own_pages.begin();
        const auto own_below = [&](uint64_t limit) {
            for (; own != room_.own_pages.end() && own->base().value <= limit; ++own)
                for (uint64_t at = own->base().value; at < own->end().value; at += small_page)
                    if (!room_.untypeds.place(at, page_bits)) return no_untyped("root task", at);
            return true;
        };
        for (const Object& o : spec_.objects) {
            if (!o.paddr) break;
            if (!own_below(*o.paddr)) return false;
            if (!room_.untypeds.place(*o.paddr, retype_bits(o, spec_.abi)))
                return no_untyped(o.name, *o.paddr);
        }
        return own_below(UINT64_MAX);
    }
    bool no_untyped(std::string_view what, uint64_t paddr) {
        return fail("E537",
                    cat("'", what, "' at ", hex(paddr), " lies in no untyped that node '",
                        spec_.node, "' gets at boot",
                        room_.untypeds.lost() == 0 ? std::string{}
                                                   : cat(" (boot info has no room for ",
                                                         room_.untypeds.lost(), " of them)")),
                    "give the node fewer or larger device and memory ranges");
    }

    /// Of the root task's own pages: a table for 2 MiB each, and one above.
    static uint64_t tables(uint64_t pages) {
        return pages == 0 ? 0 : 1 + (pages * small_page + table_reach - 1) / table_reach;
    }
    bool own_tables(uint64_t pages) {
        for (const uint64_t want = tables(pages); tables_ < want; tables_++)
            if (!room_.untypeds.take(page_bits)) return no_memory("page table", small_page);
        return true;
    }

    bool ordinary() {
        for (const Object& o : spec_.objects) {
            const uint8_t bits = retype_bits(o, spec_.abi);
            if (bits == 0 || o.paddr || embedded(o)) continue;
            if (!room_.untypeds.take(bits)) return no_memory(o.name, uint64_t{1} << bits);
        }
        return true;
    }

    /// The window through which frames are filled, the consoles' own mappings, the second thread
    /// for logs and polled signals.
    bool afterwards() {
        const bool fills = !spec_.consoles.empty();
        if (fills && !room_.untypeds.take(page_bits)) return no_memory("page table", small_page);
        if (!own_tables(room_.own_pages.size() + spec_.consoles.size())) return false;
        const bool polls = std::any_of(spec_.doorbells.begin(), spec_.doorbells.end(),
                                       [](const Doorbell& d) { return !d.irq; });
        if (spec_.logs.empty() && !polls) return true;
        Object object;
        for (const Type type : {Type::notification, Type::tcb, Type::sched_context}) {
            if (type == Type::sched_context && !abi_has_scheduling_contexts(spec_.abi)) continue;
            if (type == Type::notification && (spec_.logs.empty() || spec_.console_notification))
                continue;
            object.type = type;
            object.size_bits = 8;
            const uint8_t bits = retype_bits(object, spec_.abi);
            if (!room_.untypeds.take(bits)) return no_memory("poller", uint64_t{1} << bits);
        }
        return true;
    }

    const Spec& spec_;
    NodeRoom room_;
    const SourceSpan& where_;
    DiagnosticSink& sink_;
    uint64_t tables_ = 0;
};

}  // namespace

bool check_allocation(const Spec& spec, NodeRoom room, const SourceSpan& where,
                      DiagnosticSink& sink) {
    return Simulation{spec, std::move(room), where, sink}.run();
}

}  // namespace mkl::capdl
