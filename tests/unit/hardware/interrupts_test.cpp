// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/hardware/interrupts.hpp"

#include <gtest/gtest.h>

namespace mkl {
namespace {

Bytes cells(std::initializer_list<uint32_t> values) {
    Bytes out;
    for (const uint32_t v : values) append_cell(out, v);
    return out;
}

/// A GIC at /gic (phandle 1), and /device with `property`.
DeviceTree gic_and(DtProperty property) {
    DeviceTree tree;
    tree.root.properties = {
        {"interrupt-parent", cells({1})}
    };
    tree.root.children = {
        {"gic",
         {{"phandle", cells({1})}, {"interrupt-controller", {}}, {"#interrupt-cells", cells({3})}},
         {}                                                                                           },
        {"device", {std::move(property)},                                                           {}}
    };
    return tree;
}

std::vector<ResolvedInterrupt> resolve(const DeviceTree& tree, bool& broken) {
    const TreeView view{tree};
    const InterruptResolver resolver{view, view.find("/gic"), InterruptControllerType::gicv2};
    return resolver.interrupts(view.find("/device"), broken);
}

TEST(Interrupts, KindsAndTriggers) {
    bool broken = false;
    const auto lines = resolve(
        gic_and({"interrupts", cells({0, 5, 4, 1, 9, 0xf08, 0, 7, 1, 2, 3, 4, 3, 1, 2})}), broken);
    EXPECT_FALSE(broken);
    ASSERT_EQ(lines.size(), 5u);
    EXPECT_EQ(lines[0].root, (Irq{37, Trigger::level}));
    EXPECT_FALSE(lines[0].per_cpu);
    EXPECT_EQ(lines[1].root, (Irq{25, Trigger::level}));
    EXPECT_TRUE(lines[1].per_cpu);
    EXPECT_EQ(lines[2].root, (Irq{39, Trigger::edge}));
    EXPECT_EQ(lines[3].root, (Irq{4099, Trigger::level}));
    EXPECT_EQ(lines[4].root, (Irq{1057, Trigger::edge}));
}

TEST(Interrupts, AbsurdNumbersHaveNoLine) {
    bool broken = false;
    const auto lines = resolve(gic_and({"interrupts", cells({0, 0xffffffff, 4, 9, 1, 4})}), broken);
    ASSERT_EQ(lines.size(), 2u);
    EXPECT_FALSE(lines[0].root);
    EXPECT_FALSE(lines[1].root);
}

TEST(Interrupts, AHalfSpecifierIsBroken) {
    bool broken = false;
    EXPECT_EQ(resolve(gic_and({"interrupts", cells({0, 5, 4, 0})}), broken).size(), 1u);
    EXPECT_TRUE(broken);
}

TEST(Interrupts, ExtendedStopsAtAHole) {
    bool broken = false;
    const auto lines =
        resolve(gic_and({"interrupts-extended", cells({1, 0, 5, 4, 77, 1})}), broken);
    ASSERT_EQ(lines.size(), 1u);
    EXPECT_EQ(lines[0].root, (Irq{37, Trigger::level}));
    EXPECT_TRUE(broken);
}

TEST(Interrupts, AMapThatLeadsToItselfEnds) {
    DeviceTree tree = gic_and({"interrupts-extended", cells({2, 1})});
    tree.root.children.push_back({
        "loop",
        {{"phandle", cells({2})},
          {"#interrupt-cells", cells({1})},
          {"#address-cells", cells({0})},
          {"interrupt-map", cells({1, 2, 1})}},
        {                     }
    });
    bool broken = false;
    const auto lines = resolve(tree, broken);
    ASSERT_EQ(lines.size(), 1u);
    EXPECT_FALSE(lines[0].root);
}

}  // namespace
}  // namespace mkl
