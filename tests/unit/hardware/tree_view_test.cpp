// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/hardware/tree_view.hpp"

#include "board.hpp"
#include "mkl/hardware/references.hpp"

namespace mkl {
namespace {

Bytes cells(std::initializer_list<uint32_t> values) {
    Bytes out;
    for (const uint32_t v : values) append_cell(out, v);
    return out;
}
Bytes text(std::string_view s) {
    const auto b = as_bytes(s);
    Bytes out(b.begin(), b.end());
    out.push_back(std::byte{0});
    return out;
}

TEST(TreeView, NumbersAreBigEndian) {
    const Bytes bytes = cells({0x12345678, 0x9abcdef0, 1});
    const Cells c{std::span<const std::byte>{bytes}};
    EXPECT_EQ(c.size(), 3u);
    EXPECT_EQ(c[0], 0x12345678u);
    EXPECT_EQ(c.number(0, 2), 0x123456789abcdef0u);
    EXPECT_EQ(c.number(1, 0), 0u);
}

TEST(TreeView, StatusOfAncestorsCounts) {
    DeviceTree tree;
    DtNode bus{"bus", {{"status", text("disabled")}}, {{"child", {}, {}}}};
    tree.root.children = {
        bus, {"other", {{"status", text("ok")}},   {}},
         {"odd",   {{"status", text("fail")}}, {}}
    };
    const TreeView view{tree};
    EXPECT_FALSE(view[view.find("/bus/child")].enabled);
    EXPECT_TRUE(view[view.find("/other")].enabled);
    EXPECT_FALSE(view[view.find("/odd")].enabled);
    EXPECT_EQ(view.find("/nothing"), TreeView::none);
    EXPECT_EQ(view[view.find("/bus")].end, view.find("/other"));
}

/// A bus of three address cells at `bus`, with `ranges`, and /bus/device with `reg`.
DeviceTree three_cells(Bytes ranges, Bytes reg, DtProperty more) {
    DeviceTree tree;
    DtNode bus{
        "bus",
        {{"#address-cells", cells({3})},
          {"#size-cells", cells({1})},
          {"ranges", std::move(ranges)},
          std::move(more)},
        {{"device", {{"reg", std::move(reg)}}, {}} }
    };
    tree.root.properties = {
        {"#address-cells", cells({1})},
        {"#size-cells",    cells({1})}
    };
    tree.root.children.push_back(std::move(bus));
    return tree;
}

TEST(TreeView, TheFirstOfThreeCellsTellsSpacesApart) {
    const Bytes ranges = cells({0, 0, 0, 0x1000, 0x100, 1, 0, 0, 0x2000, 0x100});
    const DeviceTree tree = three_cells(ranges, cells({1, 0, 0x10, 0x20}), {"other", {}});
    const TreeView view{tree};
    EXPECT_EQ(view.registers(view.find("/bus/device")), std::vector{test::range(0x2010, 0x20)});
    // A PCI bus: the bits that say which device it is say nothing about where.
    const Bytes memory = cells({0x02000000, 0, 0x10, 0x3000, 0x100});
    const DeviceTree pci =
        three_cells(memory, cells({0x82000810, 0, 0x10, 0x20}), {"device_type", text("pci")});
    const TreeView pci_view{pci};
    EXPECT_EQ(pci_view.registers(pci_view.find("/bus/device")),
              std::vector{test::range(0x3000, 0x20)});
}

TEST(TreeView, WhatIsWrongWithAReg) {
    const Bytes ranges = cells({0, 0, 0, 0x1000, 0x100});
    const auto fault_of = [&](Bytes reg) {
        const DeviceTree tree = three_cells(ranges, std::move(reg), {"other", {}});
        const TreeView view{tree};
        RegisterFault fault = RegisterFault::none;
        (void)view.registers(view.find("/bus/device"), fault);
        return fault;
    };
    EXPECT_EQ(fault_of(cells({0, 0, 0, 4})), RegisterFault::none);
    EXPECT_EQ(fault_of(cells({0, 0, 0, 4, 1})), RegisterFault::cut);
    EXPECT_EQ(fault_of(cells({0, 0, 0x200, 4})), RegisterFault::outside);
    EXPECT_EQ(fault_of(cells({2, 0, 0, 4})), RegisterFault::outside);
}

TEST(TreeView, InterruptParentOfAChildOfAControllerIsTheController) {
    DeviceTree tree;
    DtNode pmic{
        "pmic",
        {{"interrupt-controller", {}},
          {"#interrupt-cells", cells({2})},
          {"interrupt-parent", cells({1})},
          {"phandle", cells({2})}},
        {{"rtc", {}, {}}}
    };
    DtNode gic{
        "gic", {{"phandle", cells({1})}, {"interrupt-controller", {}}},
         {                       }
    };
    tree.root.properties = {
        {"interrupt-parent", cells({1})}
    };
    tree.root.children = {
        gic, pmic, {"plain", {}, {}}
    };
    const TreeView view{tree};
    EXPECT_EQ(view.interrupt_parent(view.find("/pmic/rtc")), view.find("/pmic"));
    EXPECT_EQ(view.interrupt_parent(view.find("/pmic")), view.find("/gic"));
    EXPECT_EQ(view.interrupt_parent(view.find("/plain")), view.find("/gic"));
    EXPECT_EQ(view.interrupt_parent(view.find("/gic")), TreeView::none);
}

TEST(TreeView, AbsurdCellsAreNoAddresses) {
    DeviceTree tree;
    tree.root.properties = {
        {"#address-cells", cells({0xffffffff})},
        {"#size-cells",    cells({1})         }
    };
    tree.root.children = {
        {"d@0", {{"reg", cells({0, 0, 0, 0})}}, {}}
    };
    const TreeView view{tree};
    EXPECT_TRUE(view.registers(1).empty());
}

TEST(References, HolesHaveNoArguments) {
    DeviceTree tree;
    tree.root.children = {
        {"gpio", {{"phandle", cells({1})}, {"#gpio-cells", cells({2})}},                {}},
        {"spi",  {{"cs-gpios", cells({0, 1, 7, 0, 0})}, {"snps,nr-gpios", cells({1})}}, {}}
    };
    const TreeView view{tree};
    const auto found = references(view, view.find("/spi"));
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].cell, 1u);
    EXPECT_EQ(found[0].cells, 3u);
    EXPECT_TRUE(found[0].complete);
}

TEST(References, CutAndDanglingOnesAreBroken) {
    DeviceTree tree;
    tree.root.children = {
        {"clk",      {{"phandle", cells({1})}, {"#clock-cells", cells({1})}}, {}},
        {"cut",      {{"clocks", cells({1, 5, 1})}},                          {}},
        {"dangling", {{"clocks", cells({9, 5})}},                             {}},
        {"wrong",    {{"resets", cells({1, 5})}},                             {}}
    };
    const TreeView view{tree};
    const auto cut = references(view, view.find("/cut"));
    ASSERT_EQ(cut.size(), 2u);
    EXPECT_TRUE(cut[0].complete);
    EXPECT_FALSE(cut[1].complete);
    EXPECT_EQ(cut[1].cell, 2u);
    const auto dangling = references(view, view.find("/dangling"));
    ASSERT_EQ(dangling.size(), 1u);
    EXPECT_EQ(dangling[0].target, TreeView::none);
    const auto wrong = references(view, view.find("/wrong"));
    ASSERT_EQ(wrong.size(), 1u);
    EXPECT_FALSE(wrong[0].complete) << "a target without #reset-cells is no reset provider";
}

}  // namespace
}  // namespace mkl
