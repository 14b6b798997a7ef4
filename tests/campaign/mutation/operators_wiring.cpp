// SPDX-License-Identifier: BSD-2-Clause
// Mutants of what lies between nodes: doorbells, log rings, status pages, pools; and of what only
// unmodified seL4 kernels have: registers, decoys, the steward.
#include <algorithm>
#include <cstring>

#include "mkl/abi/component.h"
#include "mkl/abi/loader_info.h"
#include "mutation.hpp"

namespace mkl::mutation {

namespace {

// Calls `change(image, node, spec)` for the `site`-th node that has a spec with doorbells.
template <class Change>
auto on_doorbells(Change change) {
    return [change](MutableImage& image, size_t site) {
        for (size_t n = 0; n < image.nodes().size(); n++) {
            mkl_spec_header* s = image.spec(n);
            if (s && s->doorbells.count != 0 && site-- == 0) return change(image, n, *s);
        }
        return false;
    };
}
auto on_doorbell(void (*change)(mkl_spec_doorbell& doorbell)) {
    return on_doorbells([change](MutableImage& i, size_t, mkl_spec_header& s) {
        change(i.spec_table<mkl_spec_doorbell>(s, s.doorbells)[0]);
        return true;
    });
}
auto on_bell(void (*change)(mkl_spec_bell& bell)) {
    return on_doorbells([change](MutableImage& i, size_t, mkl_spec_header& s) {
        change(i.spec_table<mkl_spec_bell>(s, s.bells)[0]);
        return true;
    });
}

// Calls `change(shared)` for the `site`-th range of this kind, own or foreign.
template <class Change>
auto on_shared(uint32_t kind, bool own, Change change) {
    return [=](MutableImage& image, size_t site) {
        for (size_t n = 0; n < image.nodes().size(); n++)
            for (mkl_rec_shared& s : image.record<mkl_rec_shared>(n, MKL_REC_SHARED))
                if (s.kind == kind && (kind == MKL_SHARED_POOL || (s.peer == n) == own) &&
                    site-- == 0)
                    return change(image, n, s);
        return false;
    };
}

// Calls `change(node)` for the `site`-th node with an unmodified kernel.
template <class Change>
auto on_sel4(Change change) {
    return [change](MutableImage& image, size_t site) {
        for (mkl_payload_node& n : image.nodes())
            if (n.protocol == MKL_PROTOCOL_SEL4 && site-- == 0) return change(image, n);
        return false;
    };
}

std::vector<Operator> doorbell_operators() {
    return {
        {"doorbell: page of nobody", "E647",
         on_doorbell([](mkl_spec_doorbell& d) { d.page += uint64_t{64} << 20; })},
        {"doorbell: page in its own RAM", "E647",
         on_doorbells([](MutableImage& i, size_t n, mkl_spec_header& s) {
             i.spec_table<mkl_spec_doorbell>(s, s.doorbells)[0].page =
                 i.record<mkl_range>(n, MKL_REC_RAM)[0].base;
             return true;
         })},
        {"doorbell: unaligned", "E647", on_doorbell([](mkl_spec_doorbell& d) { d.page += 8; })},
        {"doorbell: interrupt that is none", "E647",
         on_doorbells([](MutableImage& i, size_t, mkl_spec_header& s) {
             i.spec_table<mkl_spec_doorbell>(s, s.doorbells)[0].irq = s.console_notification;
             return true;
         })},
        {"doorbell: object past the end", "E640",
         on_doorbell([](mkl_spec_doorbell& d) { d.irq = 1u << 30; })},
        {"doorbell: bells past the end", "E640",
         on_doorbell([](mkl_spec_doorbell& d) { d.bell_count += 100000; })},
        {"doorbell: of another node", "E647",
         on_doorbells([](MutableImage& i, size_t, mkl_spec_header& s) {
             auto bells = i.spec_table<mkl_spec_doorbell>(s, s.doorbells);
             bells[0].name = i.spec_table<mkl_spec_object>(s, s.objects)[0].name;
             return true;
         })},
        {"doorbell: another pool of the same two", "E647",
         on_doorbells([](MutableImage& i, size_t n, mkl_spec_header& s) {
             uint64_t& page = i.spec_table<mkl_spec_doorbell>(s, s.doorbells)[0].page;
             for (const mkl_rec_shared& r : i.record<mkl_rec_shared>(n, MKL_REC_SHARED))
                 if (r.kind == MKL_SHARED_POOL && r.base != page) {
                     page = r.base;
                     return true;
                 }
             return false;
         })},
        {"doorbell: interrupt wakes nobody", "E647",
         on_doorbells([](MutableImage& i, size_t, mkl_spec_header& s) {
             const auto& d = i.spec_table<mkl_spec_doorbell>(s, s.doorbells)[0];
             const auto& irq = i.spec_table<mkl_spec_object>(s, s.objects)[d.irq];
             i.spec_table<mkl_spec_slot>(s, s.slots)[irq.first_slot].badge = 1;
             return true;
         })},
        {"bell: word outside the page", "E647", on_bell([](mkl_spec_bell& b) { b.word = 512; })},
        {"bell: word watched twice", "E647",
         on_doorbells([](MutableImage& i, size_t, mkl_spec_header& s) {
             for (const auto& d : i.spec_table<mkl_spec_doorbell>(s, s.doorbells))
                 if (d.bell_count > 1) {
                     auto bells = i.spec_table<mkl_spec_bell>(s, s.bells);
                     bells[d.first_bell].word = bells[d.first_bell + 1].word;
                     return true;
                 }
             return false;
         })},
        {"bell: signals what is no notification", "E647",
         on_doorbells([](MutableImage& i, size_t, mkl_spec_header& s) {
             const auto objects = i.spec_table<mkl_spec_object>(s, s.objects);
             for (uint32_t k = 0; k < objects.size(); k++)
                 if (objects[k].type == MKL_OBJ_TCB) {
                     i.spec_table<mkl_spec_bell>(s, s.bells)[0].notification = k;
                     return true;
                 }
             return false;
         })},
        {"bell: signals nothing", "E647", on_bell([](mkl_spec_bell& b) { b.badge = 0; })},
        {"console that is no ring", "E647",
         [](MutableImage& image, size_t site) {
             for (size_t n = 0; n < image.nodes().size(); n++) {
                 mkl_spec_header* s = image.spec(n);
                 if (!s || s->consoles.count == 0 || site-- != 0) continue;
                 const auto& c = image.spec_table<mkl_spec_console>(*s, s->consoles)[0];
                 image.spec_table<mkl_spec_object>(*s, s->objects)[c.frame].fill_count = 0;
                 return true;
             }
             return false;
         }},
        {"faults to what is no endpoint", "E647",
         [](MutableImage& image, size_t site) {
             for (size_t n = 0; n < image.nodes().size(); n++) {
                 mkl_spec_header* s = image.spec(n);
                 if (!s || s->fault_endpoint == ~0u || s->console_notification == ~0u ||
                     site-- != 0)
                     continue;
                 s->fault_endpoint = s->console_notification;
                 return true;
             }
             return false;
         }},
    };
}

std::vector<Operator> shared_operators() {
    return {
        {"shared: own status page read-only for its node", "E628",
         on_shared(MKL_SHARED_STATUS, true,
                   [](MutableImage&, size_t, mkl_rec_shared& s) {
                       s.rights = MKL_RIGHT_WRITE;
                       return true;
                   })},
        {"shared: another's status page at the next one", "E628",
         on_shared(MKL_SHARED_STATUS, false,
                   [](MutableImage&, size_t, mkl_rec_shared& s) {
                       s.base += MKL_PAGE_SIZE;
                       return true;
                   })},
        {"shared: two status pages instead of one", "E628",
         on_shared(MKL_SHARED_STATUS, false,
                   [](MutableImage&, size_t, mkl_rec_shared& s) {
                       s.size += MKL_PAGE_SIZE;
                       return true;
                   })},
        {"shared: log ring said to be another node's", "E628",
         on_shared(MKL_SHARED_LOG, false,
                   [](MutableImage& i, size_t n, mkl_rec_shared& s) {
                       s.peer = s.peer == 0 ? static_cast<uint32_t>(i.nodes().size()) : 0;
                       (void)n;
                       return true;
                   })},
        {"shared: log ring said to be a pool", "E628",
         on_shared(MKL_SHARED_LOG, false,
                   [](MutableImage&, size_t, mkl_rec_shared& s) {
                       s.kind = MKL_SHARED_POOL;
                       return true;
                   })},
        {"shared: pool of unknown attributes", "E628",
         on_shared(MKL_SHARED_POOL, false,
                   [](MutableImage&, size_t, mkl_rec_shared& s) {
                       s.attributes = 7;
                       return true;
                   })},
        {"shared: pool that nobody may read", "E628",
         on_shared(MKL_SHARED_POOL, false,
                   [](MutableImage&, size_t, mkl_rec_shared& s) {
                       s.rights = 0;
                       return true;
                   })},
        {"shared: pool with a right that there is not", "E628",
         on_shared(MKL_SHARED_POOL, false,
                   [](MutableImage&, size_t, mkl_rec_shared& s) {
                       s.rights |= 4;
                       return true;
                   })},
        {"shared: pool at another place for one member", "E628",
         on_shared(MKL_SHARED_POOL, false,
                   [](MutableImage&, size_t, mkl_rec_shared& s) {
                       s.base += MKL_PAGE_SIZE;
                       s.size -= s.size > MKL_PAGE_SIZE ? MKL_PAGE_SIZE : 0;
                       return true;
                   })},
        {"Image header keeps less memory free than is used", "E617",
         [](MutableImage& i, size_t site) {
             if (site != 0) return false;
             i.image_size() = i.params().scratch_offset;
             return true;
         }},
    };
}

bool has_decoys(MutableImage& image) {
    if (image.header().intc.type != MKL_INTC_GICV3) return false;
    for (const mkl_payload_node& n : image.nodes())
        if (n.protocol == MKL_PROTOCOL_SEL4) return true;
    return false;
}

std::vector<Operator> zero_operators() {
    std::vector<Operator> out;
    out.push_back(
        {"shared: what somebody maps is not zeroed", "E628", [](MutableImage& i, size_t site) {
             auto zeros = i.table<mkl_range>(i.header().zeros);
             if (has_decoys(i) || site >= zeros.size()) return false;
             zeros[site].base += MKL_PAGE_SIZE;
             zeros[site].size -= MKL_PAGE_SIZE;
             return true;
         }});
    out.push_back({"shared: RAM of a node is zeroed", "E628", [](MutableImage& i, size_t site) {
                       auto zeros = i.table<mkl_range>(i.header().zeros);
                       if (site >= zeros.size()) return false;
                       zeros[site].base = i.table<mkl_range>(i.nodes()[0].ram)[0].base;
                       return true;
                   }});
    return out;
}

std::vector<Operator> sel4_operators() {
    std::vector<Operator> out;
    static constexpr const char* names[] = {"sel4: root image elsewhere",
                                            "sel4: root image longer",
                                            "sel4: another distance to virtual addresses",
                                            "sel4: root task entered elsewhere",
                                            "sel4: another tree",
                                            "sel4: tree of another size"};
    for (size_t r = 0; r < std::size(names); r++)
        out.push_back({names[r], "E651", on_sel4([r](MutableImage&, mkl_payload_node& n) {
                           n.args[r] += MKL_PAGE_SIZE;
                           return true;
                       })});
    out.push_back({"sel4: root image before the tree", "E652",
                   on_sel4([](MutableImage&, mkl_payload_node& n) {
                       n.args[0] = n.dtb_base;
                       return true;
                   })});
    out.push_back({"sel4: kernel built for more RAM", "E653",
                   on_sel4([](MutableImage& i, mkl_payload_node& n) {
                       const mkl_range ram = i.table<mkl_range>(n.ram)[0];
                       const uint64_t built[2] = {ram.base, ram.base + ram.size};
                       const auto bytes = std::as_bytes(std::span{built});
                       const auto kernel = i.data(*i.entry(n.id, MKL_ROLE_KERNEL));
                       const auto at =
                           std::search(kernel.begin(), kernel.end(), bytes.begin(), bytes.end());
                       if (at == kernel.end()) return false;
                       const uint64_t end = built[1] + MKL_PAGE_SIZE;
                       std::memcpy(&at[sizeof end], &end, sizeof end);
                       return true;
                   })});
    out.push_back(
        {"sel4: root task with the other system calls", "E640", [](MutableImage& i, size_t site) {
             if (site >= i.nodes().size() || i.spec(site) == nullptr ||
                 i.nodes()[site].protocol == MKL_PROTOCOL_MKL)
                 return false;
             uint32_t& abi = i.spec(site)->abi;
             const bool hyp = abi == MKL_ABI_AARCH64_HYP || abi == MKL_ABI_AARCH64_HYP_MCS;
             abi = hyp ? MKL_ABI_AARCH64_HYP_MCS : MKL_ABI_AARCH64_MCS;
             return true;
         }});
    out.push_back({"sel4: decoy is not zeroed", "E654", [](MutableImage& i, size_t site) {
                       auto zeros = i.table<mkl_range>(i.header().zeros);
                       if (!has_decoys(i) || site != 0 || zeros.empty()) return false;
                       zeros.back().base += zeros.back().size;
                       return true;
                   }});
    out.push_back({"steward on the CPU of a node", "E629", [](MutableImage& i, size_t site) {
                       if (site >= i.nodes().size()) return false;
                       i.header().steward_start = MKL_START_PSCI_HVC;
                       i.header().steward_hwid = i.nodes()[site].hwid;
                       return true;
                   }});
    out.push_back({"sel4: two nodes enter last", "E604", [](MutableImage& i, size_t site) {
                       if (site != 0 || i.nodes().size() < 2) return false;
                       for (mkl_payload_node& n : i.nodes()) n.flags |= MKL_NODE_LAST;
                       return true;
                   }});
    return out;
}

// What only a comparison with the plan can tell.
std::vector<Operator> start_operators() {
    std::vector<Operator> out;
    const auto asked = [&](const char* name, decltype(Operator::apply) change) {
        out.push_back({name, "E650", std::move(change), MutableImage::Keep::nothing, true});
    };
    asked("steward on another CPU", [](MutableImage& i, size_t site) {
        if (site != 0 || i.header().steward_start == MKL_START_NONE) return false;
        i.header().steward_hwid ^= 0x100;
        return true;
    });
    asked("loader: another byte", [](MutableImage& i, size_t site) {
        const auto loader = i.loader();
        constexpr size_t behind_headers = MKL_PAGE_SIZE;
        const size_t at = behind_headers + site * (loader.size() - behind_headers) / 8;
        if (at >= loader.size()) return false;
        loader[at] ^= std::byte{4};
        return true;
    });
    asked("steward's line not enabled", [](MutableImage& i, size_t site) {
        for (mkl_payload_interrupt& line : i.interrupts())
            if ((line.flags & MKL_PAYLOAD_IRQ_ENABLE) != 0 && site-- == 0) {
                line.flags &= ~uint32_t{MKL_PAYLOAD_IRQ_ENABLE};
                return true;
            }
        return false;
    });
    asked("start-timeout of no time", [](MutableImage& i, size_t site) {
        if (site >= i.nodes().size()) return false;
        i.nodes()[site].start_timeout_ms = 0;
        return true;
    });
    asked("one node waits for the others", [](MutableImage& i, size_t site) {
        if (site >= i.nodes().size()) return false;
        i.nodes()[site].flags ^= MKL_NODE_LAST;
        return true;
    });
    return out;
}

// Adds `change` to the word at `offset` of the `site`-th loader info page.
auto on_info(uint64_t offset, uint64_t change) {
    return [=](MutableImage& image, size_t site) {
        for (size_t n = 0; n < image.nodes().size(); n++) {
            mkl_payload_entry* page = image.entry(n, MKL_ROLE_LOADER_INFO);
            if (page == nullptr || site-- != 0) continue;
            uint64_t word = 0;
            std::byte* const at = image.data(*page).data() + offset;
            std::memcpy(&word, at, sizeof word);
            word += change;
            std::memcpy(at, &word, sizeof word);
            return true;
        }
        return false;
    };
}

std::vector<Operator> info_operators() {
    constexpr uint64_t kernel = sizeof(mkl_info_header), ram = kernel + sizeof(mkl_info_range),
                       root = ram + sizeof(mkl_info_range), kept = root + sizeof(mkl_info_root);
    const auto shrunk = uint64_t{0} - MKL_PAGE_SIZE;
    return {
        {"info: another magic", "E655", on_info(0, 1)},
        {"info: another entry", "E655", on_info(8, 4)},
        {"info: two kernels", "E655", on_info(16, 1)},
        {"info: kernel elsewhere", "E655", on_info(kernel, MKL_PAGE_SIZE)},
        {"info: kernel ends later", "E655", on_info(kernel + 8, MKL_PAGE_SIZE)},
        {"info: more RAM", "E655", on_info(ram + 8, MKL_PAGE_SIZE)},
        {"info: less RAM", "E655", on_info(ram + 8, shrunk)},
        {"info: root image elsewhere", "E655", on_info(root, MKL_PAGE_SIZE)},
        {"info: root image without its tree", "E655", on_info(root + 8, shrunk)},
        {"info: root image mapped elsewhere", "E655", on_info(root + 16, MKL_PAGE_SIZE)},
        {"info: first range not reserved", "E655", on_info(kept + 8, shrunk)},
        {"info: second range not reserved", "E655",
         on_info(kept + sizeof(mkl_info_range) + 8, shrunk)},
        {"info: page told elsewhere", "E614",
         [](MutableImage& i, size_t site) {
             for (mkl_payload_node& n : i.nodes())
                 if (n.protocol == MKL_PROTOCOL_LOADER_INFO && site-- == 0) {
                     n.args[0] += MKL_PAGE_SIZE;
                     return true;
                 }
             return false;
         }},
    };
}

}  // namespace

const std::vector<Operator>& wiring_operators() {
    static const std::vector<Operator> all = [] {
        std::vector<Operator> out = doorbell_operators();
        for (auto list : {shared_operators(), zero_operators(), sel4_operators(), start_operators(),
                          info_operators()})
            out.insert(out.end(), list.begin(), list.end());
        return out;
    }();
    return all;
}

}  // namespace mkl::mutation
