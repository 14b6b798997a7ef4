// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/emit/findings.hpp"

#include <array>

#include "mkl/support/finding_doc.hpp"

namespace mkl {

namespace {
constexpr std::string_view report = "Report it with the board's tree; nothing was written.";
constexpr auto docs = std::to_array<FindingDoc>({
    finding_doc("E450", "tree-dangling", "An emitted tree names a node that it does not have",
                "A property of a node's tree holds a phandle of something that was taken out. A "
                "kernel would follow it to nothing.",
                "", report),
    finding_doc("E451", "tree-specifier", "An emitted tree has an incomplete specifier",
                "A clock, interrupt or other reference has fewer cells than its provider asks for.",
                "", report),
    finding_doc("E452", "tree-interrupt-parent", "An emitted tree changed an interrupt parent",
                "A device's interrupt would be looked up at another controller than on the board.",
                "", report),
    finding_doc("E453", "tree-unit-address", "An emitted tree has a wrong unit address",
                "A name says another address than reg, although it was right in the board's tree.",
                "", report),
    finding_doc("E454", "tree-cpu", "An emitted tree has a foreign CPU, or lacks its own",
                "A node's tree must have exactly the CPU that the plan gives it.", "", report),
    finding_doc("E455", "tree-ram", "An emitted tree has other RAM than the plan",
                "The memory nodes of a node's tree must say exactly its RAM, and nothing it "
                "reserves may lie in the RAM of another node.",
                "", report),
    finding_doc("E456", "tree-device", "An emitted tree enables a device that is not the node's",
                "An enabled device with registers must stand in the tree of the node that claims "
                "it and in no other.",
                "nodes: {node0: {devices: [/soc/i2c@1000/sensor@20]}}",
                "If you claimed only a part of a device, claim the whole device in one node."),
    finding_doc(
        "E457", "tree-seed", "An emitted tree has a random seed",
        "Seeds change with every boot and belong to one kernel; an image must not carry them.", "",
        report),
    finding_doc("E458", "tree-read-back", "An emitted tree reads back differently",
                "The bytes that mkl wrote, read again, are not the tree that it meant to write.",
                "", report),
    finding_doc("E459", "tree-provider",
                "An emitted tree names a provider that the node does not have",
                "An enabled device asks for a clock, reset or other service of a device that is "
                "disabled in this tree: a driver would wait for it for ever.",
                "", report),
    finding_doc("E460", "kernel-tree-ram", "A kernel's tree does not leave exactly the node's RAM",
                "mkl reads the tree that `kernel: {tree: ..}` names with the overlay behind it, as "
                "the kernel's build will. What it would take as RAM (memory nodes without "
                "`no-map`) is not what the plan gives the node.",
                "kernel: {elf: kernel.elf, tree: qemu-arm-virt.dts}",
                "Name the tree as it stands before the overlay, with the platform's own overlays."),
    finding_doc("E461", "kernel-tree-board", "A kernel's tree is of another board",
                "Its interrupt controller is not where the board's is.", "",
                "Name the tree of this board, and of this version of its interrupt controller."),
});
}  // namespace

std::span<const FindingDoc> emit_findings() { return docs; }

}  // namespace mkl
