// SPDX-License-Identifier: BSD-2-Clause
#include <cassert>
#include <cstring>

#include "layout.hpp"
#include "mkl/abi/shim.h"
#include "mkl/support/round.hpp"

namespace mkl {

namespace {

NewElfSegment copy_of(const ElfSegment& s, const SharedBytes& bytes) {
    NewElfSegment segment;
    segment.data.append(bytes, s.offset, s.file_size);
    segment.vaddr = s.vaddr;
    segment.paddr = s.paddr;
    segment.memory_size = s.memory_size;
    segment.flags = s.flags;
    return segment;
}

}  // namespace

Program as_it_is(const LoadedElf& elf) {
    Program program;
    program.data.append(elf.bytes);
    program.elf = elf.elf;
    return program;
}

std::optional<Program> behind_shim(const LoadedElf& root, const LoadedElf& shim,
                                   Architecture architecture) {
    const uint64_t size = round_up(shim.elf.virt_end(), MKL_PAGE_SIZE);
    const uint64_t lowest = round_down(root.elf.virt_base(), MKL_PAGE_SIZE);
    if (lowest < size + shim_lowest) return std::nullopt;
    const uint64_t base = lowest - size;
    Bytes patched{shim.bytes->bytes().begin(), shim.bytes->bytes().end()};
    const ElfSegment& text = shim.elf.segments.front();
    assert(text.vaddr == 0 && text.file_size >= MKL_SHIM_PARAMS_OFFSET + sizeof(mkl_shim_params));
    std::memcpy(patched.data() + text.offset + MKL_SHIM_PARAMS_OFFSET +
                    offsetof(mkl_shim_params, entry),
                &root.elf.entry, sizeof root.elf.entry);
    const auto shared = std::make_shared<const Content>(std::move(patched));
    std::vector<NewElfSegment> segments;
    for (const ElfSegment& s : shim.elf.segments) {
        segments.push_back(copy_of(s, shared));
        segments.back().vaddr += base;
        segments.back().paddr = segments.back().vaddr;
    }
    for (const ElfSegment& s : root.elf.segments) segments.push_back(copy_of(s, root.bytes));
    WrittenElf written = write_elf(architecture, base, segments);
    return Program{std::move(written.bytes), std::move(written.file)};
}

Program repacked(const LoadedElf& elf, const ByteRope& spec, Architecture architecture) {
    std::vector<NewElfSegment> segments;
    for (const ElfSegment& s : elf.elf.segments) segments.push_back(copy_of(s, elf.bytes));
    if (spec.size() != 0) {
        NewElfSegment last;
        last.vaddr = round_up(elf.elf.virt_end(), MKL_PAGE_SIZE);
        last.paddr = last.vaddr;
        last.data.append(spec);
        last.memory_size = last.data.size();
        segments.push_back(std::move(last));
    }
    WrittenElf written = write_elf(architecture, elf.elf.entry, segments);
    return {std::move(written.bytes), std::move(written.file)};
}

}  // namespace mkl
