// SPDX-License-Identifier: BSD-2-Clause
// What the loader copies: inside the node's RAM, over nothing else, and as the ELF headers say.
#include <algorithm>

#include "proof.hpp"

namespace mkl::verify {

namespace {

constexpr uint64_t large_page = uint64_t{2} << 20;

uint64_t page_down(uint64_t value) { return value & ~uint64_t{MKL_PAGE_SIZE - 1}; }

struct Placed {
    PhysRange range;
    const Entry* entry;
};

std::vector<PhysRange> ram_of(const Node& node) {
    std::vector<PhysRange> out;
    for (const mkl_range& r : node.ram)
        if (const auto range = range_of(r)) out.push_back(*range);
    return normalise(std::move(out));
}

void check_bounds(const Node& node, std::vector<Placed>& placed, Proof& proof) {
    const std::vector<PhysRange> ram = ram_of(node);
    for (const Entry& e : node.entries) {
        for (const mkl_payload_segment& s : e.segments) {
            const auto range = range_of({s.dest, s.memory_size});
            proof.expect("segments lie in their node's RAM", range && covers(ram, *range), "E612",
                         e.name, [&] {
                             return cat("'", e.name, "' goes to ", hex(s.dest), " + ",
                                        hex(s.memory_size), ", outside the RAM of node '",
                                        node.name, "'");
                         });
            const bool data = s.file_size <= s.memory_size && s.offset <= e.raw.size &&
                              s.file_size <= e.raw.size - s.offset;
            proof.expect("segments come from their own entry", data, "E612", e.name, [&] {
                return cat("a segment of '", e.name, "' takes ", hex(s.offset), " + ",
                           hex(s.file_size), " of ", hex(e.raw.size), " bytes for ",
                           hex(s.memory_size));
            });
            if (range) placed.push_back({*range, &e});
        }
    }
}

void check_overlaps(std::vector<Placed> placed, Proof& proof) {
    std::sort(placed.begin(), placed.end(),
              [](const Placed& a, const Placed& b) { return a.range < b.range; });
    for (size_t i = 0; i < placed.size(); i++) {
        const bool last = i + 1 == placed.size();
        const bool good = last || placed[i + 1].range.base() >= placed[i].range.end();
        proof.expect("segments overlap nothing", good, "E613", placed[i].entry->name, [&] {
            return last ? ""
                        : cat("'", placed[i].entry->name, "' goes to ", placed[i].range, " and '",
                              placed[i + 1].entry->name, "' to ", placed[i + 1].range);
        });
    }
}

// Segments as the program headers have them, moved by `delta` (destination minus the header's
// address); each is zeroed up to the next, the last to `end`, so that no byte keeps old content.
void compare_elf(const Entry& entry, const Elf& elf, bool physical, uint64_t delta, uint64_t end,
                 Proof& proof) {
    std::vector<mkl_payload_segment> expected;
    for (const Elf64_Phdr& p : elf.loads)
        expected.push_back(
            {(physical ? p.p_paddr : p.p_vaddr) + delta, p.p_memsz, p.p_offset, p.p_filesz});
    const auto by_dest = [](const mkl_payload_segment& a, const mkl_payload_segment& b) {
        return a.dest < b.dest;
    };
    std::vector<mkl_payload_segment> found = entry.segments;
    std::sort(expected.begin(), expected.end(), by_dest);
    std::sort(found.begin(), found.end(), by_dest);
    for (size_t i = 0; i < expected.size(); i++)
        expected[i].memory_size =
            (i + 1 < expected.size() ? expected[i + 1].dest : end) - expected[i].dest;
    constexpr std::string_view row = "segments are those of the ELF headers";
    if (!proof.item(row, found.size() == expected.size())) {
        proof.violation("E614", entry.name,
                        cat("the table has ", found.size(), " segments for '", entry.name,
                            "', its program headers ", expected.size()));
        return;
    }
    for (size_t i = 0; i < found.size(); i++) {
        const mkl_payload_segment &f = found[i], &e = expected[i];
        const bool good = f.dest == e.dest && f.offset == e.offset && f.file_size == e.file_size &&
                          f.memory_size == e.memory_size;
        proof.expect(row, good, "E614", entry.name, [&] {
            return cat("the table copies ", hex(f.offset), " + ", hex(f.file_size), " of '",
                       entry.name, "' to ", hex(f.dest), " + ", hex(f.memory_size),
                       ", its program headers say ", hex(e.offset), " + ", hex(e.file_size), " to ",
                       hex(e.dest), " + ", hex(e.memory_size));
        });
    }
}

void check_kernel(const NodeView& view, Proof& proof) {
    const mkl_payload_node& n = view.node->raw;
    const Entry* entry = view.node->entry(MKL_ROLE_KERNEL);
    if (!view.kernel || !entry) return;
    const auto lowest = *std::min_element(
        view.kernel->loads.begin(), view.kernel->loads.end(),
        [](const Elf64_Phdr& a, const Elf64_Phdr& b) { return a.p_paddr < b.p_paddr; });
    uint64_t end = n.kernel_base;
    for (const Elf64_Phdr& p : view.kernel->loads)
        end = std::max(end, n.kernel_base + (p.p_paddr - lowest.p_paddr) + p.p_memsz);
    compare_elf(*entry, *view.kernel, true, n.kernel_base - lowest.p_paddr, end, proof);
    constexpr std::string_view row = "kernels stand and start where their ELF says";
    proof.expect(row, n.kernel_base % large_page == 0, "E615", entry->name, [&] {
        return cat("the kernel of node '", view.node->name, "' stands at ", hex(n.kernel_base),
                   ", not at a multiple of 2 MiB");
    });
    proof.expect(row, n.kernel_end == end, "E615", entry->name, [&] {
        return cat("the kernel of node '", view.node->name, "' ends at ", hex(end),
                   ", the table says ", hex(n.kernel_end));
    });
    const uint64_t virt = lowest.p_vaddr;
    proof.expect(row, n.kernel_virt == virt, "E615", entry->name, [&] {
        return cat("the kernel of node '", view.node->name, "' has virtual base ", hex(virt),
                   ", the table says ", hex(n.kernel_virt));
    });
    const uint64_t entry_point = n.protocol == MKL_PROTOCOL_MKL
                                     ? view.kernel->header.e_entry - virt + n.kernel_base
                                     : view.kernel->header.e_entry;
    proof.expect(row, n.kernel_entry == entry_point, "E615", entry->name, [&] {
        return cat("the kernel of node '", view.node->name, "' starts at ", hex(entry_point),
                   ", the table says ", hex(n.kernel_entry));
    });
}

void check_root(const NodeView& view, Proof& proof) {
    const Entry* entry = view.node->entry(MKL_ROLE_ROOT);
    if (!view.root || !entry || !view.record || !view.record->root) return;
    const mkl_rec_root_task& root = *view.record->root;
    uint64_t first = UINT64_MAX, last = 0;
    for (const Elf64_Phdr& p : view.root->loads) {
        first = std::min(first, page_down(p.p_vaddr));
        last = std::max(last, p.p_vaddr + p.p_memsz);
    }
    uint64_t size = page_down(last - first + MKL_PAGE_SIZE - 1);
    // An unmodified seL4 may be handed zeroed pages behind the image: they order its untypeds.
    const mkl_payload_node& n = view.node->raw;
    if (n.protocol == MKL_PROTOCOL_SEL4 && root.base % MKL_PAGE_SIZE == 0 &&
        root.end % MKL_PAGE_SIZE == 0 && root.end > root.base)
        size = std::max(size, root.end - root.base);
    compare_elf(*entry, *view.root, false, root.base - first, root.base + size, proof);
    if (n.protocol == MKL_PROTOCOL_LOADER_INFO)  // the tree is the image's last part
        size += page_down(n.dtb_size + MKL_PAGE_SIZE - 1);
    constexpr std::string_view row = "root images stand and start where their ELF says";
    proof.expect(row, root.virt == first && root.end - root.base == size, "E616", entry->name, [&] {
        return cat("the root image of node '", view.node->name, "' takes ", hex(first), " + ",
                   hex(size), " of virtual memory, the boot record says ", hex(root.virt), " + ",
                   hex(root.end - root.base));
    });
    proof.expect(row, root.entry == view.root->header.e_entry, "E616", entry->name, [&] {
        return cat("the root image of node '", view.node->name, "' starts at ",
                   hex(view.root->header.e_entry), ", the boot record says ", hex(root.entry));
    });
}

void check_files(const Node& node, Proof& proof) {
    for (const Entry& e : node.entries) {
        if (e.raw.role != MKL_ROLE_FILE) continue;
        const bool whole = e.segments.size() == 1 && e.segments[0].offset == 0 &&
                           e.segments[0].file_size == e.raw.size &&
                           e.segments[0].dest % MKL_PAGE_SIZE == 0 &&
                           e.segments[0].memory_size % MKL_PAGE_SIZE == 0;
        proof.expect("files are copied whole, to pages of their own", whole, "E614", e.name, [&] {
            return cat("'", e.name, "' is not copied as one piece of whole pages");
        });
    }
}

// Entries that are copied as they are: one segment, all of the data.
void check_plain(const NodeView& view, uint32_t role, uint64_t base, uint64_t size, Proof& proof) {
    const Entry* entry = view.node->entry(role);
    if (!entry) return;
    const bool whole = entry->segments.size() == 1 && entry->segments[0].offset == 0 &&
                       entry->segments[0].file_size == entry->raw.size;
    proof.expect("plain entries are copied whole", whole, "E614", entry->name,
                 [&] { return cat("'", entry->name, "' is not copied as one piece"); });
    if (!whole) return;
    const mkl_payload_segment& s = entry->segments[0];
    proof.expect(
        "plain entries go where the table announces them",
        s.dest == base && (size == 0 || size == entry->raw.size), "E614", entry->name, [&] {
            return cat("'", entry->name, "' goes to ", hex(s.dest), " (", hex(entry->raw.size),
                       " bytes), the node's row says ", hex(base), " (", hex(size), " bytes)");
        });
}

}  // namespace

std::vector<PhysRange> file_ranges(const Node& node) {
    std::vector<PhysRange> out;
    for (const Entry& e : node.entries)
        if (e.raw.role == MKL_ROLE_FILE)
            for (const mkl_payload_segment& s : e.segments)
                if (const auto range = range_of({s.dest, s.memory_size})) out.push_back(*range);
    std::sort(out.begin(), out.end());
    return out;
}

void check_segments(const ImageView& image, Proof& proof) {
    std::vector<Placed> placed;
    for (const NodeView& view : image.nodes) {
        const mkl_payload_node& n = view.node->raw;
        check_bounds(*view.node, placed, proof);
        check_files(*view.node, proof);
        check_kernel(view, proof);
        check_root(view, proof);
        check_plain(view, MKL_ROLE_DTB, n.dtb_base, n.dtb_size, proof);
        if (n.protocol == MKL_PROTOCOL_MKL)
            check_plain(view, MKL_ROLE_BOOT_RECORD, n.boot_record, 0, proof);
        if (n.protocol == MKL_PROTOCOL_LOADER_INFO)
            check_plain(view, MKL_ROLE_LOADER_INFO, n.args[0], MKL_PAGE_SIZE, proof);
    }
    check_overlaps(std::move(placed), proof);
}

}  // namespace mkl::verify
