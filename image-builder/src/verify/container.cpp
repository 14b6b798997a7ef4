// SPDX-License-Identifier: BSD-2-Clause
// What firmware takes: Image, ELF, FIT, uImage. Each to the flat image inside it.
#include <elf.h>
#include <libfdt.h>

#include <bit>
#include <cstring>

#include "mkl/support/text.hpp"
#include "reader.hpp"

namespace mkl::verify {

namespace {

constexpr uint64_t max_fit_tree = uint64_t{16} << 20;  // FIT without the payload's bytes
constexpr uint64_t max_gap = uint64_t{64} << 20;       // between segments of an ELF

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
        part->for_each([&](std::span<const std::byte> piece) { out.flat.append(piece); });
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
    out.flat = *data;
    return out;
}

// ---- FIT: U-Boot doc/uImage.FIT/source_file_format.txt ----

struct FitReader {
    const ByteView& image;
    Bytes storage;  // the tree, payload included if it stands inside
    const void* tree = nullptr;
    Container out;

    std::optional<std::string> text(int node, const char* name) const {
        int length = 0;
        const auto* p = static_cast<const char*>(fdt_getprop(tree, node, name, &length));
        if (!p || length <= 0 || p[length - 1] != 0) return std::nullopt;
        return std::string{p};
    }
    std::optional<uint64_t> number(int node, const char* name) const {
        int length = 0;
        const auto* p = static_cast<const uint32_t*>(fdt_getprop(tree, node, name, &length));
        uint32_t cells[2] = {};
        if (!p || (length != 4 && length != 8)) return std::nullopt;
        std::memcpy(cells, p, static_cast<size_t>(length));
        return length == 4 ? big(cells[0]) : uint64_t{big(cells[0])} << 32 | big(cells[1]);
    }
    std::optional<ByteView> data(int node) const {
        int length = 0;
        const auto* p = static_cast<const std::byte*>(fdt_getprop(tree, node, "data", &length));
        if (p && length >= 0) {
            // A span of `image` itself where possible: the tree may be a copy of it.
            const auto offset = static_cast<uint64_t>(p - static_cast<const std::byte*>(tree));
            return image.part(offset, static_cast<uint64_t>(length));
        }
        const auto size = number(node, "data-size");
        if (!size) return std::nullopt;
        if (const auto position = number(node, "data-position"))
            return image.part(*position, *size);
        const auto offset = number(node, "data-offset");
        if (!offset) return std::nullopt;
        const uint64_t base = (uint64_t{fdt_totalsize(tree)} + 3) & ~uint64_t{3};
        return *offset > UINT64_MAX - base ? std::nullopt : image.part(base + *offset, *size);
    }
    void sums(int node, const std::string& name, const ByteView& bytes) {
        int hash = 0;
        fdt_for_each_subnode(hash, tree, node) {
            const char* hash_name = fdt_get_name(tree, hash, nullptr);
            if (!hash_name || std::strncmp(hash_name, "hash", 4) != 0) continue;
            int length = 0;
            const void* value = fdt_getprop(tree, hash, "value", &length);
            const auto algo = text(hash, "algo");
            if (!algo || !value) continue;
            if (*algo == "sha256" && length == MKL_SHA256_SIZE) {
                const Digest d = sha256(bytes);
                out.sums.push_back({cat("FIT image ", name, ": sha256"),
                                    std::memcmp(d.data(), value, d.size()) == 0, "another", "it"});
            } else if (*algo == "crc32" && length == 4) {
                uint32_t expected = 0;
                std::memcpy(&expected, value, 4);
                const uint32_t found = crc32(bytes);
                out.sums.push_back({cat("FIT image ", name, ": crc32"), found == big(expected),
                                    hex(found), hex(big(expected))});
            } else {
                out.sums.push_back({cat("FIT image ", name, ": ", *algo), false,
                                    "a length or method that mkl does not write", ""});
            }
        }
    }
    bool load_image(int images, const std::string& name, bool kernel, std::string& why) {
        const int node = fdt_subnode_offset(tree, images, name.c_str());
        const auto bytes = node >= 0 ? data(node) : std::nullopt;
        if (!bytes) {
            why = cat("FIT image '", name, "' has no data inside the file");
            return false;
        }
        sums(node, name, *bytes);
        const uint64_t load = number(node, "load").value_or(0);
        out.facts.push_back(cat("image ", name, ": ", text(node, "type").value_or("?"), ", load ",
                                hex(load), ", ", hex(bytes->size()), " bytes"));
        if (kernel)
            out.flat = *bytes;
        else
            out.loadables.push_back({name, load, *bytes});
        return true;
    }
};

std::optional<Container> open_fit(const ByteView& image, std::string& why) {
    const auto total = image.value<uint32_t>(4);
    if (!total || !image.holds(0, big(*total))) {
        why = cat("its header says ", total ? hex(big(*total)) : "?", " bytes, the file has ",
                  hex(image.size()));
        return std::nullopt;
    }
    FitReader fit{image, {}, nullptr, {}};
    const auto bytes = image.read(0, big(*total), fit.storage);
    if (!bytes) return std::nullopt;
    if (reinterpret_cast<uintptr_t>(bytes->data()) % 8 != 0) {
        fit.storage.assign(bytes->begin(), bytes->end());  // libfdt wants it aligned
        fit.tree = fit.storage.data();
    } else {
        fit.tree = bytes->data();
    }
    if (const int error = fdt_check_full(fit.tree, big(*total)); error != 0) {
        why = cat("its tree is damaged: ", fdt_strerror(error));
        return std::nullopt;
    }
    fit.out.format = "FIT";
    const int images = fdt_path_offset(fit.tree, "/images");
    const int configurations = fdt_path_offset(fit.tree, "/configurations");
    const auto chosen = configurations < 0 ? std::nullopt : fit.text(configurations, "default");
    const int configuration =
        chosen ? fdt_subnode_offset(fit.tree, configurations, chosen->c_str()) : -1;
    const auto kernel = configuration < 0 ? std::nullopt : fit.text(configuration, "kernel");
    if (images < 0 || !kernel) {
        why = "it has no default configuration with a kernel";
        return std::nullopt;
    }
    fit.out.facts.push_back(cat("configuration ", *chosen));
    if (!fit.load_image(images, *kernel, true, why)) return std::nullopt;
    const int count = fdt_stringlist_count(fit.tree, configuration, "loadables");
    for (int i = 0; i < count && i < static_cast<int>(max_entries); i++) {
        const char* name = fdt_stringlist_get(fit.tree, configuration, "loadables", i, nullptr);
        if (!name || !fit.load_image(images, name, false, why)) return std::nullopt;
    }
    return std::move(fit.out);
}

}  // namespace

std::optional<Container> open_container(const ByteView& image, std::string& why) {
    constexpr uint32_t uimage_magic = 0x27051956, tree_magic = FDT_MAGIC;
    const auto first = image.value<uint32_t>(0);
    if (first && *first == std::bit_cast<uint32_t>(std::array{'\x7f', 'E', 'L', 'F'}))
        return open_elf(image, why);
    if (first && big(*first) == uimage_magic) return open_uimage(image, why);
    if (first && big(*first) == tree_magic) return open_fit(image, why);
    return open_flat(image, why);
}

}  // namespace mkl::verify
