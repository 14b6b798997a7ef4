// SPDX-License-Identifier: BSD-2-Clause
#include "fdt.hpp"

#include "range.hpp"

namespace mkl::loader {

namespace {

constexpr uint64_t header_size = 40;

/// Length of the NUL-terminated string at `at`, or false if it does not end before `end`.
bool bounded_string(const uint8_t* blob, uint64_t at, uint64_t end, uint64_t& length) {
    for (uint64_t i = at; i < end; i++) {
        if (blob[i] == 0) {
            length = i - at;
            return true;
        }
    }
    return false;
}

struct Layout {
    uint64_t structs, structs_size, strings, strings_size, reserves, total;
};

/// Header fields, checked against `available`; false if this is no tree of version 16 or 17.
bool read_layout(const uint8_t* blob, uint64_t available, Layout& out) {
    if (available < header_size || load_be32(blob) != fdt_magic) return false;
    const uint32_t version = load_be32(blob + 20);
    const uint32_t compatible_with = load_be32(blob + 24);
    if (version < 17 || compatible_with > 17) return false;
    out = {load_be32(blob + 8),  load_be32(blob + 36), load_be32(blob + 12),
           load_be32(blob + 32), load_be32(blob + 16), load_be32(blob + 4)};
    const mkl_range all = {0, out.total};
    return out.total >= header_size && contains(all, {out.structs, out.structs_size}) &&
           contains(all, {out.strings, out.strings_size}) && contains(all, {out.reserves, 16}) &&
           out.structs % 4 == 0 && out.reserves % 8 == 0;
}

uint64_t largest(uint64_t a, uint64_t b) { return a > b ? a : b; }

}  // namespace

bool equals(const char* a, const char* b) {
    while (*a != '\0' && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

bool FdtProperty::lists(const char* text) const {
    uint32_t at = 0;
    while (at < size) {
        uint32_t i = 0;
        while (at + i < size && data[at + i] != 0 && static_cast<char>(data[at + i]) == text[i])
            i++;
        if (at + i < size && data[at + i] == 0 && text[i] == '\0') return true;
        while (at < size && data[at] != 0) at++;
        at++;
    }
    return false;
}

bool FdtNode::enabled() const {
    return !status.present || status.lists("okay") || status.lists("ok");
}

bool FdtNode::range(uint32_t index, mkl_range& out) const {
    if (address_cells == 0 || address_cells > 2 || size_cells == 0 || size_cells > 2) return false;
    const uint32_t width = 4 * (address_cells + size_cells);
    if (index >= reg.size / width) return false;
    const uint8_t* p = reg.data + uint64_t{index} * width;
    out.base = address_cells == 2 ? load_be64(p) : load_be32(p);
    p += uint64_t{4} * address_cells;
    out.size = size_cells == 2 ? load_be64(p) : load_be32(p);
    return is_sane(out);
}

FdtReader::FdtReader(const uint8_t* blob, uint64_t available) : blob_{blob} {
    Layout l{};
    if (!read_layout(blob, available, l)) return;
    structs_ = l.structs;
    structs_end_ = l.structs + l.structs_size;
    strings_ = l.strings;
    strings_end_ = l.strings + l.strings_size;
    reserves_ = l.reserves;
    size_ = l.total < available ? l.total : available;
    failed_ = structs_end_ > size_ || strings_end_ > size_;
}

uint64_t FdtReader::used_size(const uint8_t* blob, uint64_t available) {
    Layout l{};
    if (!read_layout(blob, available, l)) return 0;
    uint64_t end = largest(l.structs + l.structs_size, l.strings + l.strings_size);
    // The reservation block ends with a pair of zeros.
    for (uint64_t at = l.reserves; at + 16 <= l.total && at + 16 <= available; at += 16) {
        end = largest(end, at + 16);
        if (load_be64(blob + at) == 0 && load_be64(blob + at + 8) == 0) break;
    }
    return end <= available ? end : 0;
}

bool FdtReader::reservation(uint32_t index, mkl_range& out) const {
    const uint64_t at = reserves_ + uint64_t{index} * 16;
    if (failed_ || at > size_ || size_ - at < 16) return false;
    out = {load_be64(blob_ + at), load_be64(blob_ + at + 8)};
    return out.base != 0 || out.size != 0;
}

bool FdtReader::next(Token& token) {
    if (structs_end_ - at_ < 4) return false;
    token = static_cast<Token>(load_be32(blob_ + at_));
    at_ += 4;
    return true;
}

bool FdtReader::read_name(const char*& name) {
    uint64_t length = 0;
    if (!bounded_string(blob_, at_, structs_end_, length)) return false;
    name = reinterpret_cast<const char*>(blob_ + at_);
    const uint64_t taken = (length + 4) & ~uint64_t{3};
    if (taken > structs_end_ - at_) return false;
    at_ += taken;
    return true;
}

bool FdtReader::read_property(const char*& name, FdtProperty& out) {
    if (structs_end_ - at_ < 8) return false;
    const uint32_t size = load_be32(blob_ + at_);
    const uint64_t name_at = strings_ + load_be32(blob_ + at_ + 4);
    at_ += 8;
    uint64_t length = 0;
    if (name_at >= strings_end_ || !bounded_string(blob_, name_at, strings_end_, length))
        return false;
    const uint64_t taken = (uint64_t{size} + 3) & ~uint64_t{3};
    if (taken > structs_end_ - at_) return false;
    name = reinterpret_cast<const char*>(blob_ + name_at);
    out = {blob_ + at_, size, true};
    at_ += taken;
    return true;
}

bool FdtReader::keep(FdtNode& node, uint32_t (&cells)[2], const char* name,
                     const FdtProperty& value) {
    if (equals(name, "reg")) node.reg = value;
    if (equals(name, "compatible")) node.compatible = value;
    if (equals(name, "device_type")) node.device_type = value;
    if (equals(name, "status")) node.status = value;
    if (equals(name, "no-map")) node.no_map = value;
    if (equals(name, "reusable")) node.reusable = value;
    const bool address = equals(name, "#address-cells");
    if (!address && !equals(name, "#size-cells")) return true;
    if (value.size != 4) return false;
    cells[address ? 0 : 1] = load_be32(value.data);
    return true;
}

}  // namespace mkl::loader
