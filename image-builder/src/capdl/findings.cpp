// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/capdl/findings.hpp"

#include "mkl/support/finding_doc.hpp"

namespace mkl {

namespace {

constexpr FindingDoc docs[] = {
    finding_doc("E520", "component-abi", "a program of seL4's interface does not fit its node",
                "`abi:` says for which kernels a program was built: its system call and invocation "
                "numbers are theirs. Components of mkl's own runtime have no `abi:` and run under "
                "every kernel.",
                "components: {c: {node: a, elf: c.elf, abi: mcs}}    # on a node with `kernel: "
                "builtin`",
                "Build the program for the kernel of its node, or place it on another node."),
    finding_doc(
        "E521", "component-address", "a component's ELF is linked at a wrong address",
        "Programs lie between 64 KiB and 4 GiB of their address space; what is above is for "
        "stack, buffers and devices (mkl/abi/component.h).",
        "", "Link with the component linker script that mkl ships."),
    finding_doc("E522", "component-write-execute",
                "memory of a component would be writable and executable",
                "A segment is both, or code and writable data share a 4 KiB page. mkl maps no page "
                "with both rights.",
                "", "Link with -z separate-code, or correct the linker script."),
    finding_doc("E523", "component-stack", "a component's stack is larger than its area",
                "The stack grows down towards the IPC buffer; the area between has a fixed size.",
                "components: {client: {stack: 1G, ...}}",
                "Use a smaller stack, and a heap for large data."),
    finding_doc("E524", "component-ends", "a component's ends do not fit its startup page",
                "A component finds its ends by name in one page, with names of at most 31 bytes.",
                "", "Shorten the name, or split the component."),
    finding_doc("E525", "component-badges", "too many signals for one notification",
                "Incoming signals of a component, and components of a node, are told apart by the "
                "bits of a badge, of which there are 63.",
                "", "Split the component, or move components to another node."),
    finding_doc("E526", "connection-unplaced", "a cross-node buffer has no memory",
                "The plan has no place for the buffer in a pool. The solver should have refused: "
                "please report it.",
                "", "Declare a pool of which both nodes are members."),
    finding_doc(
        "E527", "connection-without-interrupt",
        "a connection has no inter-processor interrupt of its own",
        "Each signal that crosses nodes needs an interrupt at its receiver, or a share in one; "
        "this version has them on Arm's GIC only.",
        "", "Use fewer signals into one node."),
    finding_doc(
        "E528", "component-budget", "a component's budget cannot be kept",
        "`budget:` and `period:` are the times of a scheduling context, which only an MCS kernel "
        "has; the budget is at most the period.",
        "components: {c: {budget: 2ms, period: 10ms, ...}}    # on a node with `kernel: builtin`",
        "Give the node an MCS kernel, or leave both out."),
    finding_doc(
        "E529", "components-do-not-fit", "components need more memory than their node has",
        "Program, stack and heap of the node's components together are larger than its RAM.",
        "components: {client: {heap: 2G, ...}}",
        "Give the node more memory, or the component a smaller heap."),
    finding_doc(
        "E530", "capdl-unsound", "a CapDL spec is not sound",
        "A slot lies outside its table, physical addresses overlap or are not aligned, an SGI"
        " does not exist, or a thread is incomplete. Such a spec would stop its node at boot.",
        "", "This is a bug in mkl: please report it with the system description."),
    finding_doc("E531", "queue-too-small", "a queue has no room for messages",
                "`size:` is all memory of a queue or rpc connection: two counters, and for each of "
                "`depth:` messages eight bytes and its data. An rpc connection has two queues.",
                "connections: {q: {type: queue, size: 128, depth: 16, ...}}",
                "Raise size, or lower depth."),
    finding_doc(
        "E532", "queue-read-only", "a queue lies in a pool that one side may only read",
        "The reader of a queue writes too: it counts what it has taken, so that room is used "
        "again.",
        "shared: {pool: {nodes: {a: rw, b: ro}, ...}}",
        "Give both nodes rw, or name another pool."),
    finding_doc("E533", "component-device-unowned",
                "a component uses a device its node does not own",
                "A node's devices are given to it under `nodes:`; its components divide them among "
                "themselves.",
                "components: {c: {devices: {/pl031@9010000: {map: regs}}, ...}}",
                "Add the device to the devices of the component's node."),
    finding_doc("E534", "component-device-nothing",
                "a component's device has not what is asked of it",
                "`map:` needs registers, `irq:` an interrupt that ends at the board's root "
                "controller.",
                "", "Name another device, or leave the key out."),
    finding_doc("E536", "component-fault", "a component's faults cannot go where it says",
                "A fault is a message of the node's kernel, so who gets it lives on the same node.",
                "components: {c: {node: a, fault: m, ...}, m: {node: b, ...}}",
                "Name a component of the same node, or none: then the root task reports it."),
    finding_doc(
        "E537", "objects-do-not-fit", "kernel objects of a node do not fit its untyped memory",
        "mkl runs the root task's allocation before the image is written: each object from the "
        "smallest untyped that its kernel will report, at a multiple of its size. Large objects "
        "need large aligned pieces, so that a little may be left and still not fit.",
        "components: {client: {heap: 60M, ...}}    # on a node with memory: 64M",
        "Give the node more memory, or its components smaller heaps and stacks."),
    finding_doc(
        "E538", "root-cnode-full", "a node has more kernel objects than its root task has slots",
        "Each object takes a slot of the root task's CNode, as does each page of the root image "
        "and each untyped. seL4 has 2^KernelRootCNodeSizeBits of them, mkl's own kernel 4,096 or "
        "twice what the boot takes.",
        "components: {client: {stack: 20M, ...}}",
        "Use large frames (heaps and buffers of 2 MiB and more), fewer components on the node, "
        "or a kernel with a larger root CNode."),
    finding_doc(
        "E539", "kernel-lacks", "a component asks for what its node's kernel does not have",
        "SchedControl is an MCS kernel's, SMC calls and more than one scheduling domain are "
        "options of seL4's configuration (gen_config.json). mkl's own kernel has 16 domains "
        "and no SMC calls: firmware starts and stops any CPU for its caller.",
        "components: {c: {node: a, domain: 3}}    # and KernelNumDomains=1",
        "Configure the kernel for it, or do without."),
    finding_doc("E535", "component-irq-twice", "an interrupt is delivered to two ends",
                "A kernel has one handler for each interrupt, and that has one notification.", "",
                "Let one component take it, and signal the other."),
};

}  // namespace

std::span<const FindingDoc> capdl_findings() { return docs; }

}  // namespace mkl
