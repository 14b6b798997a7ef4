// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/partition/findings.hpp"

#include <array>

#include "mkl/support/finding_doc.hpp"

namespace mkl {

namespace {
constexpr std::array table{
    finding_doc(
        "E301", "fixed-memory", "Fixed memory is not free",
        "The range is not RAM, is reserved by the device tree, or belongs to somebody else.",
        "memory: {base: 0x0, size: 64M}",
        "Take the base of the hint, or leave `base:` out and let mkl place it."),
    finding_doc(
        "E302", "does-not-fit", "Memory does not fit",
        "Each request is one contiguous range, or for a node up to eight. mkl places what is fixed "
        "first, then the largest, each at the lowest address that fits; docs/partitioning.md has "
        "the method.",
        "memory: 900M",
        "Make it, or one of those in the notes, smaller; or split it into a list of sizes."),
    finding_doc("E303", "pool-full", "A pool has no room for a connection",
                "Connections between nodes lie in pools, each rounded up to 4 KiB.",
                "shared: {pool: {size: 4K, nodes: {node0: rw, node1: rw}}}",
                "Make the pool larger, or put the connection in another one with `in:`."),
    finding_doc(
        "E304", "no-ram-for-loader", "No RAM is left for the loader",
        "The loader unpacks the image and starts all nodes, so while it boots it needs RAM that is "
        "in no node: 64 MiB if there is that much, at least 4 MiB, at a multiple of 2 MiB.",
        "memory: 1G    # on a board with 1 GiB", "Leave some RAM to nobody."),
    finding_doc("E305", "loader-base", "The loader cannot stand where `loader:` says",
                "The range must be free RAM and start at a multiple of 2 MiB.",
                "loader: {base: 0x40000000}", "Leave `base:` out, or move what is there."),
    finding_doc(
        "E306", "no-ram-for-logs", "No RAM is left for logs and status pages",
        "64 KiB for each node with `console: log` and 4 KiB for every node, outside all nodes.", "",
        "Make a node or pool smaller."),
    finding_doc("E307", "too-many-signals", "More signals to one node than interrupts",
                "A GIC tells 16 software generated interrupts apart, and firmware may keep some "
                "(`board: {sgis: ..}`). Signals of one sender share one when they do not suffice, "
                "512 at most; a node needs one for each sender at least.",
                "board: {qemu: .., sgis: 0-1}", "Let one notification stand for several events."),
    finding_doc("E308", "interrupts-under-sel4", "Nobody keeps device interrupts with their owners",
                "Each unmodified seL4 sets up the whole interrupt controller when it boots, and "
                "the last one has every line. On a GICv2 mkl repairs that with a CPU of no node, "
                "or by starting the only node that handles device interrupts last. Neither is "
                "possible here. docs/real-sel4.md has more.",
                "two nodes with stock kernels and drivers on a board with two CPUs and a GICv2",
                "Leave a CPU to no node, or let one node handle all device interrupts."),
    finding_doc("E310", "why-unknown", "`mkl why` was asked about something unknown",
                "A thing is a device (path, alias, label, name of its node), an address, an "
                "interrupt, a CPU, or a name of the description, COMPONENT.END included.",
                "mkl why serial9 system.yaml", "Take the suggestion."),
    finding_doc("E311", "untypeds-dropped", "More ranges than the kernel can tell its root task",
                "A kernel lists at most 230 untypeds in its boot info, devices first and RAM last, "
                "and drops the rest without a word: that RAM would be lost.",
                "devices: [{all-except: [..]}]    # hundreds of separate pages",
                "Claim fewer devices, or neighbouring ones; give the node fewer RAM ranges."),
    finding_doc(
        "W312", "dma-window", "A node's RAM is out of its bus master's reach",
        "The `dma-ranges` above a device limit what it can address. mkl places the first range of "
        "the node's memory there; it is not free, or the node has a `base:` elsewhere.",
        "", "List a smaller range first, e.g. memory: [16M, 1G]."),
    finding_doc("E313", "file-place", "A file cannot stand where its `base:` says",
                "An entry of `files:` lies in its node's memory, over no other file, and not in "
                "the lowest 2 MiB of it, where the kernel starts.",
                "files: {linux: {path: Image, node: node0, base: 0x40000000}}",
                "Take the base of the hint, or leave `base:` out."),
    finding_doc("E314", "file-does-not-fit", "A file does not fit into its node's memory",
                "Each file is one contiguous range, at a multiple of 2 MiB if it has that much; "
                "the lowest 2 MiB of the node are the kernel's.",
                "files: {initrd: {path: initrd.img, node: node0}}    # 80 MiB in a node of 64 MiB",
                "Give the node more memory."),
    finding_doc(
        "N301", "automatic-pool", "mkl made a pool for connections between nodes",
        "No pool in `shared:` has both nodes as members, so mkl made one that only they see.", "",
        "Nothing; or declare the pool yourself to fix its address."),
    finding_doc(
        "N302", "loader-near-top", "The loader stands near the top of RAM",
        "U-Boot moves itself to the top of RAM, usually into the last 64 MiB, and would overwrite "
        "itself when it unpacks the image there. Other ways to boot are not affected.",
        "", "Leave some RAM free further down, or say `loader:`."),
};
}  // namespace

std::span<const FindingDoc> partition_findings() { return table; }

}  // namespace mkl
