// SPDX-License-Identifier: BSD-2-Clause
// ELF files: a bounded reader of what mkl needs (load segments, entry, symbols) over bytes that
// may be hostile, and a writer of new files that hold program headers only.
// System V ABI (gABI) 4.1, chapters 4 and 5; 64-bit little-endian only.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mkl/model/architecture.hpp"
#include "mkl/support/byte_rope.hpp"
#include "mkl/support/diagnostic.hpp"

namespace mkl {

inline constexpr uint32_t elf_executable = 1;  ///< p_flags PF_X
inline constexpr uint32_t elf_writable = 2;    ///< PF_W
inline constexpr uint32_t elf_readable = 4;    ///< PF_R

/// A PT_LOAD segment with memory. Invariants of a read one: file range inside the file, file_size
/// <= memory_size, neither address range wraps.
struct ElfSegment {
    uint32_t flags = 0;
    uint64_t offset = 0, file_size = 0;
    uint64_t vaddr = 0, paddr = 0, memory_size = 0;
};

struct ElfFile {
    uint64_t entry = 0;
    std::vector<ElfSegment> segments;  ///< by vaddr, disjoint, at least one
    uint64_t virt_base() const { return segments.front().vaddr; }
    uint64_t virt_end() const { return segments.back().vaddr + segments.back().memory_size; }
};

/// How to speak of the file in findings.
struct ElfOrigin {
    std::string name;  ///< as the user wrote it
    SourceSpan where;  ///< of that in the YAML
};

/// A static executable (ET_EXEC) of `architecture`. nullopt and one of E500 to E504 if it is
/// anything else, or if its headers contradict its size or each other.
std::optional<ElfFile> read_elf(std::span<const std::byte> bytes, Architecture architecture,
                                const ElfOrigin& origin, DiagnosticSink& sink);

struct ElfSymbol {
    uint64_t value = 0, size = 0;
};
/// First symbol of this name in .symtab; nullopt if there is none, or no (sound) symbol table.
std::optional<ElfSymbol> elf_symbol(std::span<const std::byte> bytes, std::string_view name);

struct NewElfSegment {
    ByteRope data;
    uint64_t vaddr = 0, paddr = 0;
    uint64_t memory_size = 0;  ///< >= data.size()
    uint32_t flags = elf_readable;
};
/// An ET_EXEC file, segments in ascending order of address and disjoint, whose segments stand in
/// the file at offsets congruent to their addresses modulo 4 KiB. No section headers.
struct WrittenElf {
    ByteRope bytes;
    ElfFile file;  ///< as read_elf would say
};
WrittenElf write_elf(Architecture architecture, uint64_t entry,
                     const std::vector<NewElfSegment>& segments);

}  // namespace mkl
