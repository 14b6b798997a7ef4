// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/user/boot_view.hpp"

#include "mkl/abi/boot_record.h"
#include "mkl/kapi/types.hpp"
#include "mkl/rt/memory.hpp"

namespace mkl::user {
namespace {

constexpr uint32_t fdt_magic = 0xd00dfeed;  // Devicetree Specification v0.4, 5.2 and 5.4
constexpr uint32_t fdt_begin_node = 1;
constexpr uint32_t fdt_end_node = 2;
constexpr uint32_t fdt_prop = 3;
constexpr uint32_t fdt_nop = 4;

bool equal(const uint8_t* text, uint64_t room, const char* expected) {
    for (uint64_t i = 0; i < room; i++) {
        if (text[i] != static_cast<uint8_t>(expected[i])) return false;
        if (expected[i] == '\0') return true;
    }
    return false;
}

/// Big-endian reader that never leaves its bytes; a read outside gives 0 and `bad`.
struct Reader {
    Bytes bytes;
    uint64_t at = 0;
    bool bad = false;

    uint32_t word() {
        if (at > bytes.size || bytes.size - at < 4) {
            bad = true;
            return 0;
        }
        const uint8_t* p = bytes.data + at;
        at += 4;
        return uint32_t{p[0]} << 24 | uint32_t{p[1]} << 16 | uint32_t{p[2]} << 8 | p[3];
    }
    void skip_padded(uint64_t count) {
        const uint64_t padded = (count + 3) & ~uint64_t{3};
        if (padded > bytes.size || at > bytes.size - padded) {
            bad = true;
        } else {
            at += padded;
        }
    }
};

}  // namespace

Bytes chosen_boot_record(Bytes tree) {
    Reader head{tree};
    if (head.word() != fdt_magic) return {};
    const uint64_t total = head.word();
    const uint64_t structure = head.word(), strings = head.word();
    if (head.bad || total > tree.size || structure > total || strings > total) return {};
    Reader r{
        {tree.data, total},
        structure
    };
    int depth = 0;
    bool in_chosen = false;
    while (!r.bad) {
        const uint32_t token = r.word();
        if (token == fdt_begin_node) {
            const uint64_t room = total - r.at;
            uint64_t length = 0;
            while (length < room && tree.data[r.at + length] != 0) length++;
            depth++;
            in_chosen = depth == 2 && equal(tree.data + r.at, room, "chosen");
            r.skip_padded(length + 1);
        } else if (token == fdt_end_node) {
            in_chosen = false;
            if (--depth <= 0) return {};
        } else if (token == fdt_prop) {
            const uint64_t size = r.word(), name = r.word();
            if (r.bad || size > total - r.at || name > total - strings) return {};
            if (in_chosen &&
                equal(tree.data + strings + name, total - strings - name, "mkl,boot-record"))
                return {tree.data + r.at, size};
            r.skip_padded(size);
        } else if (token != fdt_nop) {
            return {};
        }
    }
    return {};
}

Bytes tree_at_end(Bytes image) {
    for (uint64_t size = MKL_PAGE_SIZE; size <= image.size; size += MKL_PAGE_SIZE) {
        Reader head{
            {image.data + image.size - size, size}
        };
        if (head.word() != fdt_magic) continue;
        const uint64_t total = head.word();
        if (total <= size && size - total < MKL_PAGE_SIZE) return {head.bytes.data, total};
    }
    return {};
}

FoundRecord find_boot_record(Bytes extra, Bytes image) {
    using Header = mkl::kapi::BootInfoHeader;
    Bytes tree;
    for (uint64_t at = 0; at <= extra.size && extra.size - at >= sizeof(Header);) {
        Header header;
        memcpy(&header, extra.data + at, sizeof header);
        if (header.len < sizeof header || header.len > extra.size - at) break;
        const Bytes data{extra.data + at + sizeof header, header.len - sizeof header};
        if (header.id == MKL_BOOTINFO_ID_BOOT_RECORD) return {data, true, false, {}};
        if (header.id == mkl::kapi::boot_info_fdt) tree = data;
        at += header.len;
    }
    if (tree.size == 0) tree = tree_at_end(image);
    if (tree.size == 0) return {};
    Bytes found = chosen_boot_record(tree);
    FoundRecord record{found, false, false, {}};
    if (reinterpret_cast<uintptr_t>(found.data) % 8 != 0) {  // properties are 4-byte aligned
        record.bytes.data -= sizeof record.before;
        memcpy(record.before, record.bytes.data, sizeof record.before);
        memmove(record.bytes.data, found.data, found.size);
        record.moved = true;
    }
    return record;
}

void put_back(FoundRecord& record) {
    if (!record.moved) return;
    uint8_t* const place = record.bytes.data + sizeof record.before;
    memmove(place, record.bytes.data, record.bytes.size);
    memcpy(record.bytes.data, record.before, sizeof record.before);
    record.bytes.data = place;
    record.moved = false;
}

}  // namespace mkl::user
