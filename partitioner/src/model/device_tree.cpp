// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/model/device_tree.hpp"

#include <algorithm>

namespace mkl {

const DtProperty* DtNode::property(std::string_view wanted) const {
    const auto it = std::find_if(properties.begin(), properties.end(),
                                 [&](const DtProperty& p) { return p.name == wanted; });
    return it == properties.end() ? nullptr : &*it;
}

std::vector<std::string> DtNode::texts(std::string_view wanted) const {
    std::vector<std::string> out;
    const DtProperty* p = property(wanted);
    if (p == nullptr) return out;
    std::string_view rest = as_text(p->value);
    while (!rest.empty()) {
        const size_t end = rest.find('\0');
        if (end == std::string_view::npos) break;  // not terminated: not a string
        out.emplace_back(rest.substr(0, end));
        rest.remove_prefix(end + 1);
    }
    return out;
}

std::optional<std::string> DtNode::text(std::string_view wanted) const {
    std::vector<std::string> all = texts(wanted);
    if (all.empty()) return std::nullopt;
    return std::move(all.front());
}

std::optional<uint32_t> DtNode::cell(std::string_view wanted, size_t index) const {
    const DtProperty* p = property(wanted);
    if (p == nullptr || p->value.size() / 4 <= index) return std::nullopt;
    uint32_t value = 0;
    for (size_t i = 0; i < 4; i++)
        value = value << 8 | std::to_integer<uint32_t>(p->value[4 * index + i]);
    return value;
}

const DtNode* DtNode::child(std::string_view wanted) const {
    const auto it = std::find_if(children.begin(), children.end(),
                                 [&](const DtNode& n) { return n.name == wanted; });
    return it == children.end() ? nullptr : &*it;
}

const DtNode* DeviceTree::find(std::string_view path) const {
    if (path.empty() || path.front() != '/') return nullptr;
    path.remove_prefix(1);
    const DtNode* node = &root;
    while (node != nullptr && !path.empty()) {
        const size_t slash = std::min(path.find('/'), path.size());
        node = node->child(path.substr(0, slash));
        path.remove_prefix(std::min(slash + 1, path.size()));
    }
    return node;
}

}  // namespace mkl
