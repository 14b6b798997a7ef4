// SPDX-License-Identifier: BSD-2-Clause
// Each planted fault is found, by its own finding.
#include <algorithm>

#include "mkl/emit/emit.hpp"
#include "mkl/emit/findings.hpp"
#include "mkl/hardware/tree_view.hpp"
#include "plans.hpp"

namespace mkl {
namespace {

DtNode& at(DeviceTree& tree, std::string_view path) {
    DtNode* node = const_cast<DtNode*>(tree.find(path));
    EXPECT_NE(node, nullptr) << path;
    return node == nullptr ? tree.root : *node;
}
void put(DtNode& node, std::string_view name, Bytes value) {
    std::erase_if(node.properties, [&](const DtProperty& p) { return p.name == name; });
    node.properties.push_back({std::string{name}, std::move(value)});
}
Bytes cells(std::initializer_list<uint32_t> values) {
    Bytes out;
    for (const uint32_t v : values) append_cell(out, v);
    return out;
}

class Prove : public testing::Test {
protected:
    /// Ids of the findings for node0's tree after `fault`.
    template <class Fault>
    std::vector<std::string> after(Fault fault) {
        DeviceTree tree = node_tree(plan, 0, {}, hardware);
        fault(tree);
        DiagnosticSink sink;
        const bool proved = prove_tree(tree, plan, 0, hardware, sink);
        EXPECT_EQ(proved, !sink.has_errors());
        std::vector<std::string> ids;
        for (const Diagnostic& d : sink.all()) ids.emplace_back(d.id);
        return ids;
    }
    const Hardware hardware = test::load_board("gicv2.dts");
    const Plan plan = test::gicv2_plan(hardware);
};
using Ids = std::vector<std::string>;

TEST_F(Prove, TheUnchangedTree) {
    EXPECT_EQ(after([](DeviceTree&) {}), Ids{});
}
TEST_F(Prove, DanglingPhandle) {
    EXPECT_EQ(after([](DeviceTree& t) { put(at(t, "/serial@9000000"), "clocks", cells({0x99})); }),
              Ids{"E450"});
}
TEST_F(Prove, PhandleTwice) {
    const Ids ids = after([](DeviceTree& t) {
        put(at(t, "/psci"), "phandle",
            at(t, "/interrupt-controller@8000000").property("phandle")->value);
    });
    ASSERT_FALSE(ids.empty());
    EXPECT_EQ(ids.front(), "E450");
}
TEST_F(Prove, IncompleteSpecifier) {
    EXPECT_EQ(after([](DeviceTree& t) {
                  put(at(t, "/serial@9000000"), "interrupts", cells({0, 1}));
              }),
              Ids{"E451"});
}
TEST_F(Prove, LostInterruptParent) {
    EXPECT_NE(after([](DeviceTree& t) {
                  std::erase_if(t.root.properties,
                                [](const DtProperty& p) { return p.name == "interrupt-parent"; });
              }),
              Ids{});
}
TEST_F(Prove, WrongUnitAddress) {
    EXPECT_EQ(after([](DeviceTree& t) {
                  put(at(t, "/serial@9000000"), "reg", cells({0, 0x9001000, 0, 0x1000}));
              }),
              Ids{"E453"});
}
TEST_F(Prove, ForeignCpu) {
    EXPECT_EQ(after([&](DeviceTree& t) {
                  at(t, "/cpus").children.push_back(*hardware.tree.find("/cpus/cpu@1"));
              }),
              Ids{"E454"});
}
TEST_F(Prove, OwnCpuGone) {
    const Ids ids = after([](DeviceTree& t) {
        std::erase_if(at(t, "/cpus").children, [](const DtNode& n) { return n.name == "cpu@0"; });
    });
    EXPECT_NE(std::find(ids.begin(), ids.end(), "E454"), ids.end());
}
TEST_F(Prove, TooMuchRam) {
    EXPECT_EQ(after([](DeviceTree& t) {
                  put(at(t, "/memory@40000000"), "reg", cells({0, 0x40000000, 0, 0x20000000}));
              }),
              Ids{"E455"});
}
TEST_F(Prove, ReservesTheOthersRam) {
    EXPECT_EQ(after([&](DeviceTree& t) {
                  DtNode reserved = *hardware.tree.find("/reserved-memory");
                  put(reserved.children[0], "reg", cells({0, 0x50000000, 0, 0x1000}));
                  reserved.children[0].name = "firmware@50000000";
                  reserved.children.resize(1);
                  t.root.children.push_back(reserved);
              }),
              Ids{"E455"});
}
TEST_F(Prove, ForeignDevice) {
    EXPECT_EQ(after([](DeviceTree& t) {
                  std::erase_if(at(t, "/serial@9040000").properties,
                                [](const DtProperty& p) { return p.name == "status"; });
              }),
              Ids{"E456"});
}
TEST_F(Prove, DeviceThatNobodyClaims) {
    EXPECT_EQ(after([](DeviceTree& t) {
                  std::erase_if(at(t, "/gpio@9030000").properties,
                                [](const DtProperty& p) { return p.name == "status"; });
              }),
              Ids{"E456"});
}
TEST_F(Prove, Seeds) {
    EXPECT_EQ(after([](DeviceTree& t) { put(at(t, "/chosen"), "rng-seed", cells({1})); }),
              Ids{"E457"});
}
TEST_F(Prove, EveryFindingHasItsDocument) {
    for (const FindingDoc& doc : emit_findings()) {
        EXPECT_EQ(doc.severity, severity_of(doc.id)) << doc.id;
        EXPECT_FALSE(doc.meaning.empty()) << doc.id;
    }
}

}  // namespace
}  // namespace mkl
