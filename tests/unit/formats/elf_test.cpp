// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/formats/elf.hpp"

#include <gtest/gtest.h>

#include <LIEF/ELF.hpp>
#include <cstring>
#include <vector>

namespace mkl {
namespace {

Bytes pattern(size_t size, unsigned seed) {
    Bytes bytes(size);
    for (size_t i = 0; i < size; i++) bytes[i] = static_cast<std::byte>(i * 7 + seed);
    return bytes;
}

std::vector<NewElfSegment> two_segments() {
    std::vector<NewElfSegment> segments(2);
    segments[0].data = ByteRope{pattern(100, 1)};
    segments[0].vaddr = segments[0].paddr = 0x400000;
    segments[0].memory_size = 100;
    segments[0].flags = elf_readable | elf_executable;
    segments[1].data = ByteRope{pattern(50, 2)};
    segments[1].vaddr = 0x402010;
    segments[1].paddr = 0x802010;
    segments[1].memory_size = 0x3000;
    segments[1].flags = elf_readable | elf_writable;
    return segments;
}

Bytes sample() {
    return write_elf(Architecture::aarch64, 0x400004, two_segments()).bytes.flatten();
}

template <class T>
void poke(Bytes& bytes, size_t at, T value) {
    std::memcpy(bytes.data() + at, &value, sizeof value);
}

/// Id of the only finding; "" if there is none and the file was accepted.
std::string verdict(const Bytes& bytes, Architecture architecture = Architecture::aarch64) {
    DiagnosticSink sink;
    const auto elf = read_elf(bytes, architecture, {"x.elf", {}}, sink);
    EXPECT_EQ(elf.has_value(), sink.all().empty());
    EXPECT_LE(sink.all().size(), 1u);
    return sink.all().empty() ? "" : std::string{sink.all().front().id};
}

constexpr size_t first_header = 64, second_header = 64 + 56;

TEST(Elf, ReadsWhatItWrote) {
    const WrittenElf written = write_elf(Architecture::aarch64, 0x400004, two_segments());
    const Bytes bytes = written.bytes.flatten();
    DiagnosticSink sink;
    const auto elf = read_elf(bytes, Architecture::aarch64, {"x.elf", {}}, sink);
    ASSERT_TRUE(elf);
    EXPECT_EQ(elf->entry, 0x400004u);
    ASSERT_EQ(elf->segments.size(), 2u);
    for (size_t i = 0; i < 2; i++) {
        const ElfSegment &read = elf->segments[i], &said = written.file.segments[i];
        EXPECT_EQ(read.offset, said.offset);
        EXPECT_EQ(read.offset % 4096, read.vaddr % 4096);
        EXPECT_EQ(read.vaddr, said.vaddr);
        EXPECT_EQ(read.paddr, said.paddr);
        EXPECT_EQ(read.file_size, said.file_size);
        EXPECT_EQ(read.memory_size, said.memory_size);
        EXPECT_EQ(read.flags, said.flags);
    }
    const Bytes data = pattern(50, 2);
    EXPECT_EQ(0, std::memcmp(bytes.data() + elf->segments[1].offset, data.data(), data.size()));
    EXPECT_EQ(elf->virt_base(), 0x400000u);
    EXPECT_EQ(elf->virt_end(), 0x405010u);
}

TEST(Elf, AnotherReaderAgrees) {
    const Bytes bytes = sample();
    const auto* raw = reinterpret_cast<const uint8_t*>(bytes.data());
    const auto lief =
        LIEF::ELF::Parser::parse(std::vector<uint8_t>(raw, raw + bytes.size()), "x.elf");
    ASSERT_NE(lief, nullptr);
    EXPECT_EQ(lief->entrypoint(), 0x400004u);
    ASSERT_EQ(lief->segments().size(), 2u);
    const LIEF::ELF::Segment& data = lief->segments()[1];
    EXPECT_EQ(data.virtual_address(), 0x402010u);
    EXPECT_EQ(data.physical_address(), 0x802010u);
    EXPECT_EQ(data.virtual_size(), 0x3000u);
    EXPECT_EQ(data.physical_size(), 50u);
}

TEST(Elf, RefusesEveryTruncation) {
    const Bytes whole = sample();
    for (size_t size = 0; size < whole.size(); size++)
        EXPECT_NE(verdict(Bytes(whole.begin(), whole.begin() + static_cast<long>(size))), "")
            << size;
    EXPECT_EQ(verdict(whole), "");
}

TEST(Elf, NamesTheFault) {
    const Bytes good = sample();
    Bytes bad = good;
    bad[1] = std::byte{'X'};
    EXPECT_EQ(verdict(bad), "E500");
    bad = good;
    bad.resize(first_header + 10);
    EXPECT_EQ(verdict(bad), "E501");
    EXPECT_EQ(verdict(good, Architecture::riscv64), "E502");
    bad = good;
    poke<uint16_t>(bad, 16, 3);  // e_type: shared object
    EXPECT_EQ(verdict(bad), "E502");
    bad = good;
    poke<uint32_t>(bad, second_header, 3);  // p_type: interpreter
    EXPECT_EQ(verdict(bad), "E502");
    bad = good;
    poke<uint64_t>(bad, first_header + 40, 10);  // p_memsz < p_filesz
    EXPECT_EQ(verdict(bad), "E503");
    bad = good;
    poke<uint64_t>(bad, second_header + 16, 0x400010);  // p_vaddr: in the first segment
    EXPECT_EQ(verdict(bad), "E503");
    bad = good;
    poke<uint64_t>(bad, 24, 0x402010);  // e_entry: in data
    EXPECT_EQ(verdict(bad), "E504");
    bad = good;
    poke<uint16_t>(bad, 56, 0);  // e_phnum
    EXPECT_EQ(verdict(bad), "E503");
}

TEST(Elf, RefusesNumbersThatWrap) {
    const Bytes good = sample();
    Bytes bad = good;
    poke<uint64_t>(bad, 32, UINT64_MAX - 8);  // e_phoff
    EXPECT_EQ(verdict(bad), "E501");
    bad = good;
    poke<uint64_t>(bad, first_header + 8, UINT64_MAX - 50);  // p_offset
    EXPECT_EQ(verdict(bad), "E501");
    bad = good;
    poke<uint64_t>(bad, second_header + 40, UINT64_MAX - 0x1000);  // p_memsz
    EXPECT_EQ(verdict(bad), "E503");
    bad = good;
    poke<uint64_t>(bad, second_header + 24, UINT64_MAX - 0x1000);  // p_paddr
    EXPECT_EQ(verdict(bad), "E503");
}

TEST(Elf, SymbolsOfAFileWithoutAnyAreAbsent) { EXPECT_FALSE(elf_symbol(sample(), "main")); }

/// An object with a symbol table, made by hand: header, two sections, one symbol.
Bytes with_symbol() {
    Bytes bytes(64 + 2 * 64 + 24 + 8);
    poke<uint64_t>(bytes, 40, 64);     // e_shoff
    poke<uint16_t>(bytes, 58, 64);     // e_shentsize
    poke<uint16_t>(bytes, 60, 2);      // e_shnum
    poke<uint32_t>(bytes, 64 + 4, 2);  // symbols, names in section 1
    poke<uint64_t>(bytes, 64 + 24, 192);
    poke<uint64_t>(bytes, 64 + 32, 24);
    poke<uint32_t>(bytes, 64 + 40, 1);
    poke<uint64_t>(bytes, 128 + 24, 216);
    poke<uint64_t>(bytes, 128 + 32, 8);
    poke<uint32_t>(bytes, 192, 1);
    poke<uint64_t>(bytes, 192 + 8, 0x1234);
    poke<uint64_t>(bytes, 192 + 16, 8);
    std::memcpy(bytes.data() + 217, "end", 4);
    return bytes;
}

TEST(Elf, FindsASymbol) {
    const Bytes bytes = with_symbol();
    const auto symbol = elf_symbol(bytes, "end");
    ASSERT_TRUE(symbol);
    EXPECT_EQ(symbol->value, 0x1234u);
    EXPECT_EQ(symbol->size, 8u);
    EXPECT_FALSE(elf_symbol(bytes, "en"));
    EXPECT_FALSE(elf_symbol(bytes, "endless"));
}

TEST(Elf, SymbolTablesThatLieAreAbsent) {
    for (size_t size = 0; size < with_symbol().size() - 8; size++) {
        Bytes bytes = with_symbol();
        bytes.resize(size);
        EXPECT_FALSE(elf_symbol(bytes, "end")) << size;
    }
    Bytes bytes = with_symbol();
    poke<uint64_t>(bytes, 64 + 24, UINT64_MAX - 4);
    EXPECT_FALSE(elf_symbol(bytes, "end"));
    bytes = with_symbol();
    poke<uint32_t>(bytes, 192, 0xffffffff);
    EXPECT_FALSE(elf_symbol(bytes, "end"));
}

}  // namespace
}  // namespace mkl
