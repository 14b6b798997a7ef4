// SPDX-License-Identifier: BSD-2-Clause
#include "layout.hpp"

#include <algorithm>

#include "mkl/support/round.hpp"
#include "mkl/support/text.hpp"

namespace mkl {

namespace {

constexpr uint64_t page = MKL_PAGE_SIZE;

/// Lowest physical address an ELF asks for, and the virtual one that belongs to it; nullopt if
/// its segments do not keep one distance between the two.
struct KernelBase {
    uint64_t physical, virt, size;
};
std::optional<KernelBase> kernel_base(const ElfFile& elf) {
    const ElfSegment& first = elf.segments.front();
    const uint64_t distance = first.vaddr - first.paddr;  // modulo 2^64, as is the comparison
    for (const ElfSegment& s : elf.segments)
        if (s.vaddr - s.paddr != distance) return std::nullopt;
    return KernelBase{first.paddr, first.vaddr, elf.virt_end() - elf.virt_base()};
}

std::vector<mkl_payload_segment> with_gaps_zeroed(std::vector<mkl_payload_segment> segments,
                                                  uint64_t end) {
    for (size_t i = 0; i < segments.size(); i++) {
        const uint64_t next = i + 1 < segments.size() ? segments[i + 1].dest : end;
        segments[i].memory_size = next - segments[i].dest;
    }
    return segments;
}

}  // namespace

std::optional<NodeLayout> place_node(const PlanNode& node, const NodeParts& parts,
                                     const SourceSpan& where, DiagnosticSink& sink) {
    const auto kernel = kernel_base(*parts.kernel);
    if (!kernel) {
        sink.report({"E543",
                     parts.kernel_origin.where,
                     cat("segments of '", parts.kernel_origin.name,
                         "' do not keep one distance between virtual and physical addresses"),
                     {},
                     "link the kernel so that it can be placed as one block"});
        return std::nullopt;
    }
    const PhysRange memory = node.kernel_ram().front();
    const ElfFile& root = *parts.root;
    const uint64_t root_virt = round_down(root.virt_base(), page);
    const uint64_t root_size = round_up(root.virt_end(), page) - root_virt;
    const uint64_t kernel_size = kernel->size;
    // Sizes first, so that nothing below can wrap: each is compared with what is left.
    uint64_t left = memory.size_bytes();
    const bool told = parts.protocol == MKL_PROTOCOL_LOADER_INFO;
    for (const uint64_t size :
         {kernel_size, parts.dtb_size, parts.boot_record_size, root_size, told ? page : 0}) {
        const uint64_t need = size > UINT64_MAX - page ? UINT64_MAX : round_up(size, page);
        if (need > left) {
            sink.report(
                {"E545",
                 where,
                 cat("node '", node.name, "' does not fit: kernel ", size_text(kernel_size),
                     ", device tree ", size_text(parts.dtb_size), ", boot record ",
                     size_text(parts.boot_record_size), ", root image ", size_text(root_size),
                     "; its first RAM range", node.files.empty() ? " " : " without files, ",
                     to_text(memory), " has ", size_text(memory.size_bytes())),
                 {},
                 "give the node more memory"});
            return std::nullopt;
        }
        left -= need;
    }

    NodeLayout layout;
    uint64_t at = memory.base().value;
    const auto take = [&](uint64_t size) {
        const PhysRange range = PhysRange::between(PhysAddr{at}, PhysAddr{at + size});
        at = round_up(at + size, page);
        return range;
    };
    layout.kernel = take(kernel_size);
    layout.kernel_virt = kernel->virt;
    layout.protocol = parts.protocol;
    layout.kernel_entry = parts.protocol == MKL_PROTOCOL_MKL
                              ? layout.kernel.base().value + (parts.kernel->entry - kernel->virt)
                              : parts.kernel->entry;
    if (told) {
        layout.info = take(page);
    } else {
        layout.dtb = take(parts.dtb_size);
        if (parts.boot_record_size != 0) layout.boot_record = take(parts.boot_record_size);
    }
    layout.root = take(root_size);
    if (told) {
        layout.dtb = take(parts.dtb_size);
        layout.root = PhysRange::between(layout.root.base(), PhysAddr{at});
    }
    layout.root_virt = root_virt;
    layout.root_entry = root.entry;
    layout.used = PhysRange::between(memory.base(), PhysAddr{at});
    layout.memory = memory;
    return layout;
}

std::vector<mkl_payload_segment> kernel_segments(const ElfFile& kernel, const NodeLayout& layout) {
    std::vector<mkl_payload_segment> out;
    for (const ElfSegment& s : kernel.segments)
        out.push_back({layout.kernel.base().value + (s.vaddr - layout.kernel_virt), s.memory_size,
                       s.offset, s.file_size});
    return with_gaps_zeroed(std::move(out), layout.kernel.end().value);
}

std::vector<mkl_payload_segment> root_segments(const ElfFile& root, const NodeLayout& layout) {
    std::vector<mkl_payload_segment> out;
    for (const ElfSegment& s : root.segments)
        out.push_back({layout.root.base().value + (s.vaddr - layout.root_virt), s.memory_size,
                       s.offset, s.file_size});
    const bool tree_inside = layout.protocol == MKL_PROTOCOL_LOADER_INFO;
    return with_gaps_zeroed(std::move(out),
                            (tree_inside ? layout.dtb.base() : layout.root.end()).value);
}

}  // namespace mkl
