// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/formats/elf.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>

#include "mkl/support/round.hpp"
#include "mkl/support/text.hpp"

namespace mkl {

namespace {

// gABI figure 4-3: the file header, 64-bit form.
struct FileHeader {
    uint8_t ident[16];
    uint16_t type, machine;
    uint32_t version;
    uint64_t entry, phoff, shoff;
    uint32_t flags;
    uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};
static_assert(sizeof(FileHeader) == 64);

// gABI figure 5-1.
struct ProgramHeader {
    uint32_t type, flags;
    uint64_t offset, vaddr, paddr, filesz, memsz, align;
};
static_assert(sizeof(ProgramHeader) == 56);

// gABI figure 4-8.
struct SectionHeader {
    uint32_t name, type;
    uint64_t flags, addr, offset, size;
    uint32_t link, info;
    uint64_t addralign, entsize;
};
static_assert(sizeof(SectionHeader) == 64);

// gABI figure 4-15.
struct Symbol {
    uint32_t name;
    uint8_t info, other;
    uint16_t section;
    uint64_t value, size;
};
static_assert(sizeof(Symbol) == 24);

constexpr uint8_t class_64 = 2, data_little = 1;
constexpr uint16_t type_executable = 2, type_dynamic = 3;
constexpr uint32_t segment_load = 1, segment_interpreter = 3;
constexpr uint32_t section_symbols = 2;
constexpr uint16_t max_program_headers = 128;  ///< real ones have fewer than 20
constexpr uint64_t page = 4096;

/// Copies a T from `offset`; false if it reaches past the end.
template <class T>
bool load(std::span<const std::byte> bytes, uint64_t offset, T& out) {
    if (offset > bytes.size() || bytes.size() - offset < sizeof(T)) return false;
    std::memcpy(&out, bytes.data() + offset, sizeof(T));
    return true;
}

class Reader {
public:
    Reader(std::span<const std::byte> bytes, Architecture architecture, const ElfOrigin& origin,
           DiagnosticSink& sink)
        : bytes_{bytes}, architecture_{architecture}, origin_{origin}, sink_{sink} {}

    std::optional<ElfFile> read() {
        if (!header_is_sound()) return std::nullopt;
        ElfFile elf;
        elf.entry = header_.entry;
        if (!read_segments(elf)) return std::nullopt;
        if (!segments_are_disjoint(elf)) return std::nullopt;
        const bool inside =
            std::any_of(elf.segments.begin(), elf.segments.end(), [&](const ElfSegment& s) {
                return (s.flags & elf_executable) != 0 && elf.entry >= s.vaddr &&
                       elf.entry - s.vaddr < s.file_size;
            });
        if (!inside) {
            fail("E504",
                 cat("entry point ", hex(elf.entry), " of ", name(),
                     " lies in none of its executable segments"),
                 "link with an entry symbol that exists (-e), and check the linker script");
            return std::nullopt;
        }
        return elf;
    }

private:
    std::string name() const { return cat("'", origin_.name, "'"); }
    bool fail(std::string_view id, std::string message, std::string hint) {
        sink_.report({id, origin_.where, std::move(message), {}, std::move(hint)});
        return false;
    }

    bool header_is_sound() {
        constexpr uint8_t magic[4] = {0x7f, 'E', 'L', 'F'};
        if (bytes_.size() < sizeof magic || std::memcmp(bytes_.data(), magic, sizeof magic) != 0) {
            return fail("E500", cat(name(), " is not an ELF file (", size_text(bytes_.size()), ")"),
                        "give the linked program, not a flat binary or an archive");
        }
        if (!load(bytes_, 0, header_)) return truncated("its header", 0, sizeof header_);
        if (header_.ident[4] != class_64 || header_.ident[5] != data_little)
            return fail("E502", cat(name(), " is not a 64-bit little-endian ELF file"),
                        cat("build it for ", info(architecture_).name));
        if (header_.machine != info(architecture_).elf_machine)
            return fail("E502",
                        cat(name(), " is for ELF machine ", header_.machine, ", the board is ",
                            info(architecture_).name, " (", info(architecture_).elf_machine, ")"),
                        cat("build it for ", info(architecture_).name));
        if (header_.type != type_executable)
            return fail("E502",
                        cat(name(),
                            header_.type == type_dynamic
                                ? " is position independent or a shared library"
                                : " is not an executable",
                            " (ELF type ", header_.type, ")"),
                        "link a static executable: -static -no-pie");
        if (header_.phnum == 0 || header_.phnum > max_program_headers ||
            header_.phentsize != sizeof(ProgramHeader))
            return fail("E503",
                        cat(name(), " has ", header_.phnum, " program headers of ",
                            header_.phentsize, " bytes; mkl reads 1 to ", max_program_headers,
                            " of ", sizeof(ProgramHeader)),
                        "link it again; the file may be damaged");
        return true;
    }

    bool truncated(std::string_view what, uint64_t offset, uint64_t size) {
        return fail("E501",
                    cat(name(), " is truncated: ", what, " needs bytes [", hex(offset), ", ",
                        hex(offset + size), "), the file has ", size_text(bytes_.size())),
                    "build or copy it again");
    }

    bool read_segments(ElfFile& elf) {
        for (uint16_t i = 0; i < header_.phnum; i++) {
            ProgramHeader p;
            const uint64_t at = header_.phoff + uint64_t{i} * sizeof p;
            if (at < header_.phoff || !load(bytes_, at, p))
                return truncated(cat("program header ", i), at, sizeof p);
            if (p.type == segment_interpreter)
                return fail("E502", cat(name(), " is dynamically linked"),
                            "link it statically: -static -no-pie");
            if (p.type != segment_load || p.memsz == 0) continue;
            if (p.filesz > bytes_.size() || p.offset > bytes_.size() - p.filesz)
                return truncated(cat("segment ", i), p.offset, p.filesz);
            if (p.filesz > p.memsz || p.memsz > UINT64_MAX - p.vaddr ||
                p.memsz > UINT64_MAX - p.paddr)
                return fail("E503",
                            cat("segment ", i, " of ", name(), " contradicts itself: ", p.filesz,
                                " bytes in the file, ", p.memsz, " in memory at ", hex(p.vaddr)),
                            "link it again; the file may be damaged");
            elf.segments.push_back({p.flags, p.offset, p.filesz, p.vaddr, p.paddr, p.memsz});
        }
        if (elf.segments.empty())
            return fail("E503", cat(name(), " has no segment to load"),
                        "give the linked program, not an object file");
        return true;
    }

    bool segments_are_disjoint(ElfFile& elf) {
        std::sort(elf.segments.begin(), elf.segments.end(),
                  [](const ElfSegment& a, const ElfSegment& b) { return a.vaddr < b.vaddr; });
        for (size_t i = 1; i < elf.segments.size(); i++) {
            const ElfSegment& a = elf.segments[i - 1];
            const ElfSegment& b = elf.segments[i];
            if (a.vaddr + a.memory_size > b.vaddr)
                return fail("E503",
                            cat("segments of ", name(), " overlap: [", hex(a.vaddr), ", ",
                                hex(a.vaddr + a.memory_size), ") and [", hex(b.vaddr), ", ",
                                hex(b.vaddr + b.memory_size), ")"),
                            "correct the linker script");
        }
        return true;
    }

    std::span<const std::byte> bytes_;
    Architecture architecture_;
    const ElfOrigin& origin_;
    DiagnosticSink& sink_;
    FileHeader header_{};
};

/// Section of a file whose header is sound; nullopt if its data is not inside the file.
std::optional<std::span<const std::byte>> section_data(std::span<const std::byte> bytes,
                                                       const SectionHeader& s) {
    if (s.offset > bytes.size() || s.size > bytes.size() - s.offset) return std::nullopt;
    return bytes.subspan(s.offset, s.size);
}

template <class T>
Bytes bytes_of(const T& value) {
    const auto raw = std::as_bytes(std::span{&value, 1});
    return {raw.begin(), raw.end()};
}

}  // namespace

std::optional<ElfFile> read_elf(std::span<const std::byte> bytes, Architecture architecture,
                                const ElfOrigin& origin, DiagnosticSink& sink) {
    return Reader{bytes, architecture, origin, sink}.read();
}

std::optional<ElfSymbol> elf_symbol(std::span<const std::byte> bytes, std::string_view name) {
    FileHeader header;
    if (!load(bytes, 0, header) || header.shentsize != sizeof(SectionHeader)) return std::nullopt;
    const auto section = [&](uint64_t index, SectionHeader& s) {
        const uint64_t at = header.shoff + index * sizeof s;
        return index < header.shnum && at >= header.shoff && load(bytes, at, s);
    };
    for (uint16_t i = 0; i < header.shnum; i++) {
        SectionHeader table, strings;
        if (!section(i, table) || table.type != section_symbols) continue;
        if (!section(table.link, strings)) return std::nullopt;
        const auto symbols = section_data(bytes, table);
        const auto names = section_data(bytes, strings);
        if (!symbols || !names) return std::nullopt;
        const std::string_view text = as_text(*names);
        for (uint64_t at = 0; symbols->size() - at >= sizeof(Symbol); at += sizeof(Symbol)) {
            Symbol s;
            std::memcpy(&s, symbols->data() + at, sizeof s);
            if (s.name >= text.size() || text.size() - s.name <= name.size()) continue;
            if (text.substr(s.name, name.size()) == name && text[s.name + name.size()] == '\0')
                return ElfSymbol{s.value, s.size};
        }
    }
    return std::nullopt;
}

WrittenElf write_elf(Architecture architecture, uint64_t entry,
                     const std::vector<NewElfSegment>& segments) {
    assert(!segments.empty() && segments.size() <= max_program_headers);
    FileHeader header{};
    constexpr uint8_t ident[] = {0x7f, 'E', 'L', 'F', class_64, data_little, 1};
    std::memcpy(header.ident, ident, sizeof ident);
    header.type = type_executable;
    header.machine = info(architecture).elf_machine;
    header.version = 1;
    header.entry = entry;
    header.phoff = sizeof header;
    header.ehsize = sizeof header;
    header.phentsize = sizeof(ProgramHeader);
    header.phnum = static_cast<uint16_t>(segments.size());

    WrittenElf out{ByteRope{bytes_of(header)}, {}};
    ByteRope& file = out.bytes;
    out.file.entry = entry;
    uint64_t at = sizeof header + segments.size() * sizeof(ProgramHeader);
    for (const NewElfSegment& s : segments) {
        assert(s.memory_size >= s.data.size());
        at = round_up(at, page) + s.vaddr % page;
        out.file.segments.push_back({s.flags, at, s.data.size(), s.vaddr, s.paddr, s.memory_size});
        const ProgramHeader p{segment_load,  s.flags,       at,  s.vaddr, s.paddr,
                              s.data.size(), s.memory_size, page};
        file.append(bytes_of(p));
        at += s.data.size();
    }
    for (size_t i = 0; i < segments.size(); i++) {
        file.append_zeros(out.file.segments[i].offset - file.size());
        file.append(segments[i].data);
    }
    return out;
}

}  // namespace mkl
