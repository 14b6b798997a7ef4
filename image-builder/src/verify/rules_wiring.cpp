// SPDX-License-Identifier: BSD-2-Clause
// What the initialiser does by itself: doorbells of multiplexed signals, consoles, faults.
#include <algorithm>
#include <set>

#include "proof.hpp"

namespace mkl::verify {

namespace {

constexpr uint32_t words_per_page = MKL_PAGE_SIZE / 8;
constexpr uint16_t right_write = 1;  // seL4 rights word

class WiringRules {
public:
    WiringRules(const ImageView& image, const NodeView& view, Proof& proof)
        : image_{image}, view_{view}, spec_{*view.spec}, proof_{proof}, part_{view.part(
                                                                            "root.elf")} {}

    void check() {
        const uint32_t notification = spec_.header.console_notification;
        expect(notification == ~0u || type_of(notification) == MKL_OBJ_NOTIFICATION,
               "is woken by an object that is no notification");
        const uint32_t faults = spec_.header.fault_endpoint;
        expect(faults == ~0u || type_of(faults) == MKL_OBJ_ENDPOINT,
               "takes faults from an object that is no endpoint");
        for (const mkl_spec_console& c : spec_.consoles) check_console(c);
        std::set<uint64_t> pages;
        std::set<uint32_t> lines;
        for (const mkl_spec_doorbell& d : spec_.doorbells) {
            expect(pages.insert(d.page).second,
                   [&] { return cat("has two doorbells at ", hex(d.page)); });
            if (d.irq != ~0u) lines.insert(d.irq);
            check_page(d);
            check_bells(d);
        }
        for (const uint32_t irq : lines) check_line(irq);
    }

private:
    uint16_t type_of(uint32_t object) const { return spec_.objects[object].type; }

    template <class What>
    void expect(bool good, const What& what) {
        proof_.expect(
            "doorbells, consoles and faults are wired as granted", good, "E647", part_, [&] {
                std::string text = cat("the initialiser of node '", view_.node->name, "' ");
                if constexpr (std::is_invocable_v<const What&>)
                    return text + what();
                else
                    return text + what;
            });
    }

    void check_console(const mkl_spec_console& c) {
        const mkl_spec_object& o = spec_.objects[c.frame];
        bool ring = false;
        for (uint32_t k = 0; o.type == MKL_OBJ_FRAME && k < o.fill_count; k++)
            ring = ring || spec_.fills[o.first_fill + k].kind == MKL_FILL_RING;
        expect(ring, [&] {
            return cat("reads the console of '", spec_.name(c.name), "' from ",
                       spec_.describe(c.frame), ", which is not set up as a ring");
        });
    }

    static bool may_map(const Record& record, uint64_t page, uint32_t right) {
        return std::any_of(record.shared.begin(), record.shared.end(), [&](const auto& s) {
            return s.kind == MKL_SHARED_POOL && (s.rights & right) != 0 && s.base <= page &&
                   s.size >= MKL_PAGE_SIZE && page - s.base <= s.size - MKL_PAGE_SIZE;
        });
    }

    /// Whether a capability in `spec`, with the right if one is asked for, is to the frame of
    /// `page`.
    static bool maps(const Spec& spec, uint64_t page, uint16_t right) {
        return std::any_of(spec.slots.begin(), spec.slots.end(), [&](const mkl_spec_slot& s) {
            const mkl_spec_object& o = spec.objects[s.object];
            return o.type == MKL_OBJ_FRAME && o.paddr == page && (s.rights & right) == right;
        });
    }

    // Readable here, and another node may write it: who else would ring? Of the pools that both
    // share, the doorbell is that which the other node's components write and none here maps.
    void check_page(const mkl_spec_doorbell& d) {
        const bool readable = d.page % MKL_PAGE_SIZE == 0 && view_.record &&
                              may_map(*view_.record, d.page, MKL_RIGHT_READ);
        expect(readable, [&] {
            return cat("watches the doorbell page of '", spec_.name(d.name), "' at ", hex(d.page),
                       ", which its boot record does not share with it");
        });
        const std::string name = spec_.name(d.name);
        const auto other =
            std::find_if(image_.nodes.begin(), image_.nodes.end(), [&](const NodeView& n) {
                return n.node != view_.node && n.record && n.node->name == name &&
                       may_map(*n.record, d.page, MKL_RIGHT_WRITE);
            });
        expect(other != image_.nodes.end(), [&] {
            return cat("watches a doorbell page at ", hex(d.page), " for '", name,
                       "', which is no node that may write it");
        });
        expect(!maps(spec_, d.page, 0), [&] {
            return cat("watches the page at ", hex(d.page), " for '", name,
                       "', which a component here has for something else");
        });
        if (other == image_.nodes.end() || !other->spec) return;
        expect(maps(*other->spec, d.page, right_write), [&] {
            return cat("watches a doorbell page at ", hex(d.page), ", which no component of node '",
                       name, "' can write");
        });
    }

    void check_bells(const mkl_spec_doorbell& d) {
        std::set<uint32_t> words;
        for (uint32_t k = 0; k < d.bell_count; k++) {
            const mkl_spec_bell& b = spec_.bells[d.first_bell + k];
            expect(b.word < words_per_page && words.insert(b.word).second, [&] {
                return cat("watches word ", b.word, " of the doorbell page at ", hex(d.page),
                           ", which does not exist or is watched twice");
            });
            expect(type_of(b.notification) == MKL_OBJ_NOTIFICATION && b.badge != 0, [&] {
                return cat("signals ", spec_.describe(b.notification), " with badge ", hex(b.badge),
                           " for a bell, which nobody would take");
            });
        }
    }

    void check_line(uint32_t irq) {
        const mkl_spec_object& o = spec_.objects[irq];
        bool wakes = false;
        for (uint32_t k = 0; o.type == MKL_OBJ_IRQ && k < o.slot_count; k++) {
            const mkl_spec_slot& s = spec_.slots[o.first_slot + k];
            wakes = wakes || (s.object == spec_.header.console_notification &&
                              s.badge == MKL_SPEC_DOORBELL_BADGE);
        }
        expect(wakes, [&] {
            return cat("is not woken by ", spec_.describe(irq), ", the interrupt of a doorbell");
        });
    }

    const ImageView& image_;
    const NodeView& view_;
    const Spec& spec_;
    Proof& proof_;
    std::string part_;
};

}  // namespace

void check_wiring(const ImageView& image, Proof& proof) {
    for (const NodeView& view : image.nodes)
        if (view.spec) WiringRules{image, view, proof}.check();
}

}  // namespace mkl::verify
