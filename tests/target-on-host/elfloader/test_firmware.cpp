// SPDX-License-Identifier: BSD-2-Clause
// The plan of payload_builder.hpp against trees that firmware might hand over.
#include <gtest/gtest.h>

#include "console.hpp"
#include "firmware.hpp"
#include "payload_builder.hpp"
#include "tree_builder.hpp"

namespace mkl::loader::test {
namespace {

struct Board {
    std::vector<uint32_t> memory = {0, 0x40000000, 0, 0x10000000};
    std::vector<uint32_t> reserved;
    const char* reserved_kind = "no-map";
    const char* reserved_also = "label";
    uint64_t memreserve = 0;
    const char* controller = "arm,cortex-a15-gic";
    std::vector<uint32_t> controller_reg = {0, 0x8000000, 0, 0x10000, 0, 0x8010000, 0, 0x10000};

    std::vector<uint8_t> blob() const {
        TreeBuilder b;
        if (memreserve != 0) b.reserve(memreserve, 0x1000);
        b.begin("").cells("#address-cells", {2}).cells("#size-cells", {2});
        b.begin("memory").string("device_type", "memory").cells("reg", memory).end();
        b.begin("reserved-memory").cells("#address-cells", {2}).cells("#size-cells", {2});
        if (!reserved.empty())
            b.begin("firmware")
                .cells("reg", reserved)
                .property(reserved_kind, {})
                .property(reserved_also, {})
                .end();
        b.end();
        b.begin("intc").string("compatible", controller).cells("reg", controller_reg).end();
        return b.end().blob();
    }
};

std::string compared(const Board& board, uint64_t original = 0x1234000,
                     uint32_t controller = MKL_INTC_GICV2) {
    PayloadBuilder b;
    b.header.intc.type = controller;
    Payload p;
    EXPECT_EQ(verdict(b, &p), "");
    auto blob = board.blob();
    blob.resize(0x100000);  // check_firmware_tree may look at all of the copy's room
    Console silent;
    const Fault f =
        check_firmware_tree(p, {reinterpret_cast<uint64_t>(blob.data()), original}, silent);
    return f.ok() ? "" : f.text;
}

TEST(FirmwareTree, SameBoardIsFine) { EXPECT_EQ(compared({}), ""); }

TEST(FirmwareTree, MoreRamAndSplitRamAreFine) {
    Board b;
    b.memory = {0, 0x20000000, 0, 0x60000000};
    EXPECT_EQ(compared(b), "");
    b.memory = {0, 0x40100000, 0, 0x10000000, 0, 0x40000000, 0, 0x100000};
    EXPECT_EQ(compared(b), "");
}

TEST(FirmwareTree, LessRamIsRefused) {
    Board b;
    b.memory = {0, 0x40000000, 0, 0xa000000};
    EXPECT_EQ(compared(b), "a planned range is not RAM there");
}

TEST(FirmwareTree, ReservedRamIsRefused) {
    Board b;
    b.reserved = {0, 0x40180000, 0, 0x1000};
    EXPECT_EQ(compared(b), "firmware keeps RAM of the plan");
    b.reserved = {0, 0x44000000, 0, 0x1000};  // nobody's
    EXPECT_EQ(compared(b), "");
    b.reserved = {0, 0x40180000, 0, 0x1000};
    b.reserved_kind = "reusable";
    EXPECT_EQ(compared(b), "");
    b.reserved_kind = "compatible";  // a driver's pool
    EXPECT_EQ(compared(b), "");
    b.reserved_also = "no-map";  // of a driver, and not to be mapped
    EXPECT_EQ(compared(b), "firmware keeps RAM of the plan");
    b.reserved_also = "label";
    b.reserved_kind = "label";  // OpenSBI: neither no-map nor anything else
    EXPECT_EQ(compared(b), "firmware keeps RAM of the plan");
}

TEST(FirmwareTree, MemreserveIsRefusedUnlessItIsTheTree) {
    Board b;
    b.memreserve = 0x48000000;
    EXPECT_EQ(compared(b), "firmware keeps RAM of the plan");
    EXPECT_EQ(compared(b, 0x48000000), "");
}

TEST(FirmwareTree, InterruptControllerMustBeThePlans) {
    Board b;
    b.controller_reg[1] = 0x9000000;
    EXPECT_EQ(compared(b), "interrupt controller elsewhere (there, planned)");
    b = {};
    b.controller_reg[5] = 0x9000000;
    EXPECT_EQ(compared(b), "interrupt controller's CPU part elsewhere (there, planned)");
    b = {};
    b.controller = "arm,gic-v3";
    EXPECT_EQ(compared(b), "another type of interrupt controller than planned");
    b.controller = "vendor,unknown";
    EXPECT_EQ(compared(b), "the planned interrupt controller is absent");
    EXPECT_EQ(compared(b, 0x1234000, MKL_INTC_NONE), "") << "none is planned";
}

TEST(FirmwareTree, RoomForTheLoader) {
    PayloadBuilder b;
    const auto room = [&](const Board& board) {
        const auto blob = board.blob();
        const FirmwareTree tree = {reinterpret_cast<uint64_t>(blob.data()), 0};
        const Fault f = check_room(b.params, tree, blob.size());
        return std::string{f.ok() ? "" : f.text};
    };
    Board board;
    EXPECT_EQ(room(board), "");
    board.reserved = {0, 0x4a3ff000, 0, 0x1000};
    EXPECT_EQ(room(board), "firmware keeps RAM of the plan");
    board.reserved.clear();
    board.memreserve = 0x4a000000;
    EXPECT_EQ(room(board), "firmware keeps RAM of the plan");
    b.params.run_base = 0x50000000;
    EXPECT_EQ(room(board), "a planned range is not RAM there");
    EXPECT_TRUE(check_room(b.params, {0, 0}, 0).ok());
}

TEST(FirmwareTree, ADamagedOneIsRefused) {
    PayloadBuilder b;
    Payload p;
    ASSERT_EQ(verdict(b, &p), "");
    Board board;
    board.memreserve = 0x4a000000;
    auto blob = board.blob();
    blob[0]++;
    const FirmwareTree tree = {reinterpret_cast<uint64_t>(blob.data()), 0};
    Console silent;
    EXPECT_STREQ(check_firmware_tree(p, tree, silent).text, "is damaged");
    EXPECT_TRUE(check_room(b.params, tree, blob.size()).ok()) << "said later";
    p.ram.count = 0;  // nowhere to look for one
    EXPECT_TRUE(check_firmware_tree(p, {0, 0}, silent).ok());
}

TEST(FirmwareTree, SaveCopiesWhatIsInUse) {
    alignas(8) static uint8_t from[0x10000], to[0x10000];
    const auto blob = Board{}.blob();
    std::copy(blob.begin(), blob.end(), from);
    const auto address = [](uint8_t* p) { return reinterpret_cast<uint64_t>(p); };
    EXPECT_EQ(save_firmware_tree(address(from), address(to)), blob.size());
    EXPECT_TRUE(std::equal(blob.begin(), blob.end(), to));
    EXPECT_EQ(save_firmware_tree(0, address(to)), 0u);
    std::copy(blob.begin(), blob.end(), from + 4);
    EXPECT_EQ(save_firmware_tree(address(from) + 4, address(to)), 0u) << "not aligned";
    from[0] = 0;
    EXPECT_EQ(save_firmware_tree(address(from), address(to)), 0u);
}

}  // namespace
}  // namespace mkl::loader::test
