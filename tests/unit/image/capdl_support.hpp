// SPDX-License-Identifier: BSD-2-Clause
// Specs of the reference example and ways to look into them.
#pragma once

#include <gtest/gtest.h>

#include <map>

#include "adder.hpp"
#include "mkl/capdl/build.hpp"

namespace mkl::capdl::test {

using mkl::test::Adder;

/// The spec of `adder`'s node, as system and plan are now.
inline std::optional<Spec> build(Adder& adder, size_t node, DiagnosticSink& sink,
                                 uint32_t abi = MKL_ABI_AARCH64_CLASSIC,
                                 const KernelOffer& offer = {}) {
    NodeImages images;
    images.offer = offer;
    images.abi = abi;
    images.stub = std::make_shared<const Content>(mkl::test::filled(0x1000, 0x50));
    for (size_t i = 0; i < adder.system.components.size(); i++) {
        const ComponentRequest& c = adder.system.components[i];
        if (c.node.value != adder.system.nodes[node].name.value) continue;
        auto bytes =
            std::make_shared<const Content>(adder.files.files[adder.system.resolve(c.elf.value)]);
        auto elf = read_elf(*bytes, Architecture::aarch64, {c.elf.value, c.elf.where}, sink);
        if (!elf) return std::nullopt;
        images.components.push_back({i, bytes, *elf});
    }
    return build_spec(adder.plan, node, adder.system, adder.hardware, images, sink);
}

/// The spec of an unchanged adder's node.
inline Spec adder_spec(size_t node, uint32_t abi = MKL_ABI_AARCH64_CLASSIC) {
    Adder adder;
    DiagnosticSink sink;
    auto spec = build(adder, node, sink, abi);
    EXPECT_TRUE(spec);
    return spec ? *spec : Spec{};
}

inline const Object& object(const Spec& spec, std::string_view name) {
    for (const Object& o : spec.objects)
        if (o.name == name) return o;
    ADD_FAILURE() << "no object " << name;
    static const Object none;
    return none;
}

/// Virtual addresses at which a component's tables map frames: address to (frame, cap).
inline std::map<uint64_t, Cap> mappings(const Spec& spec, const std::string& component) {
    std::map<uint64_t, Cap> found;
    const auto walk = [&](const auto& self, const Object& table, uint64_t base,
                          uint32_t shift) -> void {
        for (const Cap& c : table.slots) {
            const uint64_t at = base + (uint64_t{c.slot} << shift);
            if (spec.objects[c.object].type == Type::frame)
                found[at] = c;
            else
                self(self, spec.objects[c.object], at, shift - 9);
        }
    };
    walk(walk, object(spec, component + "_vspace"), 0, 39);
    return found;
}

inline const mkl_startup& startup_of(const Spec& spec, const std::string& component) {
    const Object& page = object(spec, component + "_startup");
    return *reinterpret_cast<const mkl_startup*>(page.fills.at(0).data->data());
}

/// The end of that name and kind (MKL_END_*); null if there is none.
inline const mkl_end* end_of(const mkl_startup& s, std::string_view name, uint32_t kind) {
    for (uint32_t i = 0; i < s.end_count; i++)
        if (s.ends[i].name == name && s.ends[i].kind == kind) return s.ends + i;
    return nullptr;
}

/// Id of the only finding of a build that must fail.
inline std::string build_failure(Adder& adder) {
    DiagnosticSink sink;
    EXPECT_FALSE(build(adder, 0, sink));
    EXPECT_EQ(sink.all().size(), 1u);
    return sink.all().empty() ? "" : std::string{sink.all().front().id};
}

}  // namespace mkl::capdl::test
