// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/formats/cpio.hpp"

#include <array>
#include <cassert>
#include <cstdio>
#include <string_view>

#include "mkl/abi/payload.h"
#include "mkl/support/round.hpp"
#include "mkl/support/text.hpp"

namespace mkl {

namespace {

constexpr uint64_t header_size = 110;  // magic and thirteen fields of eight hex digits
constexpr uint64_t data_align = MKL_PAYLOAD_ALIGN;
constexpr uint64_t archive_align = 512;  // a cpio record; other tools expect it
constexpr uint64_t max_name = 4096;
constexpr std::string_view magic = "070701";
constexpr std::string_view trailer = "TRAILER!!!";

/// Where header and name of an entry at `at` end and its data begins.
uint64_t data_offset(uint64_t at, std::string_view name, uint64_t align) {
    return round_up(at + header_size + name.size() + 1, align);
}

std::string header_text(uint64_t inode, uint64_t mode, uint64_t size, uint64_t name_size) {
    std::array<char, header_size + 1> text{};
    std::snprintf(text.data(), text.size(),
                  "070701%08llx%08llx%08x%08x%08x%08x%08llx%08x%08x%08x%08x%08llx%08x",
                  static_cast<unsigned long long>(inode), static_cast<unsigned long long>(mode), 0u,
                  0u, 1u, 0u, static_cast<unsigned long long>(size), 0u, 0u, 0u, 0u,
                  static_cast<unsigned long long>(name_size), 0u);
    return {text.data(), header_size};
}

/// Header and padded name of an entry whose data begins at `data`.
void append_head(ByteRope& out, uint64_t inode, uint64_t mode, std::string_view name, uint64_t size,
                 uint64_t data) {
    const uint64_t name_size = data - out.size() - header_size;
    out.append(header_text(inode, mode, size, name_size));
    out.append(name);
    out.append_zeros(data - out.size());
}

/// Eight hex digits; false if there is anything else.
bool parse_hex(std::string_view digits, uint64_t& value) {
    value = 0;
    for (const char c : digits) {
        uint64_t digit = 0;
        if (c >= '0' && c <= '9')
            digit = static_cast<uint64_t>(c - '0');
        else if (c >= 'a' && c <= 'f')
            digit = static_cast<uint64_t>(c - 'a') + 10;
        else if (c >= 'A' && c <= 'F')
            digit = static_cast<uint64_t>(c - 'A') + 10;
        else
            return false;
        value = value << 4 | digit;
    }
    return true;
}

}  // namespace

CpioLayout layout_cpio(std::span<const CpioEntry> entries) {
    CpioLayout layout;
    uint64_t at = 0;
    for (const CpioEntry& e : entries) {
        const uint64_t data = data_offset(at, e.name, data_align);
        layout.data_offsets.push_back(data);
        at = round_up(data + e.size, 4);
    }
    layout.size = round_up(data_offset(at, trailer, 4), archive_align);
    return layout;
}

ByteRope write_cpio(std::span<const CpioFile> files) {
    constexpr uint64_t regular_file = 0100644;
    ByteRope out;
    uint64_t inode = 0;
    for (const CpioFile& f : files) {
        assert(f.data.size() <= cpio_max_entry && f.name.size() < 1024);
        append_head(out, ++inode, regular_file, f.name, f.data.size(),
                    data_offset(out.size(), f.name, data_align));
        out.append(f.data);
        out.align_to(4);
    }
    append_head(out, 0, 0, trailer, 0, data_offset(out.size(), trailer, 4));
    out.align_to(archive_align);
    return out;
}

std::optional<std::vector<CpioMember>> read_cpio(std::span<const std::byte> archive,
                                                 std::string& error) {
    const std::string_view text = as_text(archive);
    std::vector<CpioMember> members;
    uint64_t at = 0;
    const auto fail = [&](std::string_view why) {
        error = cat("entry ", members.size(), " at ", hex(at), ": ", why);
        return std::nullopt;
    };
    for (;;) {
        if (text.size() - at < header_size) return fail("the archive ends in its header");
        if (text.substr(at, magic.size()) != magic) return fail("no 070701 header");
        std::array<uint64_t, 13> fields{};
        for (size_t i = 0; i < fields.size(); i++)
            if (!parse_hex(text.substr(at + magic.size() + 8 * i, 8), fields[i]))
                return fail("its header is not hexadecimal");
        const uint64_t size = fields[6], name_size = fields[11];
        if (name_size == 0 || name_size > max_name) return fail("its name has no sensible size");
        const uint64_t name_at = at + header_size;
        const uint64_t data = round_up(name_at + name_size, 4);
        if (data > text.size()) return fail("the archive ends in its name");
        std::string_view name = text.substr(name_at, name_size);
        if (name.find('\0') == std::string_view::npos) return fail("its name does not end");
        name = name.substr(0, name.find('\0'));
        if (name == trailer) return members;
        if (size > text.size() - data) return fail("the archive ends in its data");
        members.push_back({std::string{name}, data, size});
        at = round_up(data + size, 4);
        if (at > text.size()) return fail("the archive ends without a trailer");
    }
}

}  // namespace mkl
