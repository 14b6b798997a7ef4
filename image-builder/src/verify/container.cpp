// SPDX-License-Identifier: BSD-2-Clause
// What firmware takes: Image, ELF, FIT, uImage. Each to the flat image inside it.
#include <elf.h>

#include <bit>
#include <cstring>

#include "mkl/support/text.hpp"
#include "reader.hpp"

namespace mkl::verify {

namespace {

constexpr uint64_t max_gap = uint64_t{64} << 20;  // between segments of an ELF

uint32_t big(uint32_t value) { return __builtin_bswap32(value); }

// ---- Image: Linux Documentation/arch/arm64/booting.rst, arch/riscv/boot-image-header.rst ----

std::optional<Container> open_flat(const ByteView& image, std::string& why) {
    Container out;
    const auto magic = image.value<uint32_t>(MKL_IMAGE_MAGIC_OFFSET);
    const auto text_offset = image.value<uint64_t>(8);
    const auto image_size = image.value<uint64_t>(16);
    const auto flags = image.value<uint64_t>(24);
    if (!magic || !text_offset || !image_size || !flags) {
        why = cat("it has ", image.size(), " bytes, too few for any image");
        return std::nullopt;
    }
    if (*magic == MKL_IMAGE_MAGIC_ARM64) {
        out.format = "arm64 Image";
    } else if (*magic == MKL_IMAGE_MAGIC2_RISCV) {
        out.format = "RISC-V Image";
    } else {
        why = "it is no ELF, FIT, uImage or Image";
        return std::nullopt;
    }
    if (*image_size < image.size()) {
        why = cat("its header says ", hex(*image_size), " bytes, the file has ", hex(image.size()));
        return std::nullopt;
    }
    out.facts.push_back(cat("text offset ", hex(*text_offset), ", image size ", hex(*image_size),
                            ", flags ", hex(*flags)));
    out.flat = image;
    return out;
}

// ---- ELF: the loaded bytes from the lowest physical address on ----

std::optional<Container> open_elf(const ByteView& image, std::string& why) {
    const auto header = image.value<Elf64_Ehdr>(0);
    if (!header || header->e_ident[EI_CLASS] != ELFCLASS64 ||
        header->e_ident[EI_DATA] != ELFDATA2LSB || header->e_phentsize != sizeof(Elf64_Phdr) ||
        header->e_phnum == 0) {
        why = "it is no 64-bit little-endian ELF with program headers";
        return std::nullopt;
    }
    Container out;
    out.format = "ELF";
    out.facts.push_back(cat("machine ", header->e_machine, ", entry ", hex(header->e_entry)));
    out.arch = header->e_machine == EM_AARCH64 ? MKL_ARCH_AARCH64
               : header->e_machine == EM_RISCV ? MKL_ARCH_RISCV64
                                               : 0;
    static const std::byte zeros[4096]{};
    std::optional<uint64_t> next;  // physical address behind what is in `flat`
    for (uint32_t i = 0; i < header->e_phnum; i++) {
        if (header->e_phoff > image.size()) break;
        const auto segment = image.value<Elf64_Phdr>(header->e_phoff + i * sizeof(Elf64_Phdr));
        if (!segment) {
            why = "its program headers reach past the end";
            return std::nullopt;
        }
        if (segment->p_type != PT_LOAD || segment->p_memsz == 0) continue;
        const auto part = image.part(segment->p_offset, segment->p_filesz);
        if (!part || segment->p_filesz > segment->p_memsz) {
            why = cat("segment ", i, " reaches past the end of the file");
            return std::nullopt;
        }
        if (next && (segment->p_paddr < *next || segment->p_paddr - *next > max_gap)) {
            why = cat("segment ", i, " at ", hex(segment->p_paddr),
                      " does not follow the one before");
            return std::nullopt;
        }
        for (uint64_t gap = next ? segment->p_paddr - *next : 0; gap != 0;) {
            const uint64_t n = std::min<uint64_t>(gap, sizeof zeros);
            out.flat.append({zeros, static_cast<size_t>(n)});
            gap -= n;
        }
        if (!next) out.place = ContainerPlace{segment->p_paddr, header->e_entry};
        out.flat.append(*part);
        next = segment->p_paddr + segment->p_filesz;
        out.facts.push_back(cat("segment at ", hex(segment->p_paddr), ", ", hex(segment->p_filesz),
                                " bytes, ", hex(segment->p_memsz), " in memory"));
    }
    if (out.flat.size() == 0) {
        why = "it has no loadable segment";
        return std::nullopt;
    }
    return out;
}

// ---- uImage: U-Boot include/image.h, legacy header of 64 bytes, big-endian ----

std::optional<Container> open_uimage(const ByteView& image, std::string& why) {
    constexpr uint64_t header_size = 64;
    constexpr uint32_t uimage_arm64 = 22, uimage_riscv = 26;  // IH_ARCH_*
    std::array<uint32_t, header_size / 4> header{};
    if (!image.copy(0, std::as_writable_bytes(std::span{header}))) {
        why = "its header is not whole";
        return std::nullopt;
    }
    const uint32_t header_crc = big(header[1]), size = big(header[3]), data_crc = big(header[6]);
    const auto data = image.part(header_size, size);
    if (!data) {
        why = cat("its header says ", hex(size), " bytes, the file has ",
                  hex(image.size() - header_size));
        return std::nullopt;
    }
    header[1] = 0;
    Container out;
    out.format = "uImage";
    const uint32_t header_found =
        crc32(ByteView{std::span<const std::byte>{std::as_bytes(std::span{header})}});
    const uint32_t data_found = crc32(*data);
    out.sums = {
        {"uImage header: CRC-32", header_found == header_crc, hex(header_found), hex(header_crc)},
        {"uImage data: CRC-32",   data_found == data_crc,     hex(data_found),   hex(data_crc)  }
    };
    out.facts.push_back(cat("load ", hex(big(header[4])), ", entry ", hex(big(header[5])), ", ",
                            hex(size), " bytes"));
    out.place = ContainerPlace{big(header[4]), big(header[5])};
    const uint32_t arch = big(header[7]) >> 16 & 0xff;  // ih_os, ih_arch, ih_type, ih_comp
    out.arch = arch == uimage_arm64   ? MKL_ARCH_AARCH64
               : arch == uimage_riscv ? MKL_ARCH_RISCV64
                                      : 0;
    out.flat = *data;
    return out;
}

}  // namespace

std::vector<Container> open_containers(const ByteView& image, std::string& why) {
    constexpr uint32_t uimage_magic = 0x27051956, tree_magic = 0xd00dfeed;
    const auto first = image.value<uint32_t>(0);
    if (first && big(*first) == tree_magic) return open_fit(image, why);
    auto one = first && *first == std::bit_cast<uint32_t>(std::array{'\x7f', 'E', 'L', 'F'})
                   ? open_elf(image, why)
               : first && big(*first) == uimage_magic ? open_uimage(image, why)
                                                      : open_flat(image, why);
    std::vector<Container> out;
    if (one) out.push_back(std::move(*one));
    return out;
}

}  // namespace mkl::verify
