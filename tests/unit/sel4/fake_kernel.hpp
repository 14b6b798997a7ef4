// SPDX-License-Identifier: BSD-2-Clause
// Files of a kernel build, as small as they can be and still be read.
#pragma once

#include <elf.h>

#include <cstring>
#include <string>
#include <vector>

#include "mkl/formats/elf.hpp"
#include "mkl/sel4/kernel.hpp"
#include "mkl/support/text.hpp"

namespace mkl::test {

inline constexpr uint64_t node_base = 0x50000000, node_size = 0x10000000;
inline constexpr uint64_t el1_window = 0xffffff8000000000;

inline PhysRange range(uint64_t base, uint64_t size) {
    return PhysRange::between(PhysAddr{base}, PhysAddr{base + size});
}

inline std::string config_json(std::string_view extra = "") {
    return cat(R"({"SEL4_ARCH": "aarch64", "PLAT": "qemu-arm-virt", "KERNEL_MCS": false,
"ENABLE_SMP_SUPPORT": false, "PRINTING": true, "MAX_NUM_NODES": "1",
"MAX_NUM_BOOTINFO_UNTYPED_CAPS": "230", "ROOT_CNODE_SIZE_BITS": "12",
"PADDR_USER_DEVICE_TOP": "1099511627776", "ARM_HYPERVISOR_SUPPORT": false,
"ARM_GIC_V3_SUPPORT": false, "ARM_PA_SIZE_BITS_40": true, "ARM_PA_SIZE_BITS_44": false)",
               extra, "}");
}

struct Table {
    std::string name;
    std::vector<uint64_t> words;
};

/// One load segment at `phys` with the tables in it, and a symbol for each.
inline Bytes kernel_elf(uint64_t phys, const std::vector<Table>& tables,
                        uint64_t window = el1_window) {
    Bytes data(0x2000);
    std::vector<Elf64_Sym> symbols(1);
    std::string names(1, '\0');
    uint64_t at = 0x100;
    for (const Table& t : tables) {
        std::memcpy(data.data() + at, t.words.data(), t.words.size() * 8);
        Elf64_Sym s{};
        s.st_name = static_cast<uint32_t>(names.size());
        s.st_value = window + phys + at;
        s.st_size = t.words.size() * 8;
        symbols.push_back(s);
        names += t.name + '\0';
        at += t.words.size() * 8;
    }
    NewElfSegment segment;
    segment.data = ByteRope{std::move(data)};
    segment.vaddr = window + phys;
    segment.paddr = phys;
    segment.memory_size = 0x200000;
    segment.flags = elf_readable | elf_writable | elf_executable;
    Bytes file = write_elf(Architecture::aarch64, segment.vaddr, {segment}).bytes.flatten();

    const auto append = [&](const void* from, size_t size) {
        const size_t where = (file.size() + 7) / 8 * 8;
        file.resize(where + size);
        std::memcpy(file.data() + where, from, size);
        return where;
    };
    std::vector<Elf64_Shdr> sections(3);
    sections[1].sh_type = SHT_SYMTAB;
    sections[1].sh_link = 2;
    sections[1].sh_size = symbols.size() * sizeof(Elf64_Sym);
    sections[1].sh_offset = append(symbols.data(), sections[1].sh_size);
    sections[2].sh_type = SHT_STRTAB;
    sections[2].sh_size = names.size();
    sections[2].sh_offset = append(names.data(), names.size());
    const size_t headers = append(sections.data(), sections.size() * sizeof(Elf64_Shdr));
    Elf64_Ehdr header;
    std::memcpy(&header, file.data(), sizeof header);
    header.e_shoff = headers;
    header.e_shnum = 3;
    header.e_shentsize = sizeof(Elf64_Shdr);
    std::memcpy(file.data(), &header, sizeof header);
    return file;
}

}  // namespace mkl::test
