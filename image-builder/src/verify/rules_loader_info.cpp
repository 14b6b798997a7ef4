// SPDX-License-Identifier: BSD-2-Clause
// Kernels that are told what they have: their info page says what the table and the boot record
// say, and reserves all RAM that is not for them.
#include <algorithm>

#include "mkl/abi/loader_info.h"
#include "proof.hpp"

namespace mkl::verify {

namespace {

constexpr std::string_view row = "loader info pages agree with the payload table";

/// The page, in the order in which it is packed.
struct Page {
    mkl_info_header header{};
    mkl_info_range kernel{};
    std::vector<mkl_info_range> ram, reserved;
    mkl_info_root root{};
    std::vector<uint64_t> cpus;
};

template <class T>
bool take(const ByteView& bytes, uint64_t& at, std::vector<T>& out, size_t count) {
    for (; count > 0; count--) {
        const auto value = bytes.value<T>(at);
        if (!value) return false;
        out.push_back(*value);
        at += sizeof(T);
    }
    return true;
}

std::optional<Page> read_page(const ByteView& bytes) {
    Page page;
    uint64_t at = 0;
    std::vector<mkl_info_header> header;
    std::vector<mkl_info_range> kernel;
    std::vector<mkl_info_root> root;
    if (!take(bytes, at, header, 1)) return std::nullopt;
    const mkl_info_header& h = page.header = header[0];
    if (h.magic != MKL_INFO_MAGIC || h.version != MKL_INFO_VERSION || h.kernels != 1 ||
        h.root_tasks != 1 || !take(bytes, at, kernel, 1) || !take(bytes, at, page.ram, h.ram) ||
        !take(bytes, at, root, 1) || !take(bytes, at, page.reserved, h.reserved_ranges) ||
        !take(bytes, at, page.cpus, h.cpus))
        return std::nullopt;
    page.kernel = kernel[0];
    page.root = root[0];
    return page;
}

std::vector<PhysRange> told_ranges(const std::vector<mkl_info_range>& list) {
    std::vector<PhysRange> out;
    for (const mkl_info_range& r : list)
        if (r.base < r.end) out.push_back(PhysRange::between({r.base}, {r.end}));
    return normalise(std::move(out));
}

class InfoRules {
public:
    InfoRules(const ImageView& image, const NodeView& view, Proof& proof)
        : image_{image}, view_{view}, n_{view.node->raw}, proof_{proof}, part_{view.part(
                                                                             "loader-info.bin")} {}

    void check() {
        const Entry* entry = view_.node->entry(MKL_ROLE_LOADER_INFO);
        if (!entry || !entry->data) return;  // E607
        const auto page = read_page(*entry->data);
        const bool whole = page && entry->data->size() == MKL_PAGE_SIZE &&
                           page->ram.size() <= MKL_INFO_MAX_RAM && !page->reserved.empty() &&
                           page->reserved.size() <= MKL_INFO_MAX_RESERVED;
        proof_.expect(
            row, whole, "E655", part_,
            cat("the kernel of node '", view_.node->name, "' would refuse its loader info page"));
        if (!whole) return;
        check_parts(*page);
        check_ram(*page);
        check_cpus(*page);
    }

private:
    void same(std::string_view what, uint64_t found, uint64_t expected) {
        proof_.expect(row, found == expected, "E655", part_,
                      cat("the kernel of node '", view_.node->name, "' is told ", hex(found),
                          " for ", what, ", which is ", hex(expected)));
    }

    void check_parts(const Page& page) {
        same("its own base", page.kernel.base, n_.kernel_base);
        same("its own end", page.kernel.end, n_.kernel_end);
        if (view_.record && view_.record->root) {  // E616 compares that with the ELF
            const mkl_rec_root_task& root = *view_.record->root;
            same("the root image", page.root.base, root.base);
            same("the root image's end", page.root.end, root.end);
            same("the root image's virtual address", page.root.virt, root.virt);
            same("its root task's entry", page.header.root_entry, root.entry);
        }
        const uint64_t tree_end =
            (n_.dtb_base + n_.dtb_size + MKL_PAGE_SIZE - 1) & ~uint64_t{MKL_PAGE_SIZE - 1};
        same("the end of the tree, which ends the root image", page.root.end, tree_end);
    }

    void check_ram(const Page& page) {
        const auto all = ranges_of(view_.node->ram);
        const auto own = subtract(all, file_ranges(*view_.node)), told = told_ranges(page.ram);
        proof_.expect("kernels with loader info are told their node's RAM", own == told, "E655",
                      part_,
                      cat("the kernel of node '", view_.node->name,
                          "' is told of other RAM than its node has"));
        std::vector<PhysRange> seen = all;
        if (view_.record) {
            for (const mkl_rec_shared& s : view_.record->shared)
                if (const auto range = range_of({s.base, s.size})) seen.push_back(*range);
        }
        seen = normalise(std::move(seen));
        const auto reserved = told_ranges(page.reserved);
        for (const PhysRange r : subtract(ranges_of(image_.table.ram), seen))
            proof_.expect("RAM that is not a node's is reserved from its kernel",
                          covers(reserved, r), "E655", part_,
                          cat("the kernel of node '", view_.node->name, "' may hand out ", r,
                              ", which is RAM of others"));
        const auto page_at = range_of({n_.args[0], MKL_PAGE_SIZE});
        const bool kept = page_at && covers(own, *page_at) && covers(reserved, *page_at);
        proof_.expect(row, kept, "E655", part_,
                      cat("the info page of node '", view_.node->name, "' at ", hex(n_.args[0]),
                          " is not reserved in the node's RAM"));
    }

    void check_cpus(const Page& page) {
        same("the number of nodes", page.cpus.size(), image_.nodes.size());
        for (size_t i = 0; i < std::min(page.cpus.size(), image_.nodes.size()); i++)
            same(cat("the CPU of node ", i), page.cpus[i], image_.nodes[i].node->raw.hwid);
    }

    const ImageView& image_;
    const NodeView& view_;
    const mkl_payload_node& n_;
    Proof& proof_;
    std::string part_;
};

}  // namespace

void check_loader_info(const ImageView& image, Proof& proof) {
    for (const NodeView& view : image.nodes)
        if (view.node->raw.protocol == MKL_PROTOCOL_LOADER_INFO)
            InfoRules{image, view, proof}.check();
}

}  // namespace mkl::verify
