// SPDX-License-Identifier: BSD-2-Clause
#include "edit.hpp"

#include <algorithm>

namespace mkl {

Bytes text_value(std::string_view text) {
    const auto bytes = as_bytes(text);
    Bytes out(bytes.begin(), bytes.end());
    out.push_back(std::byte{0});
    return out;
}

void set(DtNode& node, std::string_view name, Bytes value) {
    const auto it = std::find_if(node.properties.begin(), node.properties.end(),
                                 [&](const DtProperty& p) { return p.name == name; });
    if (it != node.properties.end()) {
        it->value = std::move(value);
    } else {
        node.properties.push_back({std::string{name}, std::move(value)});
    }
}

void remove(DtNode& node, std::string_view name) {
    std::erase_if(node.properties, [&](const DtProperty& p) { return p.name == name; });
}

}  // namespace mkl
