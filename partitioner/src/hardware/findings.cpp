// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/hardware/findings.hpp"

#include <array>

#include "mkl/support/finding_doc.hpp"

namespace mkl {

namespace {
constexpr auto docs = std::to_array<FindingDoc>({
    finding_doc("E400", "board-missing", "The board has no device tree",
                "mkl derives every address, interrupt and CPU from a device tree. `board:` names "
                "it: a blob, a source file, or a QEMU machine that mkl asks for its tree.",
                "board:\n  qemu: {machine: virt, cpus: 2, memory: 1G}",
                "Name one of dtb:, dts:, qemu:."),
    finding_doc("E401", "board-unreadable", "The board file cannot be read",
                "The file that `board:` names does not exist, is not a regular file, may not be "
                "read, or is larger than 16 MiB.",
                "board: {dtb: no-such.dtb}", "Correct the path; it is relative to the YAML file."),
    finding_doc("E402", "tree-invalid", "Not a valid device tree blob",
                "The blob breaks the flattened format (Devicetree Specification, chapter 5): wrong "
                "magic, cut short, offsets outside, nodes not closed, names that stand twice or "
                "cannot be written.",
                "",
                "Build or dump the blob again; `dtc -I dtb -O dts FILE` shows what is left of it."),
    finding_doc("E403", "tree-too-large", "The device tree is larger than mkl accepts",
                "Limits keep a hostile file from using up the machine: 16 MiB, 100,000 nodes, 64 "
                "levels. The largest real board trees have about 1,000 nodes.",
                "", "Check that this is the board's own tree."),
    finding_doc("E404", "program-missing", "A program that is needed is not installed",
                "A `.dts` is compiled by `dtc`; a QEMU machine's tree comes from the installed "
                "QEMU. Nothing else in mkl runs another program to read a board.",
                "board: {dts: board.dts}", "Install it, or give the compiled tree as dtb:."),
    finding_doc("E405", "qemu-no-dump", "QEMU cannot write this machine's device tree",
                "Some QEMU machines have no generated tree; asked for one they just run. They boot "
                "with the tree of the real board.",
                "board: {qemu: {machine: xlnx-zcu102}}",
                "Give the board's tree as dtb: beside qemu:, which then only says what to run."),
    finding_doc("E406", "qemu-failed", "QEMU did not write the machine's device tree",
                "The installed QEMU refused the options, or did not end in time. Its first line is "
                "in the message.",
                "board: {qemu: {machine: virt, gic-version: 2, cpus: 9}}",
                "Correct the options under qemu:; gic-version 2 allows 8 CPUs."),
    finding_doc("E407", "dts-error", "The device tree source does not compile",
                "`dtc` found an error in the `.dts`. Its text and position are passed on.",
                "/ { a = <1>; }",
                "Correct the source; run it through the C preprocessor first if it uses #include "
                "or macros."),
    finding_doc("E408", "source-error", "A device tree source that mkl cannot read",
                "mkl reads `kernel: {tree: ..}`, the overlay behind it, itself, as dtc would: "
                "plain source with everything included.",
                "kernel: {elf: kernel.elf, tree: qemu-arm-virt.dts}",
                "Correct the place that the message names."),
    finding_doc("E410", "no-cpus", "The tree has no CPUs",
                "CPUs are the children of /cpus with device_type \"cpu\". An overlay or a cut tree "
                "has none.",
                "", "Use the complete tree of the board."),
    finding_doc(
        "W411", "enable-method-assumed", "The CPUs do not say how they are started",
        "The tree has a psci node, but its CPUs have no enable-method. On such boards firmware "
        "adds it at boot; mkl assumes PSCI.",
        "", "Use the tree that firmware passes on, or add enable-method = \"psci\" to each CPU."),
    finding_doc(
        "E420", "no-ram", "The tree does not say how much RAM there is",
        "More than half of all board trees leave RAM to the firmware: no memory node, or one with "
        "size 0 that is filled in at boot. mkl places memory before boot, so it must be told.",
        "board:\n  dtb: board.dtb\n  memory: [{base: 0x80000000, size: 2G}]",
        "Give board.memory, or the tree that the firmware passes on at boot."),
    finding_doc("E421", "ram-disagrees", "board.memory and the tree disagree",
                "The tree has RAM of its own and board.memory says something else. One of them is "
                "wrong; guessing would give a node memory that is not there.",
                "", "Delete board.memory, or correct the tree."),
    finding_doc("E422", "range-invalid", "A memory range is empty or wraps",
                "A base and a size add up to more than 64 bits, or the size is 0.", "",
                "Correct base and size."),
    finding_doc("W423", "ram-overlaps", "Two memory nodes overlap",
                "The same RAM stands in two memory nodes or ranges. mkl counts it once.", "",
                "Correct the tree."),
    finding_doc(
        "E430", "no-controller", "No interrupt controller that mkl drives",
        "mkl routes every interrupt line to one node, so it must know the controller: GICv2, GICv3 "
        "or the RISC-V PLIC. Boards like the Raspberry Pi 3 have none of them.",
        "", "Use a board with a supported controller."),
    finding_doc(
        "E431", "controller-registers", "The interrupt controller's registers are unknown",
        "Its reg is missing or too short, or a bus above it does not translate its addresses.", "",
        "Correct reg and ranges in the tree."),
    finding_doc("W432", "timer-unknown", "The virtual timer's interrupt is not in the tree",
                "The architected timer node is missing or incomplete. mkl assumes PPI 27, which "
                "nearly every board has.",
                "", "Complete the timer node."),
    finding_doc("W433", "aia-not-driven", "Wired interrupts of the RISC-V AIA cannot be given",
                "The board has an APLIC or IMSICs instead of a PLIC. mkl does not drive them: its "
                "nodes run with their timer and inter-processor interrupts only.",
                "", "Use devices by polling, or a machine with a PLIC."),
    finding_doc("W440", "interrupts-unreadable", "A device's interrupts cannot be read",
                "The interrupt parent is missing or the property has the wrong number of cells, so "
                "mkl cannot tell which lines the device uses. What cannot be read is no node's.",
                "", "Correct the tree."),
    finding_doc("W441", "registers-unreadable", "A device's registers cannot all be read",
                "Its reg does not divide into the cells of its bus, or lies in no window of a "
                "`ranges` above it. What cannot be read is nobody's.",
                "", "Correct the tree."),
});
}  // namespace

std::span<const FindingDoc> hardware_findings() { return docs; }

}  // namespace mkl
