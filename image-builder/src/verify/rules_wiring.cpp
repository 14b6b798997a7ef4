// SPDX-License-Identifier: BSD-2-Clause
// What the initialiser does by itself: doorbells of multiplexed signals, consoles, faults.
#include <algorithm>
#include <set>

#include "proof.hpp"

namespace mkl::verify {

namespace {

constexpr uint32_t words_per_page = MKL_PAGE_SIZE / 8;

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
            expect(pages.insert(d.page).second, cat("has two doorbells at ", hex(d.page)));
            if (d.irq != ~0u) lines.insert(d.irq);
            check_page(d);
            check_bells(d);
        }
        for (const uint32_t irq : lines) check_line(irq);
    }

private:
    uint16_t type_of(uint32_t object) const { return spec_.objects[object].type; }

    void expect(bool good, const std::string& what) {
        proof_.expect("doorbells, consoles and faults are wired as granted", good, "E647", part_,
                      cat("the initialiser of node '", view_.node->name, "' ", what));
    }

    void check_console(const mkl_spec_console& c) {
        const mkl_spec_object& o = spec_.objects[c.frame];
        bool ring = false;
        for (uint32_t k = 0; o.type == MKL_OBJ_FRAME && k < o.fill_count; k++)
            ring = ring || spec_.fills[o.first_fill + k].kind == MKL_FILL_RING;
        expect(ring, cat("reads the console of '", spec_.name(c.name), "' from ",
                         spec_.describe(c.frame), ", which is not set up as a ring"));
    }

    // Readable here, and another node may write it: who else would ring?
    void check_page(const mkl_spec_doorbell& d) {
        const auto has = [&](const Record& record, uint32_t right) {
            return std::any_of(record.shared.begin(), record.shared.end(),
                               [&](const mkl_rec_shared& s) {
                                   return s.kind == MKL_SHARED_POOL && (s.rights & right) != 0 &&
                                          s.base <= d.page && s.size >= MKL_PAGE_SIZE &&
                                          d.page - s.base <= s.size - MKL_PAGE_SIZE;
                               });
        };
        expect(d.page % MKL_PAGE_SIZE == 0 && view_.record && has(*view_.record, MKL_RIGHT_READ),
               cat("watches the doorbell page of '", spec_.name(d.name), "' at ", hex(d.page),
                   ", which its boot record does not share with it"));
        const bool rung =
            std::any_of(image_.nodes.begin(), image_.nodes.end(), [&](const NodeView& n) {
                return n.node != view_.node && n.record && n.node->name == spec_.name(d.name) &&
                       has(*n.record, MKL_RIGHT_WRITE);
            });
        expect(rung, cat("watches a doorbell page at ", hex(d.page), " for '", spec_.name(d.name),
                         "', which is no node that may write it"));
    }

    void check_bells(const mkl_spec_doorbell& d) {
        std::set<uint32_t> words;
        for (uint32_t k = 0; k < d.bell_count; k++) {
            const mkl_spec_bell& b = spec_.bells[d.first_bell + k];
            expect(b.word < words_per_page && words.insert(b.word).second,
                   cat("watches word ", b.word, " of the doorbell page at ", hex(d.page),
                       ", which does not exist or is watched twice"));
            expect(type_of(b.notification) == MKL_OBJ_NOTIFICATION && b.badge != 0,
                   cat("signals ", spec_.describe(b.notification), " with badge ", hex(b.badge),
                       " for a bell, which nobody would take"));
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
        expect(wakes,
               cat("is not woken by ", spec_.describe(irq), ", the interrupt of a doorbell"));
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
