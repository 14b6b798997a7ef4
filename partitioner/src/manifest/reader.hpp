// SPDX-License-Identifier: BSD-2-Clause
// Values of the model out of syntax nodes, checked against shapes. A value that cannot be read is
// reported and left as it was; reading goes on with the next one.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mkl/model/system.hpp"
#include "shape.hpp"
#include "syntax.hpp"

namespace mkl::manifest {

class Reader;

/// One row of a key table: what the schema says of it, and how it gets into a T.
template <class T>
struct Key {
    KeyDoc doc;
    void (*read)(Reader&, const SyntaxNode&, const Shape&, T&);
};

/// The one table of keys of each mapping (tables/); the argument only selects it.
const std::vector<Key<System>>& keys_of(const System&);
const std::vector<Key<Board>>& keys_of(const Board&);
const std::vector<Key<QemuMachine>>& keys_of(const QemuMachine&);
const std::vector<Key<MemoryRange>>& keys_of(const MemoryRange&);
const std::vector<Key<ReserveRequest>>& keys_of(const ReserveRequest&);
const std::vector<Key<LoaderRequest>>& keys_of(const LoaderRequest&);
const std::vector<Key<NodeRequest>>& keys_of(const NodeRequest&);
const std::vector<Key<CpuChoice>>& keys_of(const CpuChoice&);
const std::vector<Key<MemoryRequest>>& keys_of(const MemoryRequest&);
const std::vector<Key<KernelChoice>>& keys_of(const KernelChoice&);
const std::vector<Key<DeviceSelector>>& keys_of(const DeviceSelector&);
const std::vector<Key<DmaTrust>>& keys_of(const DmaTrust&);
const std::vector<Key<PoolRequest>>& keys_of(const PoolRequest&);
const std::vector<Key<ComponentRequest>>& keys_of(const ComponentRequest&);
const std::vector<Key<ComponentDevice>>& keys_of(const ComponentDevice&);
const std::vector<Key<ComponentDma>>& keys_of(const ComponentDma&);
const std::vector<Key<ConnectionRequest>>& keys_of(const ConnectionRequest&);
const std::vector<Key<ComponentCap>>& keys_of(const ComponentCap&);
const std::vector<Key<DomainTime>>& keys_of(const DomainTime&);
const std::vector<Key<FileRequest>>& keys_of(const FileRequest&);
const std::vector<Key<ShareRequest>>& keys_of(const ShareRequest&);

class Reader {
public:
    explicit Reader(DiagnosticSink& sink) : sink_{sink} {}

    void value(const SyntaxNode& node, const Shape& shape, std::string& out);
    void value(const SyntaxNode& node, const Shape& shape, bool& out);
    void value(const SyntaxNode& node, const Shape& shape, uint32_t& out);
    void value(const SyntaxNode& node, const Shape& shape, uint64_t& out);
    void value(const SyntaxNode& node, const Shape& shape, Rights& out);
    void value(const SyntaxNode& node, const Shape& shape, ConnectionType& out);
    void value(const SyntaxNode& node, const Shape& shape, EndName& out);
    void value(const SyntaxNode& node, const Shape& shape, CpuChoice& out);
    void value(const SyntaxNode& node, const Shape& shape, KernelChoice& out);
    void value(const SyntaxNode& node, const Shape& shape, DeviceSelector& out);
    void value(const SyntaxNode& node, const Shape& shape, MemoryRequest& out);
    void value(const SyntaxNode& node, const Shape& shape, DmaTrust& out);
    void value(const SyntaxNode& node, const Shape& shape, std::vector<MemoryRequest>& out);
    void value(const SyntaxNode& node, const Shape& shape, std::vector<uint32_t>& out);
    void sgi_range(const SyntaxNode& node, const Shape& shape, std::vector<uint32_t>& out);

    template <class T>
    void value(const SyntaxNode& node, const Shape& shape, Located<T>& out) {
        out.where = node.where;
        value(node, shape, out.value);
    }
    template <class T>
    void value(const SyntaxNode& node, const Shape& shape, std::optional<T>& out) {
        out.emplace();
        value(node, shape, *out);
    }
    template <class T>
    void value(const SyntaxNode& node, const Shape& shape, std::vector<T>& out) {
        if (!expect(node, shape, SyntaxNode::Kind::sequence)) return;
        for (const SyntaxNode& item : node.items) value(item, *shape.item, out.emplace_back());
    }
    /// A mapping with a key table; T has tables through keys_of().
    template <class T>
    requires requires(const T& t) { keys_of(t); }
    void value(const SyntaxNode& node, const Shape& shape, T& out) { mapping(node, shape, out); }
    template <class T>
    void mapping(const SyntaxNode& node, const Shape& shape, T& out) {
        if constexpr (requires { out.where = node.where; })
            if (!out.where.known()) out.where = node.where;
        if (!expect(node, shape, SyntaxNode::Kind::mapping)) return;
        check_keys(node, shape);
        check_scopes(node, shape);
        for (const Key<T>& key : keys_of(out))
            if (const SyntaxEntry* e = node.find(key.doc.name))
                key.read(*this, e->value, *key.doc.shape, out);
    }
    /// A mapping from names: each name in the order written. `place(entry)` gives the T to fill.
    template <class Place>
    void named(const SyntaxNode& node, const Shape& shape, const Place& place) {
        if (!expect(node, shape, SyntaxNode::Kind::mapping)) return;
        for (const SyntaxEntry& e : node.entries) value(e.value, *shape.item, place(e));
    }

    /// Text of a scalar; nullopt after a finding.
    std::optional<std::string> text(const SyntaxNode& node, const Shape& shape);
    std::optional<uint64_t> number(const SyntaxNode& node, const Shape& shape);
    /// Index in shape.choices.
    std::optional<size_t> choice(const SyntaxNode& node, const Shape& shape);
    /// Reports if it is another kind. Nothing at all passes for an empty list or name mapping.
    bool expect(const SyntaxNode& node, const Shape& shape, SyntaxNode::Kind kind);
    void wrong_kind(const SyntaxNode& node, const Shape& shape);
    /// Unknown, missing, and exclusive keys.
    void check_keys(const SyntaxNode& node, const Shape& shape);
    /// Keys beside a choice that they have no meaning for.
    void check_scopes(const SyntaxNode& node, const Shape& shape);
    DiagnosticSink& sink() { return sink_; }

private:
    DiagnosticSink& sink_;
};

/// How the YAML writes a device: path, glob, alias, &label.
DeviceSelector selector_from_text(const std::string& text, const SourceSpan& where);

}  // namespace mkl::manifest
