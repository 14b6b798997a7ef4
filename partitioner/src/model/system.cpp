// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/model/system.hpp"

namespace mkl {

std::optional<size_t> System::node_index(std::string_view name) const {
    for (size_t i = 0; i < nodes.size(); i++)
        if (nodes[i].name.value == name) return i;
    return std::nullopt;
}

std::filesystem::path System::resolve(std::string_view written) const {
    return path.parent_path() / std::filesystem::path{written};
}

}  // namespace mkl
