// SPDX-License-Identifier: BSD-2-Clause
// What an unmodified seL4 build gets: base + overlay, concatenated and compiled, leaves exactly
// the node's RAM; kernel.dts is complete by itself.
#include "mkl/emit/emit.hpp"
#include "mkl/hardware/tree_view.hpp"
#include "mkl/support/text.hpp"
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
    // The bus gets a window onto the RAM; nothing else on it moves.
    for (const std::string& source :
         {to_dts(h.tree) + overlay_dts(plan, 1, {}, h), kernel_dts(plan, 1, {}, h)}) {
        const DeviceTree tree = compile(source);
        const TreeView view{tree}, before{h.tree};
        const auto registers = view.registers(view.find("/soc@0/interrupt-controller@1000000"));
        ASSERT_EQ(registers.size(), 4u);
        EXPECT_EQ(registers[0], test::range(0xc0000000, 0x10000));
        EXPECT_EQ(registers[1], test::range(0x31080000, 0x80000));
        EXPECT_EQ(view.registers(view.find("/soc@0/serial@2000000")),
                  before.registers(before.find("/soc@0/serial@2000000")));
    }
}

/// Where the distributor of a board of these buses ends up when `decoy` stands in for it.
PhysRange decoy_below(const std::string& buses, PhysRange decoy, std::string& source) {
    Hardware h;
    h.controller.type = InterruptControllerType::gicv3;
    h.controller.distributor = test::range(0x38800000, 0x10000);
    source = cat("/dts-v1/;\n/ { #address-cells = <2>; #size-cells = <2>;\n", buses, "\n};\n");
    h.tree = compile(source);
    Plan plan;
    plan.nodes.resize(1);
    plan.nodes[0].name = "n";
    plan.nodes[0].memory = {test::range(0x40000000, 0x1000000)};
    plan.reserved.push_back({"decoy", decoy, 0});
    source += overlay_dts(plan, 0, {}, h);
    const DeviceTree tree = compile(source);
    const TreeView view{tree};
    for (size_t i = 0; i < view.size(); i++)
        if (view[i].node->property("interrupt-controller") != nullptr)
            return view.registers(i).at(0);
    return decoy;
}

TEST(Overlay, DecoyBelowBusesThatDoNotReachRam) {
    const std::string gic =
        "gic@38800000 { interrupt-controller; reg = <0x38800000 0x10000 0x38880000 0xc0000>; };";
    std::string source;
    const PhysRange low = test::range(0x48000000, 0x10000),
                    high = test::range(0x8'48000000, 0x10000);
    // i.MX8M: one window over the devices. A decoy above 4 GiB has no equal address of one cell.
    const std::string soc =
        cat("soc@0 { #address-cells = <1>; #size-cells = <1>; ranges = <0 0 0 0x3e000000>;\n", gic,
            "\n};");
    EXPECT_EQ(decoy_below(soc, low, source), low) << source;
    EXPECT_NE(source.find("reg = <0x48000000 "), std::string::npos) << source;
    EXPECT_EQ(decoy_below(soc, high, source), high) << source;
    EXPECT_NE(source.find("reg = <0x3e000000 "), std::string::npos) << source;
    // Two buses, the outer one with a window onto that RAM, the inner one without.
    EXPECT_EQ(decoy_below(cat("a { #address-cells = <2>; #size-cells = <1>; "
                              "ranges = <0 0 0 0 0x38000000>, <1 0 0 0x38000000 0x20000000>;\n"
                              "b { #address-cells = <1>; #size-cells = <1>; "
                              "ranges = <0x38000000 1 0 0x1000000>;\n",
                              gic, "\n};\n};"),
                          low, source),
              low)
        << source;
    // The same address below is another device's above: behind the windows.
    EXPECT_EQ(decoy_below(cat("soc@0 { #address-cells = <1>; #size-cells = <1>; "
                              "ranges = <0x48000000 0 0x10000000 0x1000000>, "
                              "<0x38000000 0 0x38000000 0x1000000>;\n",
                              gic, "\n};"),
                          low, source),
              low)
        << source;
    EXPECT_NE(source.find("reg = <0x39000000 "), std::string::npos) << source;
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

/// A kernel of the user's on node1, built from a tree with other names than the board's.
System with_kernel_tree() {
    System system;
    system.nodes.resize(2);
    system.nodes[1].kernel.kind = KernelKind::elf;
    system.nodes[1].kernel.tree = Located<std::string>{"platform.dts", {}};
    return system;
}
constexpr std::string_view platform =
    "/dts-v1/;\n/ { #address-cells = <2>; #size-cells = <2>;\n"
    "ram@40000000 { device_type = \"memory\"; reg = <0 0x40000000 0 0x40000000>; };\n"
    "gic: pic@8000000 { interrupt-controller; reg = <0 0x8000000 0 0x10000 0 0x8010000 0 "
    "0x10000>; };\n"
    "reserved-memory { #address-cells = <2>; #size-cells = <2>; ranges;\n"
    "vm@40000000 { no-map; reg = <0 0x40000000 0 0x20000000>; }; };\n};\n";

TEST(KernelSources, TheOverlayIsForTheTreeThatTheKernelNames) {
    const Hardware h = test::load_board("gicv2.dts");
    const Plan plan = test::gicv2_plan(h);
    DiagnosticSink sink;
    const auto sources = kernel_sources(plan, 1, with_kernel_tree(), h, platform, sink);
    ASSERT_TRUE(sources) << test::text_of(sink);
    EXPECT_NE(sources->overlay.find("/delete-node/ ram@40000000;"), std::string::npos);
    EXPECT_NE(sources->kernel_dts.find("seL4,kernel-devices"), std::string::npos);
    const auto without = kernel_sources(plan, 1, with_kernel_tree(), h, std::nullopt, sink);
    ASSERT_TRUE(without);
    EXPECT_EQ(without->overlay, overlay_dts(plan, 1, {}, h)) << "for the board's own tree";
}

TEST(KernelSources, AReservationThatStaysIsFound) {
    const Hardware h = test::load_board("gicv2.dts");
    const Plan plan = test::gicv2_plan(h);
    const SourceSpan where = h.source;
    DiagnosticSink sink;
    const std::string late =
        overlay_dts(plan, 1, {}, h) +
        "/ { reserved-memory { #address-cells = <2>; #size-cells = <2>; "
        "ranges; x@50000000 { no-map; reg = <0 0x50000000 0 0x1000>; }; }; };\n";
    EXPECT_FALSE(prove_kernel_source(to_dts(h.tree) + late, where, plan, 1, h, sink));
    EXPECT_TRUE(sink.has("E460"));
}

TEST(KernelSources, ATreeOfAnotherBoardIsFound) {
    const Hardware h = test::load_board("gicv2.dts");
    std::string other{platform};
    other.replace(other.find("reg = <0 0x8000000"), 18, "reg = <0 0x9000000");
    DiagnosticSink sink;
    EXPECT_FALSE(kernel_sources(test::gicv2_plan(h), 1, with_kernel_tree(), h, other, sink));
    EXPECT_TRUE(sink.has("E461")) << test::text_of(sink);
}

TEST(KernelSources, ASourceThatCannotBeReadIsFoundWithItsLine) {
    const Hardware h = test::load_board("gicv2.dts");
    DiagnosticSink sink;
    EXPECT_FALSE(kernel_sources(test::gicv2_plan(h), 1, with_kernel_tree(), h,
                                "/dts-v1/;\n#include <x.dtsi>\n/ { };\n", sink));
    ASSERT_TRUE(sink.has("E408"));
    EXPECT_EQ(sink.all().front().where.line, 2u);
}

}  // namespace
}  // namespace mkl