// SPDX-License-Identifier: BSD-2-Clause
// No capability in any spec reaches outside what the node's boot record grants.
#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>

#include "mkl/abi/component.h"
#include "proof.hpp"

namespace mkl::verify {

namespace {

constexpr uint16_t right_write = 1;  // seL4 rights word

class SpecRules {
public:
    SpecRules(const ImageView& image, const NodeView& view, Proof& proof)
        : image_{image}, view_{view}, spec_{*view.spec}, record_{*view.record}, proof_{proof},
          part_{view.part("root.elf")} {}

    void check() {
        check_identity();
        for (size_t i = 0; i < spec_.objects.size(); i++) check_object(i);
        check_disjoint();
        check_slots();
        check_logs();
        check_authority();
        check_domains();
    }

private:
    void check_identity() {
        const uint32_t abi = spec_.header.abi;
        const bool fits = image_.table.header.arch == MKL_ARCH_AARCH64
                              ? abi >= MKL_ABI_AARCH64_CLASSIC && abi <= MKL_ABI_AARCH64_HYP_MCS
                              : abi >= MKL_ABI_RISCV64_CLASSIC && abi <= MKL_ABI_RISCV64_MCS;
        proof_.expect("specs are for their node",
                      fits && spec_.header.node_id == view_.node->raw.id, "E640", part_, [&] {
                          return cat("the spec of node '", view_.node->name, "' is for node ",
                                     spec_.header.node_id, " and kernel ABI ", abi);
                      });
    }

    // Whole of `range` in one range of the list.
    static bool inside(const std::vector<mkl_range>& list, PhysRange range) {
        return std::any_of(list.begin(), list.end(), [&](const mkl_range& r) {
            const auto outer = range_of(r);
            return outer && outer->contains(range);
        });
    }
    const mkl_rec_shared* shared(PhysRange range) const {
        for (const mkl_rec_shared& s : record_.shared) {
            const auto outer = range_of({s.base, s.size});
            if (outer && outer->contains(range)) return &s;
        }
        return nullptr;
    }
    // RAM that kernel, tree, record or root image occupy is nobody's to map.
    bool is_occupied(PhysRange range) const {
        const std::vector<mkl_range> taken{
            {record_.kernel->base,        record_.kernel->end - record_.kernel->base},
            {record_.root->base,          record_.root->end - record_.root->base    },
            {view_.node->raw.boot_record, record_.header.total_size                 },
            {view_.node->raw.dtb_base,    view_.node->raw.dtb_size                  }
        };
        return std::any_of(taken.begin(), taken.end(), [&](const mkl_range& r) {
            const auto outer = range_of(r);
            return outer && outer->overlaps(range);
        });
    }

    void check_memory(size_t index) {
        const mkl_spec_object& o = spec_.objects[index];
        if (o.paddr == MKL_SPEC_NO_PADDR) return;
        const uint64_t size = uint64_t{1} << o.size_bits;
        const auto range = PhysRange::from_base_size(PhysAddr{o.paddr}, size);
        const bool aligned = range && o.paddr % size == 0;
        const bool device = range && inside(record_.devices, *range);
        const mkl_rec_shared* in = range ? shared(*range) : nullptr;
        const bool ram = range && inside(record_.ram, *range) && !is_occupied(*range);
        proof_.expect("frames lie in what their node is granted",
                      aligned && (device || in || ram) &&
                          ((o.flags & MKL_OBJ_FLAG_DEVICE) != 0) == (device || in),
                      "E641", part_, [&] {
                          return cat(spec_.describe(index), " of node '", view_.node->name,
                                     "' is at ", hex(o.paddr), " + ", hex(size),
                                     !aligned ? ", unaligned"
                                     : device || in || ram
                                         ? ", with the wrong device flag"
                                         : ", in no device, shared range or free RAM of the node");
                      });
        proof_.expect("shared memory is zeroed by the loader",
                      in == nullptr || in->kind != MKL_SHARED_POOL ||
                          covers(ranges_of(image_.table.zeros), *range),
                      "E628", part_, [&] {
                          return cat(spec_.describe(index), " of node '", view_.node->name,
                                     "' is at ", hex(o.paddr), " + ", hex(size),
                                     ", which the loader does not zero");
                      });
        if (range) placed_.emplace_back(*range, index);
    }

    void check_object(size_t index) {
        const mkl_spec_object& o = spec_.objects[index];
        const auto low = static_cast<uint32_t>(o.extra),
                   high = static_cast<uint32_t>(o.extra >> 32);
        if (o.type == MKL_OBJ_FRAME || o.type == MKL_OBJ_UNTYPED) {
            check_memory(index);
        } else if (o.type == MKL_OBJ_IRQ) {
            const bool line =
                std::any_of(record_.interrupts.begin(), record_.interrupts.end(),
                            [&](const auto& i) { return i.id == low && i.trigger == high; });
            const bool sgi = std::any_of(record_.receives.begin(), record_.receives.end(),
                                         [&](const auto& r) { return r.id == low; });
            proof_.expect("interrupt handlers are for their node's interrupts",
                          (line || sgi) && irqs_.insert(low).second, "E642", part_, [&] {
                              return cat(spec_.describe(index), " of node '", view_.node->name,
                                         "' handles interrupt ", low, " (trigger ", high,
                                         line || sgi ? "), which another object handles too"
                                                     : "), which its boot record does not have");
                          });
        } else if (o.type == MKL_OBJ_SGI_SIGNAL) {
            const bool own =
                std::any_of(record_.sends.begin(), record_.sends.end(), [&](const auto& s) {
                    return s.id == low && s.target == uint64_t{high};
                });
            proof_.expect("SGI capabilities are for pairs that their node may send", own, "E643",
                          part_, [&] {
                              return cat(spec_.describe(index), " of node '", view_.node->name,
                                         "' raises SGI ", low, " at target ", hex(high),
                                         ", which its boot record does not have");
                          });
        }
    }

    void check_disjoint() {
        std::sort(placed_.begin(), placed_.end());
        for (size_t i = 0; i < placed_.size(); i++) {
            const bool last = i + 1 == placed_.size();
            const bool good = last || placed_[i + 1].first.base() >= placed_[i].first.end();
            proof_.expect("frames with an address are disjoint", good, "E644", part_, [&] {
                return last ? ""
                            : cat(spec_.describe(placed_[i].second), " has ", placed_[i].first,
                                  " and ", spec_.describe(placed_[i + 1].second), " has ",
                                  placed_[i + 1].first);
            });
        }
    }

    void check_slots() {
        for (size_t i = 0; i < spec_.objects.size(); i++) {
            const mkl_spec_object& o = spec_.objects[i];
            const uint64_t room = o.type == MKL_OBJ_CNODE ? uint64_t{1} << o.size_bits : 512;
            std::set<uint32_t> used;
            for (uint32_t k = 0; k < o.slot_count; k++) {
                const mkl_spec_slot& s = spec_.slots[o.first_slot + k];
                proof_.expect("capabilities stand in slots of their own",
                              s.slot < room && used.insert(s.slot).second, "E646", part_, [&] {
                                  return cat(spec_.describe(i), " holds a capability in slot ",
                                             s.slot, " of ", room,
                                             ", which does not exist or is taken");
                              });
                check_rights(i, s);
            }
        }
    }
    void check_rights(size_t holder, const mkl_spec_slot& s) {
        const mkl_spec_object& o = spec_.objects[s.object];
        if (o.type != MKL_OBJ_FRAME || o.paddr == MKL_SPEC_NO_PADDR) return;
        const auto range = PhysRange::from_base_size(PhysAddr{o.paddr}, uint64_t{1} << o.size_bits);
        const mkl_rec_shared* grant = range ? shared(*range) : nullptr;
        if (!grant) return;
        const bool writes = (s.rights & right_write) != 0;
        const bool cached = (s.flags & MKL_CAP_UNCACHED) == 0;
        proof_.expect("capabilities to shared frames have no more rights than their node",
                      !writes || (grant->rights & MKL_RIGHT_WRITE) != 0, "E641", part_, [&] {
                          return cat(spec_.describe(holder), " can write ",
                                     spec_.describe(s.object), " at ", hex(o.paddr), "; node '",
                                     view_.node->name, "' may only read there");
                      });
        proof_.expect("shared frames are cached as their node's record says",
                      cached == (grant->attributes == MKL_MEMORY_CACHED), "E641", part_, [&] {
                          return cat(spec_.describe(holder), " maps ", spec_.describe(s.object),
                                     " at ", hex(o.paddr), cached ? " cached" : " uncached",
                                     ", the boot record says otherwise");
                      });
    }

    /// IRQControl and its like, and untypeds with an address: each holder is one that the boot
    /// record declares.
    void check_authority() {
        std::vector<mkl_rec_authority> declared = record_.authority;
        for (size_t i = 0; i < spec_.objects.size(); i++) {
            const mkl_spec_object& holder = spec_.objects[i];
            if (holder.type != MKL_OBJ_CNODE) continue;
            for (uint32_t k = 0; k < holder.slot_count; k++) {
                const uint32_t index = spec_.slots[holder.first_slot + k].object;
                const mkl_spec_object& o = spec_.objects[index];
                const bool placed = o.type == MKL_OBJ_UNTYPED && o.paddr != MKL_SPEC_NO_PADDR;
                if (!placed && (o.type < MKL_OBJ_IRQ_CONTROL || o.type > MKL_OBJ_SMC)) continue;
                const uint64_t size = placed ? uint64_t{1} << o.size_bits : 0;
                const auto it =
                    std::find_if(declared.begin(), declared.end(), [&](const mkl_rec_authority& a) {
                        return a.kind == o.type &&
                               (!placed || (o.paddr >= a.base && size <= a.size &&
                                            o.paddr - a.base <= a.size - size));
                    });
                proof_.expect("authority is held as declared", it != declared.end(), "E648", part_,
                              cat(spec_.describe(i), " of node '", view_.node->name, "' holds ",
                                  spec_.describe(index),
                                  ", which its boot record does not declare"));
                if (it != declared.end() && !placed) declared.erase(it);
            }
        }
    }

    /// mkl's own kernel has as many domains as its command line says.
    void check_domains() {
        if (view_.node->raw.protocol != MKL_PROTOCOL_MKL) return;
        uint64_t domains = 1;
        constexpr std::string_view key = "domains=";
        if (record_.command_line.starts_with(key))
            domains = std::strtoul(record_.command_line.c_str() + key.size(), nullptr, 10);
        const auto exists = [&](uint32_t domain, std::string_view what) {
            proof_.expect("scheduling domains exist", domain < domains, "E649", part_,
                          cat(what, " of node '", view_.node->name, "' is in domain ", domain,
                              "; its kernel has ", domains));
        };
        for (const mkl_spec_tcb& t : spec_.tcbs) exists(t.domain, "a thread");
        for (const mkl_spec_domain& d : spec_.domains) exists(d.domain, "a turn");
    }

    void check_logs() {
        const auto granted = [&](uint64_t base, uint64_t size, uint32_t kind, uint32_t node) {
            return std::any_of(record_.shared.begin(), record_.shared.end(), [&](const auto& s) {
                return s.kind == kind && s.peer == node && s.base == base &&
                       (size == 0 || s.size == size);
            });
        };
        for (const mkl_spec_log& l : spec_.logs)
            proof_.expect("logs and peers are those of the boot record",
                          granted(l.base, l.size, MKL_SHARED_LOG, l.node_id), "E645", part_, [&] {
                              return cat("node '", view_.node->name, "' prints the log of '",
                                         spec_.name(l.name), "' from ", hex(l.base), " + ",
                                         hex(l.size), ", which its boot record does not have");
                          });
        for (const mkl_spec_peer& p : spec_.peers)
            proof_.expect("logs and peers are those of the boot record",
                          granted(p.status, 0, MKL_SHARED_STATUS, p.node_id), "E645", part_, [&] {
                              return cat("node '", view_.node->name, "' waits for '",
                                         spec_.name(p.name), "' at ", hex(p.status),
                                         ", which is not its status page");
                          });
    }

    const ImageView& image_;
    const NodeView& view_;
    const Spec& spec_;
    const Record& record_;
    Proof& proof_;
    std::string part_;
    std::vector<std::pair<PhysRange, size_t>> placed_;
    std::set<uint32_t> irqs_;
};

}  // namespace

void check_specs(const ImageView& image, Proof& proof) {
    for (const NodeView& view : image.nodes)
        if (view.spec && view.record) SpecRules{image, view, proof}.check();
}

}  // namespace mkl::verify
