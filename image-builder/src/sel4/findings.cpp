// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/sel4/findings.hpp"

#include "mkl/support/finding_doc.hpp"

namespace mkl {

namespace {

constexpr FindingDoc docs[] = {
    finding_doc("E550", "kernel-config", "a seL4 kernel's gen_config.json cannot be used",
                "What a kernel was configured for decides how it is entered, which root task it "
                "can run and whether it fits its node. None of that is in the ELF.",
                "kernel: {elf: kernel.elf}",
                "Name the gen_config.json of the same build: `config: gen_config.json`."),
    finding_doc("E551", "kernel-unknown-ram",
                "nothing says what RAM and devices a kernel was built for",
                "RAM and devices are compiled into a seL4 kernel. mkl compares them with the plan, "
                "from the ELF's symbols (avail_p_regs, kernel_device_frames) or else from "
                "platform_gen.json. With neither, a kernel built before its node was cut could own "
                "its neighbour's RAM.",
                "", "Do not strip kernel.elf, or name `platform: platform_gen.json`."),
    finding_doc("E552", "kernel-ram", "a kernel was built for other RAM than its node has",
                "It would use what is compiled in, whatever the device tree says at boot.", "",
                "Build it again with the overlay.dts that `mkl partition` writes for its node."),
    finding_doc("E553", "kernel-smp", "a kernel is built for several CPUs",
                "A node is one kernel on one CPU. An SMP kernel waits for its other CPUs and never "
                "says so.",
                "", "Configure it with KernelMaxNumNodes=1."),
    finding_doc("E554", "kernel-controller",
                "a kernel cannot drive the board's interrupt controller",
                "It is built for another GIC version, or the board has its GICv3 laid out in a way "
                "that seL4 16.0.0 does not handle.",
                "", "Build it for this board, or use `kernel: builtin`."),
    finding_doc("E555", "kernel-devices", "a kernel drives devices that are not its node's",
                "The devices a kernel keeps for itself are compiled in. They must be the interrupt "
                "controller as the plan wants it seen (under GICv3 a decoy distributor), and no "
                "device of any node.",
                "",
                "Build it again with the overlay.dts that `mkl partition` writes for its node."),
    finding_doc("E556", "kernel-image", "a kernel's ELF does not fit its node",
                "A seL4 kernel runs only where it is linked: its lowest physical address is the "
                "base of its RAM, and its virtual addresses follow from that and its level.",
                "",
                "Build it again with the overlay.dts that `mkl partition` writes for its node."),
    finding_doc("E557", "kernel-level", "a kernel needs EL2 and the board enters at EL1",
                "A kernel with hypervisor support that is entered at EL1 stops without a word.", "",
                "Build it without KernelArmHypervisorSupport, or boot the board at EL2."),
    finding_doc("E558", "kernel-address-size", "a kernel's physical address size does not fit",
                "The size (40 or 44 bits) is compiled in, and at EL2 must be the CPU's or less.",
                "", "Build it for the CPU that the node has."),
    finding_doc("E559", "kernel-hart", "a kernel uses the interrupt context of another hart",
                "A RISC-V kernel for one CPU uses the PLIC context of FIRST_HART_ID, whatever hart "
                "it runs on.",
                "", "Configure FIRST_HART_ID to be the hart of its node."),
    finding_doc("E560", "kernel-loader-info",
                "a kernel takes loader info and the YAML says otherwise",
                "Kernels of the multikernel branches (KernelEnableMultikernelSupport) are told by "
                "the loader what they have; they are placed and entered in another way.",
                "kernel: {elf: kernel.elf, config: gen_config.json}",
                "Say `protocol: sel4-loader-info`, or leave it out for a stock kernel."),
    finding_doc(
        "E561", "kernel-info-cpus", "a kernel takes loader info for another number of nodes",
        "The kernel copies as many CPU ids from its info page as it was built for "
        "(MULTIKERNEL_NUM_CPUS), however many stand there. Only AArch64 kernels take such a "
        "page.",
        "", "Configure KernelMultikernelNumCPUS to be the number of nodes."),
    finding_doc("E562", "kernel-info-ranges", "a loader info page cannot hold a node's ranges",
                "The page lists the node's RAM and the RAM that it must not touch; its tables have "
                "room for 16 and 17 ranges.",
                "", "Place pools side by side, or give the node RAM in one piece."),
    finding_doc(
        "E563", "kernel-info-root", "a kernel with loader info has no root task of its own",
        "The multikernel branches left seL4 before 16.0.0 and number invocations of pages "
        "otherwise, so mkl's initialiser does not run on them. Their root task does, behind "
        "mkl's root shim; it counts as up after `start-timeout:`.",
        "", "Say `root: FILE`, or use a stock kernel."),
    finding_doc("W565", "kernel-console", "a kernel prints to another node's UART",
                "A debug kernel has a UART compiled in and prints to it while it boots and when a "
                "thread faults, whoever owns it.",
                "", "Turn KernelPrinting off, or name the node's own UART in its device tree."),
    finding_doc(
        "E566", "kernel-no-room", "a kernel has no room to start its root task",
        "Behind kernel, device tree and root image a seL4 kernel needs one block of RAM for "
        "the root task's objects, aligned to its root CNode; and a slot of that CNode for "
        "every page of the root image.",
        "", "Give the node more memory, or build with a larger KernelRootCNodeSizeBits."),
    finding_doc("N567", "kernel-untypeds", "a root image is padded so that little RAM is lost",
                "A kernel's boot info holds MAX_NUM_BOOTINFO_UNTYPED_CAPS untypeds, device memory "
                "first. What is left over is RAM, the largest pieces of it, and the kernel says "
                "nothing. A root image that ends at a round address puts the largest first.",
                "", "Nothing to do. The lost part cannot be used by anybody."),
    finding_doc(
        "W568", "kernel-untypeds-lost", "much of a node's RAM is lost to its kernel",
        "As N567, and no end of the root image helps.", "",
        "Give the node memory whose base is a multiple of its size, a power of two, or build "
        "the kernel with a larger KernelMaxNumBootinfoUntypedCaps."),
    finding_doc("W569", "kernel-window", "a PCI window is beyond a kernel's physical addresses",
                "A kernel offers device memory below PADDR_USER_DEVICE_TOP. A window of the node's "
                "PCI bridge lies above; registers of PCI devices in there cannot be mapped.",
                "", "Place them in a lower window, or build for more physical address bits."),
};

}  // namespace

std::span<const FindingDoc> sel4_findings() { return docs; }

}  // namespace mkl
