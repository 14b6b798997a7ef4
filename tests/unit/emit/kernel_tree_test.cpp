// SPDX-License-Identifier: BSD-2-Clause
// What an unmodified seL4 build gets: base + overlay, concatenated and compiled, leaves exactly
// the node's RAM; kernel.dts is complete by itself.
#include "mkl/emit/emit.hpp"
#include "mkl/hardware/tree_view.hpp"
#include "plans.hpp"

namespace mkl {
namespace {

DeviceTree compile(const std::string& source) {
    DiagnosticSink sink;
    const auto blob = compile_dts(source, "", {}, sink);
    EXPECT_TRUE(blob) << test::text_of(sink);
    auto tree = blob ? parse_dtb(*blob, {}, sink) : std::nullopt;
    EXPECT_TRUE(tree) << test::text_of(sink);
    return tree.value_or(DeviceTree{});
}

std::vector<PhysRange> ram(const DeviceTree& tree) {
    std::vector<PhysRange> out;
    const TreeView view{tree};
    for (size_t i = 0; i < view.size(); i++)
        if (view[i].node->text("device_type") == "memory")
            for (const PhysRange r : view.registers(i)) out.push_back(r);
    return normalise(out);
}

TEST(Overlay, LeavesExactlyTheNodesRam) {
    const Hardware h = test::load_board("gicv2.dts");
    const Plan plan = test::gicv2_plan(h);
    for (size_t n = 0; n < 2; n++) {
        const DeviceTree tree = compile(to_dts(h.tree) + overlay_dts(plan, n, {}, h));
        EXPECT_EQ(ram(tree), normalise(plan.nodes[n].memory)) << n;
        EXPECT_EQ(tree.find("/reserved-memory"), nullptr);
    }
}

TEST(Overlay, IsPlainText) {
    const Hardware h = test::load_board("gicv2.dts");
    const std::string text = overlay_dts(test::gicv2_plan(h), 1, {}, h);
    EXPECT_EQ(text.find("/plugin/"), std::string::npos);
    EXPECT_EQ(text.find("/dts-v1/"), std::string::npos);
}

TEST(Overlay, DecoyReplacesTheDistributorInPlace) {
    const Hardware h = test::load_board("gicv3.dts");
    Plan plan = test::plan_of(h, {
                                     {0, {test::range(0x80200000, 0x1000000)},  {}, {}},
                                     {1, {test::range(0x880000000, 0x1000000)}, {}, {}}
    });
    plan.reserved.push_back({"decoy", test::range(0xc0000000, 0x10000), 1});
    const DtNode* base = h.tree.find("/soc@0/interrupt-controller@1000000");
    ASSERT_NE(base, nullptr);
    const DeviceTree other = compile(to_dts(h.tree) + overlay_dts(plan, 0, {}, h));
    EXPECT_EQ(other.find("/soc@0/interrupt-controller@1000000")->property("reg")->value,
              base->property("reg")->value);
}

TEST(Overlay, DecoyOnAnIdentityBus) {
    const Hardware h = test::load_board("gicv2.dts");
    Plan plan = test::gicv2_plan(h);
    plan.reserved.push_back({"decoy", test::range(0x58000000, 0x10000), 1});
    for (const std::string& source :
         {to_dts(h.tree) + overlay_dts(plan, 1, {}, h), kernel_dts(plan, 1, {}, h)}) {
        const DeviceTree tree = compile(source);
        const TreeView view{tree};
        const auto registers = view.registers(view.find("/interrupt-controller@8000000"));
        ASSERT_EQ(registers.size(), 4u);
        EXPECT_EQ(registers[0], test::range(0x58000000, 0x10000));
        EXPECT_EQ(registers[1], test::range(0x8010000, 0x10000));
    }
}

TEST(KernelTree, IsCompleteByItself) {
    const Hardware h = test::load_board("gicv2.dts");
    const Plan plan = test::gicv2_plan(h);
    const DeviceTree tree = compile(kernel_dts(plan, 0, {}, h));
    EXPECT_EQ(ram(tree), plan.nodes[0].memory);
    const DtNode* chosen = tree.find("/chosen");
    ASSERT_NE(chosen, nullptr);
    EXPECT_EQ(
        chosen->texts("seL4,kernel-devices"),
        (std::vector<std::string>{"/serial@9000000", "/interrupt-controller@8000000", "/timer"}));
}

}  // namespace
}  // namespace mkl
