// SPDX-License-Identifier: BSD-2-Clause
// Mutants of loader parameters, payload table and the hashes.
#include "mutation.hpp"

namespace mkl::mutation {

namespace {

using Keep = MutableImage::Keep;

constexpr size_t cpio_header_size = 110;  // newc; the name follows

// Node RAM ranges stand one after another; site n is the first range of node n.
mkl_range* ram_of(MutableImage& image, size_t node) {
    if (node >= image.nodes().size()) return nullptr;
    const auto ram = image.table<mkl_range>(image.nodes()[node].ram);
    return ram.empty() ? nullptr : &ram[0];
}

// Change one field of node `site`.
template <class Change>
auto on_node(Change change) {
    return [change](MutableImage& image, size_t site) {
        if (site >= image.nodes().size()) return false;
        change(image, image.nodes()[site]);
        return true;
    };
}
// Change one field of the kernel, root, tree, record entry of node site / 4.
template <class Change>
auto on_entry(Change change) {
    return [change](MutableImage& image, size_t site) {
        if (site >= image.entries().size()) return false;
        change(image, image.entries()[site]);
        return true;
    };
}
template <class Change>
auto once(Change change) {
    return [change](MutableImage& image, size_t site) {
        if (site != 0) return false;
        change(image);
        return true;
    };
}
template <class Change>
auto on_segment(Change change) {
    return [change](MutableImage& image, size_t site) {
        if (site >= image.segments().size()) return false;
        change(image.segments()[site]);
        return true;
    };
}

}  // namespace

const std::vector<Operator>& table_operators() {
    static const std::vector<Operator> all{
        {"entry byte flipped", "E606", on_entry([](MutableImage& i, mkl_payload_entry& e) {
             auto& b = i.data(e)[e.size / 2];
             b ^= std::byte{1};
         }),
         Keep::entry_hashes},
        {"entry hash changed", "E606",
         on_entry([](MutableImage&, mkl_payload_entry& e) { e.sha256[3] ^= 1; }),
         Keep::entry_hashes},
        {"table changed, its hash not", "E605",
         once([](MutableImage& i) { i.header().counter_hz++; }), Keep::table_hash},
        {"table changed, its checksum not", "E604",
         once([](MutableImage& i) { i.header().counter_hz++; }), Keep::table_crc},
        {"node RAM grown by a page", "E621",
         [](MutableImage& i, size_t site) {
             mkl_range* r = ram_of(i, site);
             if (r) r->size += MKL_PAGE_SIZE;
             return r != nullptr;
         }},
        {"node RAM shrunk by a page", "E621",
         [](MutableImage& i, size_t site) {
             mkl_range* r = ram_of(i, site);
             if (r) r->size -= MKL_PAGE_SIZE;
             return r != nullptr;
         }},
        {"node RAM moved onto the next node's", "E611",
         [](MutableImage& i, size_t site) {
             mkl_range *a = ram_of(i, site), *b = ram_of(i, site + 1);
             if (a && b) a->base = b->base;
             return a && b;
         }},
        {"CPU of another node", "E629",
         [](MutableImage& i, size_t site) {
             if (site + 1 >= i.nodes().size()) return false;
             i.nodes()[site].hwid = i.nodes()[site + 1].hwid;
             return true;
         }},
        {"CPU that no node has", "E621",
         on_node([](MutableImage&, mkl_payload_node& n) { n.hwid += 0x100; })},
        {"status page of the next node", "E609",
         on_node([](MutableImage&, mkl_payload_node& n) { n.status += MKL_PAGE_SIZE; })},
        {"log ring moved", "E609",
         [](MutableImage& i, size_t site) {
             for (mkl_payload_node& n : i.nodes())
                 if (n.log != 0 && site-- == 0) {
                     n.log += MKL_PAGE_SIZE;
                     return true;
                 }
             return false;
         }},
        {"kernel entry moved", "E615",
         on_node([](MutableImage&, mkl_payload_node& n) { n.kernel_entry += 4; })},
        {"kernel end moved", "E615",
         on_node([](MutableImage&, mkl_payload_node& n) { n.kernel_end -= MKL_PAGE_SIZE; })},
        {"kernel virtual base moved", "E615",
         on_node([](MutableImage&, mkl_payload_node& n) { n.kernel_virt += 0x200000; })},
        {"tree announced elsewhere", "E614",
         on_node([](MutableImage&, mkl_payload_node& n) { n.dtb_base += MKL_PAGE_SIZE; })},
        {"boot record announced elsewhere", "E614",
         on_node([](MutableImage&, mkl_payload_node& n) { n.boot_record += MKL_PAGE_SIZE; })},
        {"segment moved by a page", "E614",
         on_segment([](mkl_payload_segment& s) { s.dest += MKL_PAGE_SIZE; })},
        {"segment moved out of RAM", "E612",
         on_segment([](mkl_payload_segment& s) { s.dest = 0x1000; })},
        {"segment grown over the next", "E613",
         [](MutableImage& i, size_t site) {
             if (site + 1 >= i.segments().size()) return false;
             mkl_payload_segment& s = i.segments()[site];
             s.memory_size = i.segments()[site + 1].dest - s.dest + MKL_PAGE_SIZE;
             // The last segment of a node has its next in another's RAM: that is outside.
             return s.memory_size < 0x2000000;
         }},
        {"segment from elsewhere in its entry", "E614", on_segment([](mkl_payload_segment& s) {
             s.offset += 8;
             s.file_size -= 8;
         })},
        {"segment longer than its entry", "E612", on_segment([](mkl_payload_segment& s) {
             s.file_size += 0x4000000;
             s.memory_size += 0x4000000;
         })},
        {"entry of another role", "E607", on_entry([](MutableImage&, mkl_payload_entry& e) {
             e.role = e.role == MKL_ROLE_FILE ? MKL_ROLE_STEWARD : MKL_ROLE_FILE;
         })},
        {"entry of another node", "E607", on_entry([](MutableImage& i, mkl_payload_entry& e) {
             e.node = (e.node + 1) % static_cast<uint32_t>(i.nodes().size());
         })},
        {"entry moved by 64 bytes", "E607",
         on_entry([](MutableImage&, mkl_payload_entry& e) { e.offset += 64; })},
        {"entry shortened", "E607",
         on_entry([](MutableImage&, mkl_payload_entry& e) { e.size -= 8; })},
        {"entry renamed", "E607",
         on_entry([](MutableImage&, mkl_payload_entry& e) { e.name[0] ^= 1; })},
        {"last entry of a node hidden", "E607",
         on_node([](MutableImage&, mkl_payload_node& n) { n.entries.count--; })},
        {"loader runs elsewhere", "E608",
         once([](MutableImage& i) { i.params().run_base += 0x200000; })},
        {"loader footprint shrunk", "E608",
         once([](MutableImage& i) { i.params().footprint -= MKL_PAGE_SIZE; })},
        {"scratch over the payload", "E608",
         once([](MutableImage& i) { i.params().scratch_offset = i.params().payload_offset; })},
        {"scratch behind the footprint", "E608",
         once([](MutableImage& i) { i.params().scratch_size = i.params().footprint; })},
        {"loader over a node", "E611", once([](MutableImage& i) {
             i.header().loader.base = i.params().run_base = ram_of(i, 0)->base;
         })},
        {"status pages over a node", "E611",
         once([](MutableImage& i) { i.header().status.base = ram_of(i, 0)->base; })},
        {"pool over a node", "E611",
         [](MutableImage& i, size_t site) {
             auto pools = i.table<mkl_range>(i.header().pools);
             if (site >= pools.size()) return false;
             pools[site].base = ram_of(i, 0)->base;
             return true;
         }},
        {"pool shorter than it is used", "E628",
         [](MutableImage& i, size_t site) {
             auto pools = i.table<mkl_range>(i.header().pools);
             if (site >= pools.size()) return false;
             pools[site].size -= MKL_PAGE_SIZE;
             return true;
         }},
        {"a claim forgotten", "E610", once([](MutableImage& i) { i.header().claims.count--; })},
        {"board has less RAM", "E610",
         once([](MutableImage& i) { i.table<mkl_range>(i.header().ram)[0].base += 0x200000; })},
        {"interrupt routed to another node", "E622",
         [](MutableImage& i, size_t site) {
             if (site >= i.interrupts().size()) return false;
             auto& irq = i.interrupts()[site];
             irq.node = (irq.node + 1) % static_cast<uint32_t>(i.nodes().size());
             return true;
         }},
        {"interrupt with another trigger", "E622",
         [](MutableImage& i, size_t site) {
             if (site >= i.interrupts().size()) return false;
             i.interrupts()[site].trigger ^= 1;
             return true;
         }},
        {"interrupt given out twice", "E623",
         [](MutableImage& i, size_t site) {
             if (site + 1 >= i.interrupts().size()) return false;
             i.interrupts()[site + 1].id = i.interrupts()[site].id;
             return true;
         }},
        {"interrupt that is no SPI", "E623",
         [](MutableImage& i, size_t site) {
             if (site >= i.interrupts().size()) return false;
             i.interrupts()[site].id = 27;
             return true;
         }},
        {"interrupt of no node", "E623",
         [](MutableImage& i, size_t site) {
             if (site >= i.interrupts().size()) return false;
             i.interrupts()[site].node = 60;
             return true;
         }},
        {"node name used twice", "E604",
         [](MutableImage& i, size_t site) {
             if (site + 1 >= i.nodes().size()) return false;
             std::copy(std::begin(i.nodes()[site + 1].name), std::end(i.nodes()[site + 1].name),
                       i.nodes()[site].name);
             return true;
         }},
        {"archive: first header damaged", "E603",
         once([](MutableImage& i) { i.archive()[0] ^= std::byte{1}; })},
        {"archive: table under another name", "E603",
         once([](MutableImage& i) { i.archive()[cpio_header_size] ^= std::byte{1}; })},
        {"newer table", "E604", once([](MutableImage& i) { i.header().major++; })},
        {"table reaches past its end", "E604",
         once([](MutableImage& i) { i.header().segments.count += 1000; })},
    };
    return all;
}

}  // namespace mkl::mutation
