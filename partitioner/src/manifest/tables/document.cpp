// SPDX-License-Identifier: BSD-2-Clause
// Keys of the whole document.
#include "../numbers.hpp"
#include "rows.hpp"

namespace mkl::manifest {

namespace {
const Shape version_number{.kind = K::integer, .what = "the version number 1", .example = "1"};
}  // namespace

const std::vector<Key<ShareRequest>>& keys_of(const ShareRequest&) {
    using T = ShareRequest;
    static const std::vector<Key<T>> table{
        row<T, &T::device>("device", device_text, needed, "The device or provider"),
        row<T, &T::owner>("owner", node_name, needed, "The node that may program it"),
        row<T, &T::why>("why", reason, needed, "Why sharing is safe"),
    };
    return table;
}

namespace {
MKL_SHAPE(board_shape,
          with(mapping_shape<Board>("a board"), {"dtb", "dts", "qemu"}, {"dtb", "dts"}))
MKL_SHAPE(loader_shape, mapping_shape<LoaderRequest>("{base: .., size: ..}"))
MKL_SHAPE(node_shape, mapping_shape<NodeRequest>("a node"))
MKL_SHAPE(nodes_shape, {.kind = K::named, .what = "nodes by name", .item = &node_shape()})
MKL_SHAPE(pool_shape, mapping_shape<PoolRequest>("a pool"))
MKL_SHAPE(pools_shape, {.kind = K::named, .what = "pools by name", .item = &pool_shape()})
MKL_SHAPE(component_shape, mapping_shape<ComponentRequest>("a component"))
MKL_SHAPE(components_shape,
          {.kind = K::named, .what = "components by name", .item = &component_shape()})
/// What a notification has no use for, and what only messages have.
Shape of_connections(Shape s) {
    for (const std::string_view key : {"size", "in"})
        s.scopes.push_back({
            key, "type", {"shared-data", "rpc", "queue"}
        });
    s.scopes.push_back({
        "depth", "type", {"rpc", "queue"}
    });
    s.scopes.push_back({"queued", "type", {"rpc"}});
    return s;
}
MKL_SHAPE(connection_shape, of_connections(mapping_shape<ConnectionRequest>("a connection")))
MKL_SHAPE(connections_shape,
          {.kind = K::named, .what = "connections by name", .item = &connection_shape()})
MKL_SHAPE(file_shape, mapping_shape<FileRequest>("a file"))
MKL_SHAPE(files_shape, {.kind = K::named, .what = "files by name", .item = &file_shape()})
MKL_SHAPE(share_shape, mapping_shape<ShareRequest>("a shared device"))
MKL_SHAPE(shares_shape,
          {.kind = K::list, .what = "a list of shared devices", .item = &share_shape()})

/// A mapping from names to T, each with its name and place filled in.
template <auto member, class T>
void by_name(Reader& r, const SyntaxNode& n, const Shape& s, T& out) {
    r.named(
        n, s, [&](const SyntaxEntry& e) -> auto& {
            auto& item = (out.*member).emplace_back();
            item.name = {e.key, e.key_where};
            item.where = e.key_where;
            return item;
        });
}
}  // namespace

const std::vector<Key<System>>& keys_of(const System&) {
    using T = System;
    static const std::vector<Key<T>> table{
        row<T>("mkl", version_number, needed, "Version of this description: 1",
               [](Reader& r, const SyntaxNode& n, const Shape& s, System&) {
                   const std::optional<uint64_t> version = r.number(n, s);
                   if (version && *version != 1)
                       r.sink().report({.id = "E108",
                                        .where = n.where,
                                        .message = "version " + std::to_string(*version) +
                                                   " of the system description; this mkl knows "
                                                   "version 1",
                                        .hint = "write `mkl: 1`, or use a newer mkl"});
               }),
        row<T, &T::board>("board", board_shape(), needed, "The hardware"),
        row<T, &T::loader>("loader", loader_shape(), optional,
                           "Where the loader lives while it boots; chosen by mkl if left out"),
        row<T>("nodes", nodes_shape(), needed, "The nodes: one CPU, one kernel each, in order",
               by_name<&T::nodes, T>),
        row<T>("shared", pools_shape(), optional, "Memory seen by several nodes",
               by_name<&T::shared, T>),
        row<T>("components", components_shape(), optional, "Programs and where they run",
               by_name<&T::components, T>),
        row<T>("connections", connections_shape(), optional,
               "How components talk; the same whether they share a node or not",
               by_name<&T::connections, T>),
        row<T>("files", files_shape(), optional, "Extra files placed in a node's memory",
               by_name<&T::files, T>),
        row<T, &T::share>("share", shares_shape(), optional,
                          "Devices or providers that several nodes need, each with its reason"),
    };
    return table;
}

const Shape& system_shape() {
    static const Shape shape = mapping_shape<System>("a system description");
    return shape;
}

}  // namespace mkl::manifest
