// SPDX-License-Identifier: BSD-2-Clause
// Bounded reader of a flattened device tree of hostile origin (Devicetree Specification 0.4,
// chapter 5). Reads only [blob, blob + available); any inconsistency ends the walk with failed().
#pragma once

#include <stdint.h>

#include "mkl/abi/boot_record.h"

namespace mkl::loader {

constexpr uint32_t fdt_magic = 0xd00dfeed;
constexpr uint32_t fdt_max_depth = 16;

inline uint32_t load_be32(const uint8_t* p) {
    return uint32_t{p[0]} << 24 | uint32_t{p[1]} << 16 | uint32_t{p[2]} << 8 | p[3];
}
inline uint64_t load_be64(const uint8_t* p) {
    return uint64_t{load_be32(p)} << 32 | load_be32(p + 4);
}

/// A property's bytes; size 0 and data nullptr if the node has none of that name.
struct FdtProperty {
    const uint8_t* data = nullptr;
    uint32_t size = 0;
    bool present = false;

    /// `text` is one of the NUL-separated strings in it.
    bool lists(const char* text) const;
};

/// The properties this reader keeps of one node while its children are walked.
struct FdtNode {
    const char* name = "";                       // NUL-terminated inside the blob
    uint32_t depth = 0;                          // root: 0
    uint32_t address_cells = 2, size_cells = 1;  // of its parent: what `reg` is made of
    FdtProperty reg, compatible, device_type, status, no_map, reusable;

    bool enabled() const;
    /// Entry `index` of reg; false past its end or with more than two cells per number.
    bool range(uint32_t index, mkl_range& out) const;
};

class FdtReader {
public:
    /// Walks nothing yet. failed() if the header is not one.
    FdtReader(const uint8_t* blob, uint64_t available);

    bool failed() const { return failed_; }
    /// Bytes in use: what a copy must take along.
    static uint64_t used_size(const uint8_t* blob, uint64_t available);

    /// Entry `index` of the memory reservation block; false at its end.
    bool reservation(uint32_t index, mkl_range& out) const;

    /// Calls visit(const FdtNode& node, const char* parent) in tree order, each node after all
    /// of its own properties were seen. Stops when the blob is inconsistent.
    template <class Visit>
    void walk(Visit visit);

private:
    enum class Token : uint32_t { begin = 1, end = 2, property = 3, nop = 4, finish = 9 };

    bool next(Token& token);
    bool read_name(const char*& name);
    bool read_property(const char*& name, FdtProperty& out);
    bool keep(FdtNode& node, uint32_t (&cells)[2], const char* name, const FdtProperty& value);

    const uint8_t* blob_;
    uint64_t structs_ = 0, structs_end_ = 0, strings_ = 0, strings_end_ = 0, reserves_ = 0;
    uint64_t at_ = 0;
    uint64_t size_ = 0;
    bool failed_ = true;
};

bool equals(const char* a, const char* b);

template <class Visit>
void FdtReader::walk(Visit visit) {
    FdtNode stack[fdt_max_depth];
    uint32_t cells[fdt_max_depth][2];
    bool told[fdt_max_depth] = {};
    uint32_t depth = 0;  // nodes open
    at_ = structs_;
    const auto tell = [&] {
        if (depth == 0 || told[depth - 1]) return;
        told[depth - 1] = true;
        visit(stack[depth - 1], depth >= 2 ? stack[depth - 2].name : "");
    };
    Token token{};
    while (!failed_ && next(token)) {
        if (token == Token::begin) {
            tell();
            if (depth == fdt_max_depth) break;
            FdtNode node;
            if (!read_name(node.name)) break;
            node.depth = depth;
            if (depth != 0) {
                node.address_cells = cells[depth - 1][0];
                node.size_cells = cells[depth - 1][1];
            }
            stack[depth] = node;
            cells[depth][0] = 2;  // Devicetree Specification 2.3.5: the defaults
            cells[depth][1] = 1;
            told[depth] = false;
            depth++;
        } else if (token == Token::end) {
            if (depth == 0) break;
            tell();
            depth--;
        } else if (token == Token::property) {
            const char* name = nullptr;
            FdtProperty value;
            if (depth == 0 || !read_property(name, value)) break;
            if (!keep(stack[depth - 1], cells[depth - 1], name, value)) break;
        } else if (token == Token::finish) {
            if (depth != 0) break;
            return;
        }
    }
    failed_ = true;
}

}  // namespace mkl::loader
