// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/model/system.hpp"

#include <algorithm>
#include <array>

namespace mkl {

std::optional<size_t> System::node_index(std::string_view name) const {
    for (size_t i = 0; i < nodes.size(); i++)
        if (nodes[i].name.value == name) return i;
    return std::nullopt;
}

std::filesystem::path System::resolve(std::string_view written) const {
    return path.parent_path() / std::filesystem::path{written};
}

std::optional<uint64_t> FileRequest::room() const {
    if (size) return size->value;
    if (!bytes || *bytes > UINT64_MAX - page_bytes) return std::nullopt;
    return std::max((*bytes + page_bytes - 1) / page_bytes * page_bytes, page_bytes);
}

std::string_view to_text(CapKind kind) {
    constexpr std::array<std::string_view, cap_kinds> names{
        "irq-control", "asid-control",   "domain", "sched-control",
        "smc",         "device-untyped", "untyped"};
    return names[static_cast<size_t>(kind)];
}

uint64_t connection_bytes(const ConnectionRequest& connection) {
    return connection.type == ConnectionType::notification ? 0 : connection.size;
}

bool signals_back(const ConnectionRequest& connection) {
    return connection.type == ConnectionType::rpc || connection.type == ConnectionType::queue;
}

}  // namespace mkl
