// SPDX-License-Identifier: BSD-2-Clause
// Keys of what is placed in memory: pools and files.
#include "rows.hpp"

namespace mkl::manifest {

namespace {
const Shape rights{
    .kind = K::choice, .what = "a right", .choices = {"rw", "r", "ro"}
};
const Shape members{.kind = K::named, .what = "nodes with rights, {node0: rw}", .item = &rights};
}  // namespace

const std::vector<Key<PoolRequest>>& keys_of(const PoolRequest&) {
    using T = PoolRequest;
    static const std::vector<Key<T>> table = with_limits<T>({
        row<T, &T::size>("size", size, needed, "Bytes, a multiple of 4 KiB"),
        row<T, &T::base>("base", address, optional,
                         "First byte, a multiple of 4 KiB; chosen by mkl if left out"),
        row<T>("nodes", members, needed, "The nodes that see it, each with rw or r",
               [](Reader& r, const SyntaxNode& n, const Shape& s, PoolRequest& out) {
                   r.named(n, s, [&](const SyntaxEntry& e) -> Rights& {
                       out.nodes.push_back({
                           {e.key, e.key_where},
                           Rights::read_only
                       });
                       return out.nodes.back().second;
                   });
               }),
    });
    return table;
}

const std::vector<Key<FileRequest>>& keys_of(const FileRequest&) {
    using T = FileRequest;
    static const std::vector<Key<T>> table = with_limits<T>({
        row<T, &T::path>("path", file_name, needed, "The file"),
        row<T, &T::node>("node", node_name, needed, "The node whose memory it is placed in"),
        row<T, &T::base>("base", address, optional,
                         "First byte, a multiple of 4 KiB; chosen by mkl if left out"),
        row<T, &T::size>("size", size, optional,
                         "Room for it, a multiple of 4 KiB; as large as the file if left out"),
    });
    return table;
}

}  // namespace mkl::manifest
