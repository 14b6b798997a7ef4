// SPDX-License-Identifier: BSD-2-Clause
// Mutants of device trees, CapDL specs and ELF headers.
#include <elf.h>
#include <libfdt.h>

#include <algorithm>
#include <cstring>

#include "mutation.hpp"

namespace mkl::mutation {

namespace {

// ---- device trees: changed in place, sizes kept ----

// Calls `change(blob)` on the tree of node `site`; false if it finds nothing to change.
template <class Change>
auto on_tree(Change change) {
    return [change](MutableImage& image, size_t site) {
        if (site >= image.nodes().size()) return false;
        const mkl_payload_entry* e = image.entry(site, MKL_ROLE_DTB);
        return e && change(image, site, static_cast<void*>(image.data(*e).data()));
    };
}

bool add_to_cell(void* fdt, const char* path, const char* property, size_t cell, uint32_t add) {
    const int node = fdt_path_offset(fdt, path);
    int length = 0;
    auto* p =
        node < 0 ? nullptr : static_cast<fdt32_t*>(fdt_getprop_w(fdt, node, property, &length));
    if (!p || length < static_cast<int>((cell + 1) * 4)) return false;
    p[cell] = cpu_to_fdt32(fdt32_to_cpu(p[cell]) + add);
    return true;
}

int memory_node(const void* fdt) {
    return fdt_node_offset_by_prop_value(fdt, -1, "device_type", "memory", 7);
}
int cpu_node(const void* fdt) {
    return fdt_node_offset_by_prop_value(fdt, -1, "device_type", "cpu", 4);
}

bool add_to_reg(void* fdt, int node, uint32_t add, bool last) {
    int length = 0;
    auto* p = node < 0 ? nullptr : static_cast<fdt32_t*>(fdt_getprop_w(fdt, node, "reg", &length));
    if (!p || length < 4) return false;
    const size_t i = last ? static_cast<size_t>(length) / 4 - 1 : 0;
    p[i] = cpu_to_fdt32(fdt32_to_cpu(p[i]) + add);
    return true;
}

// First node below the root that has registers, an interrupt and status "disabled" (or none if
// `enabled`): a device of another node, or of this one.
int device(const void* fdt, bool enabled) {
    int node = 0;
    fdt_for_each_subnode(node, fdt, 0) {
        const auto* status = static_cast<const char*>(fdt_getprop(fdt, node, "status", nullptr));
        const bool is_on = !status || std::strcmp(status, "okay") == 0;
        if (fdt_getprop(fdt, node, "reg", nullptr) &&
            fdt_getprop(fdt, node, "interrupts", nullptr) && is_on == enabled &&
            !fdt_getprop(fdt, node, "interrupt-controller", nullptr))
            return node;
    }
    return -1;
}

// ---- specs ----

// Calls `change(image, node, spec, object)` for object `site` of type `type` over all nodes.
template <class Accept, class Change>
auto on_object(Accept accept, Change change) {
    return [accept, change](MutableImage& image, size_t site) {
        for (size_t n = 0; n < image.nodes().size(); n++) {
            mkl_spec_header* s = image.spec(n);
            if (!s) continue;
            for (mkl_spec_object& o : image.spec_table<mkl_spec_object>(*s, s->objects))
                if (accept(o) && site-- == 0) {
                    change(image, n, *s, o);
                    return true;
                }
        }
        return false;
    };
}
bool is_placed(const mkl_spec_object& o) {
    return o.type == MKL_OBJ_FRAME && o.paddr != MKL_SPEC_NO_PADDR;
}
auto of_type(uint16_t type) {
    return [type](const mkl_spec_object& o) { return o.type == type; };
}
template <class Change>
auto on_spec(Change change) {
    return [change](MutableImage& image, size_t site) {
        if (site >= image.nodes().size()) return false;
        mkl_spec_header* s = image.spec(site);
        return s && change(image, *s);
    };
}

// Gives a string of the tree another text of at most its length: every property of this name.
bool rename(void* fdt, std::string_view from, std::string_view to) {
    const std::span strings{static_cast<char*>(fdt) + fdt_off_dt_strings(fdt),
                            fdt_size_dt_strings(fdt)};
    const size_t at = std::string_view{strings.data(), strings.size()}.find(from);
    if (at == std::string_view::npos) return false;
    std::fill_n(strings.begin() + static_cast<ptrdiff_t>(at), from.size(), '\0');
    std::copy(to.begin(), to.end(), strings.begin() + static_cast<ptrdiff_t>(at));
    return true;
}

std::vector<Operator> tree_operators() {
    return {
        {"tree: memory grown by a page", "E631", on_tree([](MutableImage&, size_t, void* fdt) {
             return add_to_reg(fdt, memory_node(fdt), MKL_PAGE_SIZE, true);
         })},
        {"tree: memory of another node", "E631", on_tree([](MutableImage& i, size_t n, void* fdt) {
             const size_t other = (n + 1) % i.nodes().size();
             int length = 0;
             auto* p = static_cast<fdt32_t*>(fdt_getprop_w(fdt, memory_node(fdt), "reg", &length));
             if (!p || length < 16) return false;
             const uint64_t base = i.record<mkl_range>(other, MKL_REC_RAM)[0].base;
             p[0] = cpu_to_fdt32(static_cast<uint32_t>(base >> 32));
             p[1] = cpu_to_fdt32(static_cast<uint32_t>(base));
             return true;
         })},
        {"tree: another CPU", "E632", on_tree([](MutableImage&, size_t, void* fdt) {
             return add_to_reg(fdt, cpu_node(fdt), 1, true);
         })},
        {"tree: a foreign device enabled", "E635", on_tree([](MutableImage&, size_t, void* fdt) {
             const int node = device(fdt, false);
             return node >= 0 &&
                    fdt_setprop_inplace_namelen_partial(fdt, node, "status", 6, 0, "okay\0\0\0\0",
                                                        9) == 0 &&
                    fdt_setprop_inplace(fdt, node, "status", "okay\0\0\0\0", 9) == 0;
         })},
        {"tree: own device moved by a page", "E635", on_tree([](MutableImage&, size_t, void* fdt) {
             const int node = device(fdt, true);
             char path[256];
             return node >= 0 && fdt_get_path(fdt, node, path, sizeof path) == 0 &&
                    add_to_cell(fdt, path, "reg", 1, MKL_PAGE_SIZE * 64);
         })},
        {"tree: own device with another interrupt", "E636",
         on_tree([](MutableImage&, size_t, void* fdt) {
             const int node = device(fdt, true);
             char path[256];
             return node >= 0 && fdt_get_path(fdt, node, path, sizeof path) == 0 &&
                    add_to_cell(fdt, path, "interrupts", 1, 64);
         })},
        {"tree: interrupt parent that is not there", "E633",
         on_tree([](MutableImage&, size_t, void* fdt) {
             return add_to_cell(fdt, "/", "interrupt-parent", 0, 0x1000);
         })},
        {"tree: a random seed", "E634", on_tree([](MutableImage&, size_t, void* fdt) {
             return rename(fdt, "clock-names", "kaslr-seed");
         })},
        {"tree: damaged", "E630", on_tree([](MutableImage&, size_t, void* fdt) {
             static_cast<fdt_header*>(fdt)->off_dt_struct = cpu_to_fdt32(0xfffffff0);
             return true;
         })},
    };
}

std::vector<Operator> spec_operators() {
    return {
        {"spec: frame in another node's RAM", "E641",
         on_object(is_placed,
                   [](MutableImage& i, size_t n, mkl_spec_header&, mkl_spec_object& o) {
                       const size_t other = (n + 1) % i.nodes().size();
                       o.paddr = i.record<mkl_range>(other, MKL_REC_RAM)[0].base;
                   })},
        {"spec: frame in the kernel", "E641",
         on_object(is_placed, [](MutableImage& i, size_t n, mkl_spec_header&,
                                 mkl_spec_object& o) { o.paddr = i.nodes()[n].kernel_base; })},
        {"spec: frame in the distributor", "E641",
         on_object(is_placed, [](MutableImage& i, size_t, mkl_spec_header&,
                                 mkl_spec_object& o) { o.paddr = i.header().intc.dist_base; })},
        {"spec: frame in the loader", "E641",
         on_object(is_placed, [](MutableImage& i, size_t, mkl_spec_header&,
                                 mkl_spec_object& o) { o.paddr = i.params().run_base; })},
        {"spec: frame grown to 2 MiB", "E641",
         on_object(is_placed, [](MutableImage&, size_t, mkl_spec_header&,
                                 mkl_spec_object& o) { o.size_bits = 30; })},
        {"spec: ordinary frame put into another node", "E641",
         on_object(
             [](const mkl_spec_object& o) {
                 return o.type == MKL_OBJ_FRAME && o.paddr == MKL_SPEC_NO_PADDR;
             },
             [](MutableImage& i, size_t n, mkl_spec_header&, mkl_spec_object& o) {
                 const size_t other = (n + 1) % i.nodes().size();
                 o.paddr = i.record<mkl_range>(other, MKL_REC_RAM)[0].base + 0x800000;
             })},
        {"spec: two frames at one address", "E644",
         on_spec([](MutableImage& i, mkl_spec_header& s) {
             const auto objects = i.spec_table<mkl_spec_object>(s, s.objects);
             const auto placed = std::find_if(objects.begin(), objects.end(), is_placed);
             const auto other = std::find_if(objects.begin(), objects.end(), [](const auto& o) {
                 return o.type == MKL_OBJ_FRAME && !is_placed(o);
             });
             if (placed == objects.end() || other == objects.end()) return false;
             other->paddr = placed->paddr;
             other->size_bits = placed->size_bits;
             return true;
         })},
        {"spec: interrupt that its node does not own", "E642",
         on_object(of_type(MKL_OBJ_IRQ), [](MutableImage&, size_t, mkl_spec_header&,
                                            mkl_spec_object& o) { o.extra += 100; })},
        {"spec: SGI to another target", "E643",
         on_object(of_type(MKL_OBJ_SGI_SIGNAL),
                   [](MutableImage&, size_t, mkl_spec_header&, mkl_spec_object& o) {
                       o.extra += uint64_t{5} << 32;
                   })},
        {"spec: SGI with another id", "E643",
         on_object(of_type(MKL_OBJ_SGI_SIGNAL), [](MutableImage&, size_t, mkl_spec_header&,
                                                   mkl_spec_object& o) { o.extra += 1; })},
        {"spec: authority that nobody declares", "E648",
         on_object(of_type(MKL_OBJ_SGI_SIGNAL),
                   [](MutableImage&, size_t, mkl_spec_header&, mkl_spec_object& o) {
                       o.type = MKL_OBJ_IRQ_CONTROL;
                   })},
        {"spec: domain that does not exist", "E649",
         on_spec([](MutableImage& i, mkl_spec_header& s) {
             const auto threads = i.spec_table<mkl_spec_tcb>(s, s.tcbs);
             if (threads.empty()) return false;
             threads[0].domain = 9;
             return true;
         })},
        {"spec: thread that does not exist", "E640",
         on_object(of_type(MKL_OBJ_TCB), [](MutableImage&, size_t, mkl_spec_header&,
                                            mkl_spec_object& o) { o.extra = 1000; })},
        {"spec: for another node", "E640", on_spec([](MutableImage&, mkl_spec_header& s) {
             s.node_id++;
             return true;
         })},
        {"spec: for another kernel", "E640", on_spec([](MutableImage&, mkl_spec_header& s) {
             s.abi = 99;
             return true;
         })},
        {"spec: log of another place", "E645", on_spec([](MutableImage& i, mkl_spec_header& s) {
             const auto logs = i.spec_table<mkl_spec_log>(s, s.logs);
             if (logs.empty()) return false;
             logs[0].base += 0x10000;
             return true;
         })},
        {"spec: peer at another place", "E645", on_spec([](MutableImage& i, mkl_spec_header& s) {
             const auto peers = i.spec_table<mkl_spec_peer>(s, s.peers);
             if (peers.empty()) return false;
             peers[0].status += 0x10000;
             return true;
         })},
        {"spec: slot that does not exist", "E646", on_spec([](MutableImage& i, mkl_spec_header& s) {
             const auto slots = i.spec_table<mkl_spec_slot>(s, s.slots);
             if (slots.empty()) return false;
             slots[0].slot = 100000;
             return true;
         })},
        {"spec: slot used twice", "E646",
         on_object([](const mkl_spec_object& o) { return o.slot_count > 1; },
                   [](MutableImage& i, size_t, mkl_spec_header& s, mkl_spec_object& o) {
                       const auto slots = i.spec_table<mkl_spec_slot>(s, s.slots);
                       slots[o.first_slot + 1].slot = slots[o.first_slot].slot;
                   })},
        {"spec: capability to an object that does not exist", "E640",
         on_spec([](MutableImage& i, mkl_spec_header& s) {
             const auto slots = i.spec_table<mkl_spec_slot>(s, s.slots);
             if (slots.empty()) return false;
             slots[0].object = 100000;
             return true;
         })},
    };
}

// ---- ELF headers ----

template <class Change>
auto on_elf(uint32_t role, Change change) {
    return [role, change](MutableImage& image, size_t site) {
        if (site >= image.nodes().size()) return false;
        const mkl_payload_entry* e = image.entry(site, role);
        if (!e) return false;
        const auto bytes = image.data(*e);
        auto* header = reinterpret_cast<Elf64_Ehdr*>(bytes.data());
        auto* loads = reinterpret_cast<Elf64_Phdr*>(bytes.data() + header->e_phoff);
        for (int i = 0; i < header->e_phnum; i++)
            if (loads[i].p_type == PT_LOAD) {
                change(*header, loads[i]);
                return true;
            }
        return false;
    };
}

std::vector<Operator> elf_operators() {
    return {
        {"kernel ELF starts elsewhere", "E615",
         on_elf(MKL_ROLE_KERNEL, [](Elf64_Ehdr& h, Elf64_Phdr&) { h.e_entry += 4; })},
        {"kernel ELF loads other bytes", "E614",
         on_elf(MKL_ROLE_KERNEL, [](Elf64_Ehdr&, Elf64_Phdr& p) { p.p_offset += 64; })},
        {"root ELF starts elsewhere", "E616",
         on_elf(MKL_ROLE_ROOT, [](Elf64_Ehdr& h, Elf64_Phdr&) { h.e_entry += 4; })},
        {"root ELF is longer", "E614",
         on_elf(MKL_ROLE_ROOT, [](Elf64_Ehdr&, Elf64_Phdr& p) { p.p_filesz -= 8; })},
    };
}

}  // namespace

const std::vector<Operator>& content_operators() {
    static const std::vector<Operator> all = [] {
        std::vector<Operator> out = tree_operators();
        for (auto&& more : {spec_operators(), elf_operators()})
            out.insert(out.end(), more.begin(), more.end());
        return out;
    }();
    return all;
}

}  // namespace mkl::mutation
