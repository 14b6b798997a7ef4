// SPDX-License-Identifier: BSD-2-Clause
// Mutants of boot records.
#include "mutation.hpp"

namespace mkl::mutation {

namespace {

// Changes element `site`, counted over all nodes, of one kind of record.
template <class T, class Change>
auto on_each(uint32_t type, Change change) {
    return [type, change](MutableImage& image, size_t site) {
        for (size_t n = 0; n < image.nodes().size(); n++) {
            const auto list = image.record<T>(n, type);
            if (site < list.size()) {
                change(image, n, list[site]);
                return true;
            }
            site -= list.size();
        }
        return false;
    };
}
// Changes the record of node `site`.
template <class T, class Change>
auto on_record(uint32_t type, Change change) {
    return [type, change](MutableImage& image, size_t site) {
        if (site >= image.nodes().size()) return false;
        T* r = image.whole_record<T>(site, type);
        if (r) change(*r);
        return r != nullptr;
    };
}
// Changes shared range `site` of one kind that belongs to another node, or is a pool.
template <class Change>
auto on_shared(uint32_t kind, Change change) {
    return [kind, change](MutableImage& image, size_t site) {
        for (size_t n = 0; n < image.nodes().size(); n++)
            for (mkl_rec_shared& s : image.record<mkl_rec_shared>(n, MKL_REC_SHARED)) {
                const bool foreign = kind == MKL_SHARED_POOL || s.peer != n;
                if (s.kind == kind && foreign && site-- == 0) {
                    change(s);
                    return true;
                }
            }
        return false;
    };
}

// Changes what a node may map as a file, file `site` of all.
template <class Change>
auto on_file(Change change) {
    return [change](MutableImage& image, size_t site) {
        for (size_t n = 0; n < image.nodes().size(); n++)
            for (mkl_rec_shared& s : image.record<mkl_rec_shared>(n, MKL_REC_SHARED))
                if (s.kind == MKL_SHARED_FILE && site-- == 0) {
                    change(s);
                    return true;
                }
        return false;
    };
}

}  // namespace

const std::vector<Operator>& record_operators() {
    static const std::vector<Operator> all{
        {"record: RAM grown by a page", "E621",
         on_each<mkl_range>(MKL_REC_RAM,
                            [](MutableImage&, size_t, mkl_range& r) { r.size += MKL_PAGE_SIZE; })},
        {"record: RAM of another node", "E621",
         on_each<mkl_range>(MKL_REC_RAM,
                            [](MutableImage& i, size_t n, mkl_range& r) {
                                const size_t other = (n + 1) % i.nodes().size();
                                r = i.record<mkl_range>(other, MKL_REC_RAM)[0];
                            })},
        {"record: a file's memory not reserved", "E621",
         on_each<mkl_range>(MKL_REC_RESERVED,
                            [](MutableImage&, size_t, mkl_range& r) { r.base -= 0x200000; })},
        {"record: a file mapped with what is before it", "E628", on_file([](mkl_rec_shared& s) {
             s.base -= MKL_PAGE_SIZE;
             s.size += MKL_PAGE_SIZE;
         })},
        {"record: the kernel's RAM as a file", "E628",
         on_file([](mkl_rec_shared& s) { s.base -= 0x1000000; })},
        {"record: a file as a pool", "E628",
         on_file([](mkl_rec_shared& s) { s.kind = MKL_SHARED_POOL; })},
        {"record: another CPU", "E621",
         on_record<mkl_rec_node>(MKL_REC_NODE, [](mkl_rec_node& r) { r.hwid ^= 1; })},
        {"record: another number", "E621",
         on_record<mkl_rec_node>(MKL_REC_NODE, [](mkl_rec_node& r) { r.id++; })},
        {"record: another name", "E621",
         on_record<mkl_rec_node>(MKL_REC_NODE, [](mkl_rec_node& r) { r.name[0] ^= 1; })},
        {"record: kernel elsewhere", "E621",
         on_record<mkl_rec_kernel>(MKL_REC_KERNEL, [](mkl_rec_kernel& r) { r.base += 0x200000; })},
        {"record: kernel shorter", "E621",
         on_record<mkl_rec_kernel>(MKL_REC_KERNEL,
                                   [](mkl_rec_kernel& r) { r.end -= MKL_PAGE_SIZE; })},
        {"record: root task starts elsewhere", "E616",
         on_record<mkl_rec_root_task>(MKL_REC_ROOT_TASK,
                                      [](mkl_rec_root_task& r) { r.entry += 4; })},
        {"record: root image longer", "E616",
         on_record<mkl_rec_root_task>(MKL_REC_ROOT_TASK,
                                      [](mkl_rec_root_task& r) { r.end += MKL_PAGE_SIZE; })},
        {"record: interrupt moved", "E622",
         on_each<mkl_rec_interrupt>(
             MKL_REC_INTERRUPTS, [](MutableImage&, size_t, mkl_rec_interrupt& r) { r.id += 64; })},
        {"record: interrupt with another trigger", "E622",
         on_each<mkl_rec_interrupt>(
             MKL_REC_INTERRUPTS,
             [](MutableImage&, size_t, mkl_rec_interrupt& r) { r.trigger ^= 1; })},
        {"record: SGI retargeted", "E624",
         on_each<mkl_rec_sgi_send>(
             MKL_REC_SGI_SEND, [](MutableImage&, size_t, mkl_rec_sgi_send& r) { r.target += 7; })},
        {"record: SGI of another sender", "E625",
         on_each<mkl_rec_sgi_send>(MKL_REC_SGI_SEND,
                                   [](MutableImage& i, size_t n, mkl_rec_sgi_send& r) {
                                       for (size_t other = 0; other < i.nodes().size(); other++)
                                           if (const auto sends = i.record<mkl_rec_sgi_send>(
                                                   other, MKL_REC_SGI_SEND);
                                               other != n && !sends.empty())
                                               r = sends[0];
                                   })},
        {"record: SGI with another id", "E624",
         on_each<mkl_rec_sgi_send>(MKL_REC_SGI_SEND,
                                   [](MutableImage&, size_t, mkl_rec_sgi_send& r) { r.id = 9; })},
        {"record: SGI taken under another id", "E624",
         on_each<mkl_rec_sgi_receive>(
             MKL_REC_SGI_RECEIVE, [](MutableImage&, size_t, mkl_rec_sgi_receive& r) { r.id = 9; })},
        {"record: device grown by a page", "E637",
         on_each<mkl_range>(MKL_REC_DEVICES,
                            [](MutableImage&, size_t, mkl_range& r) { r.size += MKL_PAGE_SIZE; })},
        {"record: device moved by a page", "E635",
         on_each<mkl_range>(MKL_REC_DEVICES,
                            [](MutableImage&, size_t, mkl_range& r) { r.base += MKL_PAGE_SIZE; })},
        {"record: device of another node", "E626",
         [](MutableImage& i, size_t site) {
             for (size_t n = 0; n < i.nodes().size(); n++)
                 for (size_t m = 0; m < i.nodes().size(); m++) {
                     const auto mine = i.record<mkl_range>(n, MKL_REC_DEVICES);
                     const auto theirs = i.record<mkl_range>(m, MKL_REC_DEVICES);
                     if (n == m || mine.empty() || theirs.empty() || site-- != 0) continue;
                     mine[0] = theirs[0];
                     return true;
                 }
             return false;
         }},
        {"record: the distributor as a device", "E627",
         on_each<mkl_range>(MKL_REC_DEVICES,
                            [](MutableImage& i, size_t, mkl_range& r) {
                                r = {i.header().intc.dist_base, MKL_PAGE_SIZE};
                            })},
        {"record: RAM as a device", "E627",
         on_each<mkl_range>(
             MKL_REC_DEVICES,
             [](MutableImage& i, size_t n, mkl_range& r) {
                 const size_t other = (n + 1) % i.nodes().size();
                 r = {i.record<mkl_range>(other, MKL_REC_RAM)[0].base, MKL_PAGE_SIZE};
             })},
        {"record: console outside its devices", "E626",
         on_record<mkl_rec_console>(MKL_REC_CONSOLE,
                                    [](mkl_rec_console& r) {
                                        r.type = MKL_CONSOLE_PL011;
                                        r.base += 0x100000;
                                    })},
        {"record: distributor elsewhere", "E621",
         on_record<mkl_rec_intc>(MKL_REC_INTERRUPT_CONTROLLER,
                                 [](mkl_rec_intc& r) { r.dist_base += 0x10000; })},
        {"record: kernel initialises the distributor", "E621",
         on_record<mkl_rec_intc>(MKL_REC_INTERRUPT_CONTROLLER,
                                 [](mkl_rec_intc& r) { r.initialiser ^= 3; })},
        {"record: another CPU interface", "E621",
         on_record<mkl_rec_intc>(MKL_REC_INTERRUPT_CONTROLLER,
                                 [](mkl_rec_intc& r) { r.cpu_number += 1; })},
        {"record: tree elsewhere", "E621",
         on_each<mkl_range>(MKL_REC_DTB,
                            [](MutableImage&, size_t, mkl_range& r) { r.base += MKL_PAGE_SIZE; })},
        {"record: status page of the next node", "E621",
         on_each<mkl_range>(MKL_REC_STATUS,
                            [](MutableImage&, size_t, mkl_range& r) { r.base += MKL_PAGE_SIZE; })},
        {"record: may write another's status page", "E628",
         on_shared(MKL_SHARED_STATUS, [](mkl_rec_shared& s) { s.rights |= MKL_RIGHT_WRITE; })},
        {"record: may write another's log", "E628",
         on_shared(MKL_SHARED_LOG, [](mkl_rec_shared& s) { s.rights |= MKL_RIGHT_WRITE; })},
        {"record: log of more than a ring", "E628",
         on_shared(MKL_SHARED_LOG, [](mkl_rec_shared& s) { s.size += MKL_PAGE_SIZE; })},
        {"record: pool grown by a page", "E628",
         on_shared(MKL_SHARED_POOL, [](mkl_rec_shared& s) { s.size += MKL_PAGE_SIZE; })},
        {"record: pool over a node", "E628",
         on_shared(MKL_SHARED_POOL, [](mkl_rec_shared& s) { s.base -= 0x400000; })},
        {"record: pool cached by one member only", "E628",
         on_shared(MKL_SHARED_POOL, [](mkl_rec_shared& s) { s.attributes ^= 1; })},
        {"record: right to a pool widened", "E650",
         [](MutableImage& i, size_t site) {
             for (size_t n = 0; n < i.nodes().size(); n++)
                 for (mkl_rec_shared& s : i.record<mkl_rec_shared>(n, MKL_REC_SHARED))
                     if (s.kind == MKL_SHARED_POOL && s.rights == MKL_RIGHT_READ && site-- == 0) {
                         s.rights |= MKL_RIGHT_WRITE;
                         return true;
                     }
             return false;
         },
         MutableImage::Keep::nothing, true},
        {"record: newer major version", "E620",
         [](MutableImage& i, size_t site) {
             const mkl_payload_entry* e =
                 site < i.nodes().size() ? i.entry(site, MKL_ROLE_BOOT_RECORD) : nullptr;
             if (e) reinterpret_cast<mkl_boot_header*>(i.data(*e).data())->major++;
             return e != nullptr;
         }},
        {"record: one record fewer", "E620",
         [](MutableImage& i, size_t site) {
             const mkl_payload_entry* e =
                 site < i.nodes().size() ? i.entry(site, MKL_ROLE_BOOT_RECORD) : nullptr;
             if (e) reinterpret_cast<mkl_boot_header*>(i.data(*e).data())->record_count--;
             return e != nullptr;
         }},
    };
    return all;
}

}  // namespace mkl::mutation
