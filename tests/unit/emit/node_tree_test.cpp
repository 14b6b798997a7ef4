// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/emit/emit.hpp"
#include "mkl/hardware/tree_view.hpp"
#include "mkl/support/text.hpp"
#include "plans.hpp"

namespace mkl {
namespace {

using test::gicv2_plan;
using test::load_board;
using test::plan_of;
using test::range;

class Gicv2Trees : public testing::Test {
protected:
    const Hardware hardware = load_board("gicv2.dts");
    const Plan plan = gicv2_plan(hardware);
    const System system;
    const DeviceTree node0 = node_tree(plan, 0, system, hardware);
    const DeviceTree node1 = node_tree(plan, 1, system, hardware);

    static bool okay(const DeviceTree& tree, const std::string& path) {
        const TreeView view{tree};
        const size_t i = view.find(path);
        return i != TreeView::none && view[i].enabled;
    }
};

TEST_F(Gicv2Trees, AreProved) {
    DiagnosticSink sink;
    EXPECT_TRUE(prove_tree(node0, plan, 0, hardware, sink)) << test::text_of(sink);
    EXPECT_TRUE(prove_tree(node1, plan, 1, hardware, sink)) << test::text_of(sink);
}

TEST_F(Gicv2Trees, OtherCpusAreAbsent) {
    EXPECT_NE(node0.find("/cpus/cpu@0"), nullptr);
    EXPECT_EQ(node0.find("/cpus/cpu@1"), nullptr);
    EXPECT_EQ(node0.find("/cpus/cpu-map/cluster0/core1"), nullptr);
    EXPECT_NE(node0.find("/cpus/cpu-map/cluster0/core0"), nullptr);
    EXPECT_EQ(node1.find("/cpus/cpu@0"), nullptr);
    EXPECT_NE(node1.find("/cpus/cpu@1"), nullptr);
    EXPECT_NE(node1.find("/cpus/l2-cache"), nullptr);
}

TEST_F(Gicv2Trees, MemoryIsExactlyTheNodes) {
    EXPECT_EQ(node1.find("/memory@40000000"), nullptr);
    const TreeView view{node1};
    EXPECT_EQ(view.registers(view.find("/memory@50000000")), plan.nodes[1].memory);
    EXPECT_NE(node0.find("/memory@40000000"), nullptr);
}

/// A file is memory that no kernel takes: no-map in the node's tree, no RAM in an overlay.
TEST_F(Gicv2Trees, FilesAreKeptFromKernels) {
    System named;
    named.nodes.resize(2);
    named.files.resize(1);
    named.files[0].name.value = "linux";
    Plan with = plan;
    const PhysRange own = with.nodes[1].memory.front();
    const PhysRange file = range(own.end().value - 0x800000, 0x800000);
    with.nodes[1].files = {
        {0, file}
    };
    const DeviceTree tree = node_tree(with, 1, named, hardware);
    const TreeView view{tree};
    EXPECT_EQ(view.registers(view.find("/memory@50000000")), plan.nodes[1].memory);
    const std::string path = "/reserved-memory/linux@" + hex(file.base()).substr(2);
    const size_t at = view.find(path);
    ASSERT_NE(at, TreeView::none) << path;
    EXPECT_EQ(view.registers(at), std::vector{file});
    EXPECT_NE(view[at].node->property("no-map"), nullptr);
    DiagnosticSink sink;
    EXPECT_TRUE(prove_tree(tree, with, 1, hardware, sink)) << test::text_of(sink);
    EXPECT_FALSE(prove_tree(node1, with, 1, hardware, sink)) << "without the reservation";
    EXPECT_TRUE(sink.has("E455"));

    const std::string overlay = overlay_dts(with, 1, named, hardware);
    const std::string both = to_dts(hardware.tree) + overlay;
    DiagnosticSink good;
    EXPECT_TRUE(prove_kernel_source(both, {}, with, 1, hardware, good)) << test::text_of(good);
    EXPECT_FALSE(prove_kernel_source(both, {}, plan, 1, hardware, good)) << "RAM without the file";
}

TEST_F(Gicv2Trees, DevicesAreEnabledInOneTreeOnly) {
    EXPECT_TRUE(okay(node0, "/serial@9000000"));
    EXPECT_FALSE(okay(node1, "/serial@9000000"));
    EXPECT_TRUE(okay(node1, "/serial@9040000"));
    EXPECT_FALSE(okay(node0, "/serial@9040000"));
    for (const DeviceTree* tree : {&node0, &node1}) {
        EXPECT_FALSE(okay(*tree, "/gpio@9030000")) << "nobody claims it";
        EXPECT_FALSE(okay(*tree, "/keys")) << "its GPIO is off";
        EXPECT_FALSE(okay(*tree, "/sensor@9060000")) << "disabled on the board";
        EXPECT_FALSE(okay(*tree, "/pmu")) << "its lines are SPIs that nobody claims";
        EXPECT_FALSE(okay(*tree, "/interrupt-controller@8000000/v2m@8020000"));
        EXPECT_TRUE(okay(*tree, "/interrupt-controller@8000000"));
        EXPECT_TRUE(okay(*tree, "/timer"));
        EXPECT_TRUE(okay(*tree, "/psci"));
        EXPECT_TRUE(okay(*tree, "/clock-24m"));
    }
}

TEST_F(Gicv2Trees, PmuLinesFollowTheirCpus) {
    const DtNode* pmu = node1.find("/pmu");
    ASSERT_NE(pmu, nullptr);
    ASSERT_EQ(pmu->property("interrupts")->value.size(), 12u);
    EXPECT_EQ(pmu->cell("interrupts", 1), 61u);
    EXPECT_EQ(pmu->property("interrupt-affinity")->value.size(), 4u);
}

TEST_F(Gicv2Trees, ChosenHasOnlyTheOwnConsole) {
    const DtNode* chosen = node0.find("/chosen");
    EXPECT_EQ(chosen->text("stdout-path"), "serial0:115200n8");
    EXPECT_EQ(chosen->property("bootargs"), nullptr);
    EXPECT_EQ(node1.find("/chosen")->property("stdout-path"), nullptr);
}

TEST_F(Gicv2Trees, AliasesNameOnlyWhatIsThere) {
    const DtNode* aliases = node1.find("/aliases");
    EXPECT_EQ(aliases->property("serial0"), nullptr);
    EXPECT_NE(aliases->property("serial1"), nullptr);
    EXPECT_NE(aliases->property("rtc0"), nullptr);
    EXPECT_EQ(node0.find("/aliases")->property("rtc0"), nullptr);
}

TEST_F(Gicv2Trees, ReservationsStayOnlyWithTheDeviceThatUsesThem) {
    EXPECT_EQ(node0.find("/reserved-memory"), nullptr);
    EXPECT_EQ(node0.find("/display@9050000")->property("memory-region"), nullptr);
    EXPECT_TRUE(okay(node1, "/reserved-memory/video@70000000"));
    EXPECT_EQ(node1.find("/reserved-memory/firmware@7f000000"), nullptr);
    EXPECT_EQ(node1.find("/reserved-memory/pool"), nullptr);
    EXPECT_NE(node1.find("/display@9050000")->property("memory-region"), nullptr);
}

TEST_F(Gicv2Trees, SymbolsNameOnlyWhatIsThere) {
    const DtNode* symbols = node0.find("/__symbols__");
    ASSERT_NE(symbols, nullptr);
    for (const DtProperty& p : symbols->properties)
        EXPECT_NE(node0.find(*symbols->text(p.name)), nullptr) << p.name;
}

TEST(NodeTree, MemoryBesideABusOfTheSameUnitAddress) {
    for (const bool named : {true, false}) {
        Hardware h = load_board("gicv2.dts");
        for (DtNode& n : h.tree.root.children)
            if (n.name == "memory@40000000" && !named) n.name = "memory";
        h.tree.root.children.push_back({"soc@40000000", {}, {}});
        const Plan plan = gicv2_plan(h);
        const DeviceTree tree = node_tree(plan, 0, {}, h);
        EXPECT_NE(tree.find(named ? "/memory@40200000" : "/memory"), nullptr);
        EXPECT_EQ(tree.find("/memory@40000000"), nullptr);
        DiagnosticSink sink;
        EXPECT_TRUE(prove_tree(tree, plan, 0, h, sink)) << test::text_of(sink);
    }
}

TEST(NodeTree, CacheInsideAnotherCpuIsCutOff) {
    const Hardware h = load_board("gicv3.dts");
    const Plan plan = plan_of(h, {
                                     {0, {range(0x80200000, 0x1000000)},  {}, {}},
                                     {1, {range(0x880000000, 0x1000000)}, {}, {}}
    });
    const DeviceTree tree = node_tree(plan, 1, {}, h);
    const DtNode* cpu = tree.find("/cpus/cpu@101");
    ASSERT_NE(cpu, nullptr);
    EXPECT_EQ(cpu->property("next-level-cache"), nullptr);
    EXPECT_EQ(cpu->property("status"), nullptr) << "it is started, so it is okay for its node";
    EXPECT_NE(tree.find("/memory@880000000"), nullptr);
    EXPECT_TRUE(tree.memreserve.empty()) << "it lies outside the node's RAM";
    DiagnosticSink sink;
    EXPECT_TRUE(prove_tree(tree, plan, 1, h, sink)) << test::text_of(sink);
}

TEST(NodeTree, PlicContextsKeepTheirPositions) {
    const Hardware h = load_board("riscv.dts");
    const Plan plan = plan_of(h, {
                                     {1, {range(0x80200000, 0x1000000)}, {}, {}},
                                     {2, {range(0x90000000, 0x1000000)}, {}, {}}
    });
    const DeviceTree tree = node_tree(plan, 1, {}, h);
    const DtNode* plic = tree.find("/soc/interrupt-controller@c000000");
    const DtNode* intc = tree.find("/cpus/cpu@2/interrupt-controller");
    ASSERT_NE(plic, nullptr);
    ASSERT_NE(intc, nullptr);
    const Cells entries{plic->property("interrupts-extended")};
    ASSERT_EQ(entries.size(), 10u);
    const uint32_t own = intc->cell("phandle").value_or(0);
    const uint32_t gone = UINT32_MAX;
    const std::vector<uint32_t> wanted{own, gone, own, gone, own, gone, own, 11, own, 9};
    for (size_t i = 0; i < wanted.size(); i++) EXPECT_EQ(entries[i], wanted[i]) << i;
    DiagnosticSink sink;
    EXPECT_TRUE(prove_tree(tree, plan, 1, h, sink)) << test::text_of(sink);
}

TEST(NodeTree, ABusAboveAClaimLosesItsOwnRegisters) {
    Board board;
    board.memory = {test::memory_range(0x80000000, 0x20000000)};
    const Hardware h = load_board("nasty.dts", board);
    const Plan plan =
        plan_of(h, {
                       {0, {range(0x80000000, 0x1000000)}, {"/soc/bus@1,0/serial@1100"}, {}},
                       {1, {range(0x81000000, 0x1000000)}, {"/soc/bus@1,0/serial@2100"}, {}}
    });
    for (size_t n = 0; n < 2; n++) {
        const DeviceTree tree = node_tree(plan, n, {}, h);
        const TreeView view{tree};
        const size_t bus = view.find("/soc/bus@1,0");
        ASSERT_NE(bus, TreeView::none);
        EXPECT_TRUE(view[bus].enabled);
        EXPECT_EQ(view[bus].node->property("reg"), nullptr);
        EXPECT_EQ(view[view.find("/soc/bus@1,0/serial@1100")].enabled, n == 0);
        EXPECT_EQ(view[view.find("/soc/bus@1,0/serial@2100")].enabled, n == 1);
        DiagnosticSink sink;
        EXPECT_TRUE(prove_tree(tree, plan, n, h, sink)) << test::text_of(sink);
    }
}

/// Whatever stands below such a bus is where it was, behind other buses too.
TEST(NodeTree, APassageLeavesOpenWhatIsBelowItsBuses) {
    const Hardware h = load_board("odd/passage.dts");
    const std::string bus = "/bus@10000000";
    const std::vector<std::string> first{bus + "/serial@11000000", bus + "/offset/serial@1000"};
    const std::vector<std::string> second{bus + "/same/serial@13000000", bus + "/pcie@14000000"};
    const Plan plan = plan_of(h, {
                                     {0, {range(0x80000000, 0x1000000)}, first,  {}},
                                     {1, {range(0x81000000, 0x1000000)}, second, {}}
    });
    const TreeView board{h.tree};
    for (size_t n = 0; n < 2; n++) {
        const DeviceTree tree = node_tree(plan, n, {}, h);
        const TreeView view{tree};
        ASSERT_NE(view.find(bus), TreeView::none);
        EXPECT_FALSE(view[view.find(bus)].node->property("ranges")->value.empty());
        for (const std::string& path : plan.nodes[n].devices) {
            const size_t here = view.find(path), there = board.find(path);
            ASSERT_NE(here, TreeView::none) << path;
            EXPECT_TRUE(view[here].enabled) << path;
            EXPECT_FALSE(view.registers(here).empty()) << path;
            EXPECT_EQ(view.registers(here), board.registers(there)) << path;
            EXPECT_EQ(view.pci_windows(here), board.pci_windows(there)) << path;
        }
        DiagnosticSink sink;
        EXPECT_TRUE(prove_tree(tree, plan, n, h, sink)) << test::text_of(sink);
    }
}

TEST(NodeTree, ABusThatOneNodePassesKeepsItsRegisters) {
    Board board;
    board.memory = {test::memory_range(0x80000000, 0x20000000)};
    const Hardware h = load_board("nasty.dts", board);
    const Plan plan =
        plan_of(h, {
                       {0, {range(0x80000000, 0x1000000)}, {"/soc/bus@1,0/serial@1100"}, {}},
                       {1, {range(0x81000000, 0x1000000)}, {},                           {}}
    });
    const DeviceTree tree = node_tree(plan, 0, {}, h);
    EXPECT_NE(tree.find("/soc/bus@1,0")->property("reg"), nullptr);
    EXPECT_EQ(node_tree(plan, 1, {}, h).find("/soc/bus@1,0")->text("status"), "disabled");
    DiagnosticSink sink;
    EXPECT_TRUE(prove_tree(tree, plan, 0, h, sink)) << test::text_of(sink);
}

TEST(NodeTree, AbsentProvidersAreStoodInFor) {
    Board board;
    board.memory = {test::memory_range(0x80000000, 0x20000000)};
    const Hardware h = load_board("nasty.dts", board);
    const Plan plan =
        plan_of(h, {
                       {0, {range(0x80000000, 0x1000000)}, {"/soc/bus@1,0/serial@1100"},     {}},
                       {1, {range(0x81000000, 0x1000000)}, {"/soc/clock-controller@0,8000"}, {}}
    });
    const DeviceTree tree = node_tree(plan, 0, {}, h);
    const DtNode* uart = tree.find("/soc/bus@1,0/serial@1100");
    const DtNode* clock = tree.find("/mkl-firmware-clock-0");
    ASSERT_NE(uart, nullptr);
    ASSERT_NE(clock, nullptr);
    EXPECT_EQ(uart->property("clocks")->value.size(), 4u) << "the clock's argument is gone with it";
    EXPECT_EQ(uart->cell("clocks"), clock->cell("phandle"));
}

TEST(NodeTree, BootRecordProperty) {
    DeviceTree tree;
    const Bytes record{std::byte{1}, std::byte{2}, std::byte{3}, std::byte{4}};
    add_boot_record(tree, record);
    const DtNode* chosen = tree.find("/chosen");
    ASSERT_NE(chosen, nullptr);
    ASSERT_NE(chosen->property("mkl,boot-record"), nullptr);
    EXPECT_EQ(chosen->property("mkl,boot-record")->value, record);
}

}  // namespace
}  // namespace mkl
