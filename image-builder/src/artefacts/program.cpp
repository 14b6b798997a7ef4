// SPDX-License-Identifier: BSD-2-Clause
#include "layout.hpp"

namespace mkl {

namespace {

NewElfSegment copy_of(const ElfSegment& s, const std::shared_ptr<const Bytes>& bytes) {
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

Program repacked(const LoadedElf& elf, const std::shared_ptr<const Bytes>& spec,
                 Architecture architecture) {
    std::vector<NewElfSegment> segments;
    for (const ElfSegment& s : elf.elf.segments) segments.push_back(copy_of(s, elf.bytes));
    if (spec != nullptr) {
        NewElfSegment last;
        last.vaddr = (elf.elf.virt_end() + MKL_PAGE_SIZE - 1) / MKL_PAGE_SIZE * MKL_PAGE_SIZE;
        last.paddr = last.vaddr;
        last.data.append(spec);
        last.memory_size = last.data.size();
        segments.push_back(std::move(last));
    }
    WrittenElf written = write_elf(architecture, elf.elf.entry, segments);
    return {std::move(written.bytes), std::move(written.file)};
}

}  // namespace mkl
