// SPDX-License-Identifier: BSD-2-Clause
// What the tables of keys are made of: plain shapes that several of them use, and rows. A row is a
// key: name, shape, whether it is needed, what it means, and where it goes in the model. The
// reader, the JSON schema and the editor's hover text come from here. To add a key: a member in
// mkl/model/system.hpp, a row, a line in docs/system-yaml.md, the shipped schema printed again
// (tests/unit/manifest says how).
#pragma once

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "../reader.hpp"

namespace mkl::manifest {

using K = Shape::Kind;

// ---- plain shapes

inline const Shape file_name{.what = "a file name", .example = "FILE"};
inline const Shape words{.what = "text"};
inline const Shape reason{.what = "a reason, as text", .example = "REASON"};
inline const Shape address{
    .kind = K::size, .what = "an address such as 0x40000000", .example = "0x40000000"};
inline const Shape size{.kind = K::size, .what = "a size such as 64M", .min = 1};
inline const Shape boolean{.kind = K::boolean, .what = "`true` or `false`"};
inline const Shape small_number{.kind = K::integer, .what = "a number", .max = UINT32_MAX};
inline const Shape duration{.kind = K::duration, .what = "a time such as 2ms", .min = 1};
inline const Shape node_name{.what = "the name of a node", .example = "NODE"};
inline const Shape device_text{.what =
                                   "a device: full path, alias, &label or a glob on the full path",
                               .example = "/soc/uart@9000000"};

// ---- rows

/// Reads into a member of T.
template <auto member, class T>
void into(Reader& r, const SyntaxNode& n, const Shape& s, T& out) {
    r.value(n, s, out.*member);
}

enum Needed : bool { optional = false, needed = true };

template <class T, auto member>
Key<T> row(std::string_view name, const Shape& shape, Needed need, std::string_view description) {
    return {
        {name, &shape, need == needed, description},
        into<member, T>
    };
}

/// A row whose reader is written out.
template <class T>
Key<T> row(std::string_view name, const Shape& shape, Needed need, std::string_view description,
           void (*read)(Reader&, const SyntaxNode&, const Shape&, T&)) {
    return {
        {name, &shape, need == needed, description},
        read
    };
}

/// A limit of something that mkl places.
template <class T, auto limit>
Key<T> limit_row(std::string_view name, std::string_view description) {
    return row<T>(name, address, optional, description,
                  [](Reader& r, const SyntaxNode& n, const Shape& s, T& out) {
                      r.value(n, s, out.limits.*limit);
                  });
}

template <class T>
Shape mapping_shape(std::string_view what) {
    Shape s{.kind = K::keys, .what = what};
    for (const Key<T>& k : keys_of(T{})) s.keys.push_back(k.doc);
    return s;
}

inline Shape with(Shape s, std::vector<std::string_view> needs_one,
                  std::vector<std::string_view> at_most_one) {
    s.needs_one = std::move(needs_one);
    s.at_most_one = std::move(at_most_one);
    return s;
}

/// `keys`, then the limits of something that mkl places.
template <class T>
std::vector<Key<T>> with_limits(std::vector<Key<T>> keys) {
    keys.push_back(
        limit_row<T, &PlacementLimits::above>("above", "Lowest address where mkl may place it"));
    keys.push_back(limit_row<T, &PlacementLimits::below>(
        "below", "It ends at or below this address, e.g. 4G"));
    keys.push_back(limit_row<T, &PlacementLimits::align>(
        "align", "Its base is a multiple of this power of two"));
    return keys;
}

/// A shape built when it is first asked for: mapping shapes need the tables below them.
#define MKL_SHAPE(name, ...)                                                                       \
    const Shape& name() {                                                                          \
        static const Shape shape = __VA_ARGS__;                                                    \
        return shape;                                                                              \
    }

}  // namespace mkl::manifest
