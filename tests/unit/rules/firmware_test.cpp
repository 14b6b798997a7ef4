// SPDX-License-Identifier: BSD-2-Clause
// The plan against firmware's tree: each difference is one finding.
#include <gtest/gtest.h>

#include <utility>

#include "mkl/rules/rules.hpp"

namespace mkl {
namespace {

PhysRange range(uint64_t base, uint64_t size) {
    return *PhysRange::from_base_size(PhysAddr{base}, size);
}

class FirmwareTree : public testing::Test {
protected:
    FirmwareTree() {
        PlanNode node;
        node.name = "node0";
        node.memory = {range(0x40000000, 0x10000000)};
        node.status = range(0x60010000, 0x1000);
        plan.nodes = {node};
        plan.loader = range(0x60200000, 0x400000);
        plan.status = range(0x60010000, 0x1000);
        board.controller.type = InterruptControllerType::gicv2;
        board.controller.distributor = range(0x8000000, 0x10000);
        board.controller.regions = {range(0x8010000, 0x10000)};
        firmware = board;
        firmware.ram = {
            {range(0x40000000, 0x20000000), "/memory@40000000"},
            {range(0x60000000, 0x20000000), "/memory@60000000"}
        };
    }
    std::string finding() {
        DiagnosticSink sink;
        if (compare_with_firmware(plan, board, firmware, {}, sink)) return "";
        EXPECT_EQ(sink.all().size(), 1u);
        EXPECT_EQ(sink.all().front().id, "E260");
        return sink.all().front().message;
    }
    Plan plan;
    Hardware board, firmware;
};

TEST_F(FirmwareTree, MoreRamInSeveralPiecesAgrees) { EXPECT_EQ(finding(), ""); }

TEST_F(FirmwareTree, LessRamIsNamed) {
    firmware.ram.pop_back();
    plan.status = range(0x50000000, 0x1000);
    EXPECT_NE(finding().find("the loader has [0x60200000"), std::string::npos);
}

TEST_F(FirmwareTree, EveryClaimIsCompared) {
    PlanPool pool;
    pool.name = "p";
    pool.range = range(0x60020000, 0x10000);
    plan.pools = {pool};
    PlanNode& node = plan.nodes[0];
    node.log = range(0x60030000, 0x10000);
    node.decoy = range(0x60040000, 0x10000);
    const auto one = [&](PhysRange& claim) {
        const PhysRange was = std::exchange(claim, range(0xa0000000, 0x10000));
        const std::string said = finding();
        claim = was;
        return said.substr(0, said.find(" has "));
    };
    EXPECT_EQ(one(plan.loader), "the loader");
    EXPECT_EQ(one(plan.status), "the array of status pages");
    EXPECT_EQ(one(node.memory[0]), "node 'node0'");
    EXPECT_EQ(one(*node.log), "the log of 'node0'");
    EXPECT_EQ(one(*node.decoy), "the decoy distributor of 'node0'");
    EXPECT_EQ(one(plan.pools[0].range), "pool 'p'");
}

TEST_F(FirmwareTree, WhatFirmwareKeepsIsNamed) {
    firmware.reserved = {
        {range(0x4e000000, 0x200000), "/reserved-memory/optee@4e000000", true, {}}
    };
    EXPECT_NE(finding().find("/reserved-memory/optee@4e000000"), std::string::npos);
}

// A pool that Linux may use is no reason not to boot, for the loader as for mkl.
TEST_F(FirmwareTree, DriversPoolsAreNotKept) {
    for (const std::string what : {"reusable", "compatible", "label"}) {
        const DtNode pool{"cma@48000000", {{what, {}}}, {}};
        firmware.tree.root.children = {
            DtNode{"reserved-memory", {}, {pool}}
        };
        firmware.reserved = {
            {range(0x48000000, 0x200000), "/reserved-memory/cma@48000000", false, {}}
        };
        EXPECT_EQ(finding().empty(), what != "label") << what;
        firmware.reserved[0].no_map = true;
        EXPECT_NE(finding(), "") << what;
    }
}

TEST_F(FirmwareTree, AnotherControllerIsNamed) {
    firmware.controller.type = InterruptControllerType::gicv3;
    EXPECT_NE(finding().find("a GICv3 at 0x8000000"), std::string::npos);
}

}  // namespace
}  // namespace mkl
