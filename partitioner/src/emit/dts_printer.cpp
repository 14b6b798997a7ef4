// SPDX-License-Identifier: BSD-2-Clause
// Values are written so that dtc gives back the same bytes: text only where every string is plain
// and none is empty (a "\0" before a digit would be read as one octal escape), else cells, else
// bytes. No value is ever guessed to be a reference.
#include "dts_printer.hpp"

#include <algorithm>
#include <string_view>

#include "mkl/emit/emit.hpp"
#include "mkl/hardware/tree_view.hpp"
#include "mkl/support/text.hpp"

namespace mkl {

namespace {

constexpr std::string_view digits = "0123456789abcdef";

/// One or more non-empty strings of printable ASCII, each with its NUL.
bool is_text(std::string_view value) {
    if (value.empty() || value.back() != '\0') return false;
    char before = '\0';
    for (const char c : value) {
        if (c == '\0' && before == '\0') return false;
        if (c != '\0' && (c < ' ' || c > '~')) return false;
        before = c;
    }
    return true;
}

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + '"';
}

void print_children(const DtNode& node, int depth, std::string& out) {
    const std::string indent(static_cast<size_t>(depth), '\t');
    for (const DtProperty& p : node.properties) out += cat(indent, dts_property(p), "\n");
    bool separate = !node.properties.empty();
    for (const DtNode& child : node.children) {
        if (separate) out += '\n';
        separate = true;
        print_dts_node(child, depth, out);
    }
}

}  // namespace

std::string dts_property(const DtProperty& property) {
    const std::string_view text = as_text(property.value);
    std::string out = property.name;
    if (text.empty()) return out + ";";
    out += " = ";
    if (is_text(text)) {
        std::string_view rest = text;
        while (!rest.empty()) {
            const size_t end = rest.find('\0');
            out += quoted(rest.substr(0, end));
            rest.remove_prefix(end + 1);
            if (!rest.empty()) out += ", ";
        }
    } else if (property.value.size() % 4 == 0) {
        const Cells cells{&property};
        out += '<';
        for (size_t i = 0; i < cells.size(); i++) out += cat(i == 0 ? "" : " ", hex(cells[i]));
        out += '>';
    } else {
        out += '[';
        for (const std::byte b : property.value) {
            const auto value = std::to_integer<size_t>(b);
            if (out.back() != '[') out += ' ';
            out += digits[value / 16];
            out += digits[value % 16];
        }
        out += ']';
    }
    return out + ";";
}

void print_dts_node(const DtNode& node, int depth, std::string& out) {
    const std::string indent(static_cast<size_t>(depth), '\t');
    out += cat(indent, node.name.empty() ? "/" : node.name, " {\n");
    print_children(node, depth + 1, out);
    out += cat(indent, "};\n");
}

std::string to_dts(const DeviceTree& tree) {
    std::string out = "/dts-v1/;\n\n";
    for (const PhysRange r : tree.memreserve)
        out += cat("/memreserve/ ", hex(r.base()), " ", hex(r.size_bytes()), ";\n");
    if (!tree.memreserve.empty()) out += '\n';
    print_dts_node(tree.root, 0, out);
    return out;
}

}  // namespace mkl
