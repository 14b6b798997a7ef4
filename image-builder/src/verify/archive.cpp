// SPDX-License-Identifier: BSD-2-Clause
// newc archives, cpio(5): 110-byte header of hexadecimal fields, name, data, each padded to 4.
#include <charconv>
#include <cstring>

#include "mkl/support/text.hpp"
#include "reader.hpp"

namespace mkl::verify {

namespace {

constexpr uint64_t header_size = 110, max_name = 4096;
constexpr size_t field_size = 8, magic_size = 6;
constexpr size_t field_file_size = 6, field_name_size = 11;  // index among the 13 fields

std::optional<uint32_t> field(const char* header, size_t index) {
    const char* begin = header + magic_size + index * field_size;
    uint32_t value = 0;
    const auto [end, error] = std::from_chars(begin, begin + field_size, value, 16);
    if (error != std::errc{} || end != begin + field_size) return std::nullopt;
    return value;
}

uint64_t padded(uint64_t size) { return (size + 3) & ~uint64_t{3}; }

}  // namespace

std::vector<ArchiveFile> walk_archive(const ByteView& archive, std::string& why) {
    std::vector<ArchiveFile> files;
    why.clear();
    for (uint64_t at = 0;;) {
        char header[header_size];
        if (!archive.copy(at, std::as_writable_bytes(std::span{header}))) {
            why = cat("it ends at ", hex(at), " without a trailer");
            return files;
        }
        const auto file_size = field(header, field_file_size);
        const auto name_size = field(header, field_name_size);
        if (std::memcmp(header, "070701", magic_size) != 0 || !file_size || !name_size ||
            *name_size == 0 || *name_size > max_name) {
            why = cat("no newc header at ", hex(at));
            return files;
        }
        std::string name(*name_size, '\0');
        const uint64_t data = padded(at + header_size + *name_size);
        if (!archive.copy(at + header_size, std::as_writable_bytes(std::span{name})) ||
            !archive.holds(data, *file_size)) {
            why = cat("the file at ", hex(at), " reaches past the end");
            return files;
        }
        name.resize(std::strlen(name.c_str()));
        if (name == "TRAILER!!!") return files;
        if (files.size() == max_entries) {
            why = cat("more than ", max_entries, " files");
            return files;
        }
        files.push_back({std::move(name), data, *file_size});
        at = padded(data + *file_size);
    }
}

}  // namespace mkl::verify
