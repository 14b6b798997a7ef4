// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/rules/findings.hpp"

#include <array>

#include "mkl/support/finding_doc.hpp"

namespace mkl {

namespace {
constexpr std::array table{
    finding_doc("E201", "name-form", "A name that cannot be used everywhere",
                "Names become file names, labels and 31-byte fields of binary tables: a letter, "
                "then letters, digits, `_` and `-`, at most 31 in all.",
                "nodes: {0node: ..}", "Rename it."),
    finding_doc("E202", "name-clash", "A component has the name of a node with `root:`",
                "Ends are written OWNER.NAME for both, so the owner would be ambiguous.", "",
                "Rename one of them."),
    finding_doc("E203", "node-unknown", "A node that does not exist is named", "",
                "components: {client: {node: nodeO, elf: client.elf}}", "Correct the name."),
    finding_doc("E204", "no-nodes", "There is no node", "A system has at least one node.",
                "nodes: {}", "Add a node."),
    finding_doc("E205", "cpu-on-board", "A CPU that the board does not have",
                "An index counts the children of /cpus with device_type cpu in tree order, "
                "disabled ones included; `path` and `hwid` are compared as written in the tree.",
                "node0: {cpu: 7, memory: 64M}", "Take one that the hint lists."),
    finding_doc("E206", "cpu-startable", "A CPU that mkl cannot start",
                "It is disabled for good, or the tree gives no way to start it that the loader "
                "knows (PSCI, spin table, SBI HSM).",
                "", "Choose another CPU."),
    finding_doc("E207", "cpu-owned-once", "Two nodes want one CPU",
                "A node is one kernel on one CPU.", "", "Give one of them another CPU."),
    finding_doc("E210", "memory-aligned", "Memory that is not aligned",
                "Kernels map memory in blocks of 2 MiB, so bases and sizes of nodes are multiples "
                "of 2 MiB; pools are mapped in pages of 4 KiB.",
                "memory: {base: 0x40001000, size: 64M}", "Take one of the nearest values."),
    finding_doc("E211", "memory-disjoint", "Two ranges overlap",
                "Every byte of RAM has one owner. Memory that nodes are to share is a pool in "
                "`shared:` and in no node.",
                "", "Move one base, or leave it out and let mkl place it."),
    finding_doc("E212", "memory-in-ram", "A range that is not free RAM",
                "It reaches outside the RAM of the board or into what firmware keeps "
                "(/reserved-memory, /memreserve/, `board: {reserve: ..}`).",
                "memory: {base: 0x0, size: 64M}", "Take the base of the hint."),
    finding_doc("E213", "memory-limits", "Limits that cannot be kept",
                "`above:`, `below:` and `align:` say where mkl may place what has no `base:`.",
                "memory: {size: 64M, above: 1G, below: 1G}",
                "Widen the limits, or give a `base:` instead."),
    finding_doc("E220", "device-unknown", "A device that the board does not have",
                "Devices are named by full path, alias, &label, a glob on the full path (`*` "
                "within a component, `**` across), or by compatible.",
                "console: /pl011@9000001", "Take the suggestion, or look into the device tree."),
    finding_doc("E221", "device-disabled", "A device that the device tree disables",
                "Itself or a node above it has a status other than okay.", "",
                "Enable it in the device tree, if the board has it."),
    finding_doc(
        "E222", "device-not-assignable", "A device that serves every node",
        "The interrupt controller is set up once by the loader and stays in each node's tree. On "
        "RISC-V firmware has the CLINT or ACLINT: whoever writes there interrupts every hart.",
        "devices: [/intc@8000000]", "Remove it from `devices:`."),
    finding_doc(
        "E223", "device-owned-once", "Two nodes want one device",
        "Each device has one owner, with everything below it. The console is a device of its node.",
        "", "Give it to one, or declare it in `share:` with the reason."),
    finding_doc("E224", "console-usable", "A console that mkl cannot use",
                "The console is one UART that mkl has a driver for.", "",
                "Name one UART, or write `console: log`."),
    finding_doc("E225", "page-shared", "Devices of two nodes in one page",
                "Memory protection works on pages of 4 KiB: whoever maps one of the devices "
                "reaches the registers of the other.",
                "devices of node0: [/virtio_mmio@a000000], of node1: [/virtio_mmio@a000200]",
                "Give both to one node, or declare one in `share:` with the reason."),
    finding_doc("E226", "interrupt-shared", "Devices of two nodes on one interrupt line",
                "A line is delivered to one CPU; the other node would never hear of its device, or "
                "answer for a device that it cannot see.",
                "", "Give both devices to one node."),
    finding_doc("E227", "provider-elsewhere", "A device needs what another node owns",
                "Clocks, resets, power domains, pins or DMA channels of the device come from a "
                "device of another node, which may stop or change them. What no node owns stays as "
                "firmware set it and is no finding.",
                "", "Declare the provider in `share:` with the reason, or claim it for neither."),
    finding_doc("W228", "nested-interrupt",
                "An interrupt that goes through a controller of somebody else",
                "The line ends in a nested interrupt controller (GPIO, multiplexer). Only its "
                "owner can unmask and acknowledge it.",
                "", "Give the controller to the same node, or do without the interrupt."),
    finding_doc("E229", "nested-interrupt-elsewhere",
                "An interrupt that goes through another node's controller",
                "The line ends in a nested interrupt controller (GPIO, multiplexer) that another "
                "node owns: that node alone can unmask and acknowledge it.",
                "node0: devices: [/gpio-keys], node1: devices: [/gpio@9030000]",
                "Give both to one node; or declare the controller in `share:` if the device works "
                "without its interrupt."),
    finding_doc("E230", "root-or-components", "A component on a node with `root:`",
                "A root task of your own is all that runs on its node.", "",
                "Remove `root:`, or move the component."),
    finding_doc("E231", "priority-range", "A priority, or a stack, out of range",
                "Priorities are 0 to 254; mkl's initialiser runs at 255. `max-priority` is at "
                "least the component's own.",
                "client: {node: node0, elf: client.elf, priority: 255}", "Choose a smaller one."),
    finding_doc("E232", "component-device", "A component drives what its node does not own",
                "The node owns devices; a component of it drives one.", "",
                "List the device in `devices:` of the node."),
    finding_doc("E233", "component-file", "A component cannot have a file",
                "A component maps files that lie in memory of its own node. Each is read and "
                "written by one component.",
                "components: {vmm: {node: node0, elf: vmm.elf, files: [linux]}}",
                "Name an entry of `files:` with the component's node."),
    finding_doc(
        "E234", "authority", "A component holds authority that nobody acknowledged",
        "IRQControl, ASIDControl, the domain, SchedControl and SMC capabilities and untypeds of "
        "devices reach beyond their holder. Whoever gives one to a component says why; plan.json, "
        "the guarantee table, the boot record and `mkl verify` repeat it.",
        "c: {node: node0, elf: c.elf, abi: classic, caps: {lines: {cap: irq-control}}}",
        "Add `why:`, or remove the capability."),
    finding_doc("E235", "component-caps", "A capability of a component cannot be given",
                "`device-untyped` has a `device:` of its node that nobody else uses, `untyped` a "
                "`size:`, a power of two; slots are the component's own and each holds one "
                "capability; only a program of an `abi:` can use them.",
                "c: {node: node0, elf: c.elf, abi: classic, caps: {m: {cap: untyped}}}",
                "Correct the capability."),
    finding_doc("E236", "domain-schedule", "A domain that does not exist or never runs",
                "mkl's own kernel has domains 0 to 15, a seL4 as many as it was configured for (at "
                "most 256). A schedule in `domains:` of the node names each domain that its "
                "components are in, and domain 0, in which the root task serves the console.",
                "node0: {domains: [{domain: 1, time: 5ms}]}",
                "Add the domain to `domains:`, or leave the schedule to mkl."),
    finding_doc("E237", "component-console", "A component drives the console of its node",
                "mkl's root task prints to the UART that is `console:`, for the kernel and every "
                "component, so no component has its interrupt, or maps a page of its registers.",
                "node0: {console: serial0}, c: {node: node0, devices: {serial0: {map: regs}}}",
                "Take the device out of the component, give the node another UART as `console:`, "
                "or leave `console:` out."),
    finding_doc("E238", "component-interrupt", "An interrupt that two ends take",
                "A kernel has one handler for each interrupt line, and that signals one end. Two "
                "devices of a node may be on one line.",
                "a: {devices: {/pl031@9010000: {irq: tick}}}, b: the same, on the same node",
                "Let one component take it, and signal the other."),
    finding_doc("E240", "end-unknown", "A connection that ends nowhere",
                "An end is COMPONENT.NAME, or NODE.NAME where the node has a `root:`; the two ends "
                "are at different ones.",
                "s: {type: shared-data, from: addr.d, to: client.d}", "Correct the name."),
    finding_doc("E241", "end-used-twice", "One end in two connections",
                "A component looks its ends up by name, so each name stands for one connection.",
                "", "Give each connection its own end names."),
    finding_doc("E242", "pool-serves", "A pool that does not serve a connection",
                "`in:` names a pool of which both nodes are members, the sending one with rw.", "",
                "Add the node to the pool, or choose another pool."),
    finding_doc("E250", "dma-contained", "A bus master that nothing contains",
                "As W250, with `board: {dma: strict}`.", "board: {dtb: board.dtb, dma: strict}",
                "Acknowledge it in the node, or do not assign the device."),
    finding_doc(
        "W250", "dma-uncontained", "A bus master that nothing contains",
        "A device that can master the bus reads and writes all of memory unless an IOMMU stands "
        "between, whatever the kernel maps. Its driver is part of what every node must trust.",
        "devices: [/ethernet@ff0e0000]",
        "Acknowledge it with `dma-trusted:` and `why:`, or do not assign the device."),
    finding_doc("E251", "dma-reason", "A trusted bus master without a reason",
                "`dma-trusted:` stands beside a `why:`, or each entry has its own.",
                "dma-trusted: [/ethernet@ff0e0000]", "Add the reason."),
    finding_doc(
        "E252", "stream-shared", "Two masters of different nodes are one stream to the IOMMU",
        "An IOMMU tells masters apart by what `iommus` says of them, or `iommu-map` of what is on "
        "a PCI bus. Two with the same number, or numbers that differ only in bits that the IOMMU "
        "does not compare, have the same tables: what one may reach, the other may.",
        "devices: [/gpu@3033000]    # iommus = <&smmu 5>, as another node's device",
        "Give both devices to one node, or declare one in `share:` with the reason."),
    finding_doc("W253", "line-shared",
                "Devices of two nodes name one line or channel of a provider",
                "A GPIO line, a DMA channel or a mailbox channel has one user. No node owns the "
                "provider, so the line stays as firmware left it and neither device has it. (If "
                "one node owns the provider, the other's device is E227.)",
                "devices: [/phy@1000]    # reset-gpios = <&gpio 4 0>, as another node's device",
                "Give both devices and the provider to one node, or declare the provider in "
                "`share:` with the reason."),
    finding_doc("N254", "messages-not-delivered", "Interrupts that are messages do not arrive",
                "The tables of an ITS and the frames of a GICv2m are every node's at once, so mkl "
                "gives them to none: in each node's tree they are disabled. A PCI bridge has its "
                "four wired lines; a device that has none is silent.",
                "devices: [/pcie@10000000]    # msi-map = <0 &its 0 0x10000>",
                "Use a wired line, or poll."),
    finding_doc(
        "E260", "firmware-tree", "The plan does not agree with firmware's tree",
        "`firmware-tree:` is the tree that firmware hands over on the running board. The loader "
        "compares it with the plan before it starts anything: every range of the plan is RAM "
        "there, in no /memreserve/ and no reserved range (TF-A, OP-TEE), and the interrupt "
        "controller is the same. mkl finds the difference before the board does.",
        "board: {dtb: board.dtb, firmware-tree: live.dtb}",
        "Do what the hint says; or dump the tree of the board that the image is for."),
    finding_doc(
        "E270", "file-missing", "A file whose size nobody knows",
        "Memory is laid out before the image is made: an entry of `files:` takes the room "
        "that `size:` says, or as much as the file has when mkl runs. A directory or a device "
        "has no size.",
        "files: {linux: {path: Image, node: node0}}    # and there is no Image",
        "Make the file first, or say `size:`."),
    finding_doc("E271", "file-too-large", "A file is larger than its room", "",
                "files: {linux: {path: Image, node: node0, size: 4K}}",
                "Raise `size:`, or leave it out."),
    finding_doc("E272", "file-empty", "A file has no bytes",
                "A build that stopped half-way leaves such files, and a guest would start with an "
                "image of zeros.",
                "files: {linux: {path: Image, node: node0}}    # after `touch Image`",
                "Make the file again, or remove the entry."),
};
}  // namespace

std::span<const FindingDoc> rules_findings() { return table; }

}  // namespace mkl
