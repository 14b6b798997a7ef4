// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/verify/findings.hpp"

#include "mkl/support/finding_doc.hpp"

namespace mkl {

namespace {

constexpr std::string_view rebuild = "Make the image again with this mkl and report the finding if "
                                     "it stays: mkl proves its own images before it writes them.";
constexpr std::string_view changed =
    "The image was changed or damaged after mkl made it. Get the file again, or make it again.";

constexpr FindingDoc docs[] = {
    finding_doc("E600", "image-unreadable", "This is no image that mkl can read",
                "verify and inspect read image.elf, image.bin, image.itb and image.uimg. The file "
                "is another format, or ends too early.",
                "mkl verify system.yaml",
                "Give one of the files that `mkl image` writes; copy it again."),
    finding_doc("E601", "container-checksum", "A checksum of FIT or uImage does not agree",
                "U-Boot checks the same sum and refuses to boot.", "", changed),
    finding_doc("E602", "loader-parameters", "The loader's parameters are missing or wrong",
                "At byte 0x40 the loader finds where the payload is and where it runs. They are "
                "absent, of another version, or point outside the image.",
                "", changed),
    finding_doc("E603", "archive-damaged", "The archive behind the loader is damaged",
                "The payload is a newc CPIO archive whose first file is mkl.payload.", "", changed),
    finding_doc(
        "E604", "payload-table", "The payload table is refused",
        "mkl.payload names every entry, address and interrupt. Its magic, version, checksum or one "
        "of its lists is not as docs/boot-interface.md has it; the loader would refuse it too.",
        "", changed),
    finding_doc("E605", "table-hash", "The payload table is not the one the loader expects",
                "The loader's parameters hold the SHA-256 of mkl.payload.", "", changed),
    finding_doc("E606", "entry-hash", "An entry is not the one that was packed",
                "The payload table holds the SHA-256 of every entry; the loader refuses the node.",
                "", changed),
    finding_doc("E607", "entry-mismatch", "Payload table and archive disagree on an entry",
                "Name, place, size, alignment or node of an entry differ, or one of a node's parts "
                "is missing or there twice.",
                "", rebuild),
    finding_doc("E608", "loader-place", "The loader does not keep to its own place",
                "Loader, payload and scratch memory must lie one behind the other in the range "
                "that the plan gives the loader.",
                "", rebuild),
    finding_doc(
        "E609", "status-pages", "Status pages or logs are not one per node",
        "Each node has one page of the status table, in node order, and at most one log ring.", "",
        rebuild),
    finding_doc("E610", "not-ram", "Something is owned that is not claimed RAM of the board",
                "Every range that a node, a pool or the loader has must be RAM of the board and "
                "stand in the list of claims that the loader compares with firmware's tree.",
                "", rebuild),
    finding_doc("E611", "memory-owned-twice", "A byte of RAM has two owners",
                "Nodes, loader, status pages, logs and pools must not overlap: one kernel would "
                "write another's memory.",
                "", rebuild),
    finding_doc("E612", "segment-outside", "A segment goes outside its node's RAM",
                "The loader copies each segment to the place the table says. Outside the node's "
                "RAM that would overwrite somebody else.",
                "", rebuild),
    finding_doc(
        "E613", "segments-overlap", "Two segments go to the same place",
        "Kernel, device tree, boot record, root image and files of all nodes must be disjoint.", "",
        rebuild),
    finding_doc("E614", "segment-not-elf",
                "The table copies an entry otherwise than its program headers say",
                "The loader parses no ELF: it copies what the table says. verify compares that "
                "with the headers of the ELF in the archive.",
                "", rebuild),
    finding_doc(
        "E615", "kernel-placement", "A kernel does not stand or start where its ELF says",
        "Base, end, virtual base and entry point in the table must follow from the kernel's ELF.",
        "", rebuild),
    finding_doc("E616", "root-placement", "A root image does not stand or start where its ELF says",
                "The kernel builds the root task's address space from the boot record; it must "
                "follow from the ELF.",
                "", rebuild),
    finding_doc("E617", "container-place", "Firmware would put the loader elsewhere than it runs",
                "Load address and entry of ELF, FIT and uImage are where the loader runs, their "
                "architecture is the loader's, and the Image header asks firmware to keep free "
                "what the loader uses. One of them says something else.",
                "", changed),
    finding_doc("E618", "fit-incomplete", "A FIT lacks what U-Boot checks",
                "Every image that a configuration names has a SHA-256, is not compressed, and only "
                "the kernel and the nodes' files have load addresses.",
                "", rebuild),
    finding_doc("E619", "fit-signature", "A FIT configuration is not signed as it must be",
                "A signature covers the configuration, its images' descriptions and their hashes, "
                "as U-Boot's verified boot counts them. It leaves something out or, with --key, it "
                "is absent, of another key, or over other bytes.",
                "mkl verify image.itb --key other.key",
                "Name the key that signed the image, or make it again with --sign."),
    finding_doc("E620", "record-refused", "A boot record is refused",
                "The node's kernel would refuse it for the same reason: magic, version, checksum, "
                "order or size of its records, or one that must be there is not.",
                "", changed),
    finding_doc("E621", "record-differs", "A boot record contradicts the payload table",
                "The loader acts on the table, the kernel on the record; both must name the same "
                "RAM, kernel, CPU, tree and pages.",
                "", rebuild),
    finding_doc("E622", "interrupt-differs",
                "A boot record and the loader disagree on an interrupt",
                "A node that thinks it owns a line which the loader routes elsewhere waits "
                "forever, or takes another node's.",
                "", rebuild),
    finding_doc("E623", "interrupt-owned-twice", "An interrupt is given out twice or is no line",
                "The list of interrupts must be ascending, and each must be an SPI or PLIC source.",
                "", rebuild),
    finding_doc("E624", "sgi-unmatched", "An SGI has no receiver or no sender",
                "Every (id, target) pair that a node may raise must be one that the node with that "
                "CPU takes, and the other way round.",
                "", rebuild),
    finding_doc("E625", "sgi-two-senders", "An SGI has two senders",
                "The receiver could not tell who signals.", "", rebuild),
    finding_doc(
        "E626", "device-owned-twice", "A page of device registers has two owners",
        "Rights are per page of 4 KiB: a page in two boot records can be mapped by two nodes.", "",
        rebuild),
    finding_doc(
        "E627", "device-forbidden", "A node has pages that no node may have",
        "RAM is given out as RAM, and the interrupt controller belongs to the loader and kernels.",
        "", rebuild),
    finding_doc(
        "E628", "shared-range", "A shared range is not what it says",
        "What is mapped of pools must be zeroed by the loader; pools must be the same for all "
        "members and disjoint; logs and status pages are written by their own node only.",
        "", rebuild),
    finding_doc("E629", "cpu-owned-twice", "A CPU has two owners",
                "Two kernels would be started on one CPU; the second start fails.", "", rebuild),
    finding_doc("E630", "image-tree-unreadable", "A node's device tree cannot be read",
                "libfdt refuses it, so the node's kernel does too.", "", changed),
    finding_doc("E631", "image-tree-memory", "A device tree has other memory than its node",
                "A kernel or guest that believes the tree would use memory of another node.", "",
                rebuild),
    finding_doc("E632", "image-tree-cpu", "A device tree has other CPUs than its node",
                "Each node is one CPU; others' are absent, not disabled.", "", rebuild),
    finding_doc("E633", "image-tree-dangling",
                "A device tree names an interrupt controller that is not there",
                "The specifier cannot be decoded; kernels give up or take the wrong line.", "",
                rebuild),
    finding_doc("E634", "image-tree-seed", "A device tree holds a random seed",
                "Seeds make the image differ from run to run and give every boot the same entropy.",
                "", rebuild),
    finding_doc("E635", "image-tree-device",
                "A device is enabled in the tree of a node that does not own it",
                "Registers of every enabled device, and windows of PCI bridges without the RAM "
                "that they span, must be pages of the node's boot record.",
                "", rebuild),
    finding_doc("E636", "image-tree-interrupt",
                "A device is enabled with an interrupt that its node does not own",
                "The driver would wait for an interrupt that goes elsewhere.", "", rebuild),
    finding_doc("E637", "unaccounted", "A node owns a page or interrupt of no device",
                "Every device page and interrupt of a boot record must be that of a device which "
                "is enabled in the node's tree: what nobody asked for, nobody gets.",
                "", rebuild),
    finding_doc("E640", "spec-refused", "A CapDL spec is refused",
                "The initialiser would refuse it for the same reason: magic, checksum, a table or "
                "an index that reaches outside, or a spec for another node or kernel.",
                "", changed),
    finding_doc("E641", "frame-outside", "A capability reaches memory that its node is not granted",
                "Every frame with a physical address must lie in a device, a shared range or free "
                "RAM of the node's boot record, with no more rights and the same caching.",
                "", rebuild),
    finding_doc(
        "E642", "irq-capability", "A capability is for an interrupt that its node does not own",
        "Interrupt handlers must be for lines or SGIs of the node's boot record, one object each.",
        "", rebuild),
    finding_doc("E643", "sgi-capability", "A capability raises an SGI that its node may not",
                "SGI capabilities must be (id, target) pairs of the node's boot record.", "",
                rebuild),
    finding_doc("E644", "frames-overlap", "Two frames have the same physical address",
                "The second cannot be made; the initialiser stops.", "", rebuild),
    finding_doc("E645", "log-or-peer", "A spec names a log or a peer that its node may not see",
                "Logs and status pages of other nodes must be shared ranges of the boot record.",
                "", rebuild),
    finding_doc("E646", "slot-taken",
                "A capability stands in a slot that is taken or does not exist",
                "The initialiser stops there.", "", rebuild),
    finding_doc(
        "E647", "spec-wiring", "What the initialiser itself does is not as granted",
        "A doorbell is a page of a pool that its node may read and another node may write, with an "
        "interrupt of its own that wakes the initialiser; each bell is a word of it that signals a "
        "notification; consoles are frames that are set up as rings; faults go to an endpoint.",
        "", rebuild),
    finding_doc(
        "E651", "sel4-registers", "A seL4 kernel is told of another root task than it gets",
        "An unmodified seL4 is entered with six registers: where the root image lies, its entry, "
        "and the device tree. They must be those of the entries that the loader copies.",
        "", rebuild),
    finding_doc("E652", "sel4-order", "Kernel, device tree and root image stand in another order",
                "An unmodified seL4 does not sort what it reserves and stops if they are not in "
                "ascending order.",
                "", rebuild),
    finding_doc("E653", "sel4-ram", "A seL4 kernel is built for other RAM than its node has",
                "RAM is compiled into the kernel (its symbol avail_p_regs); the device tree at "
                "boot does not change it.",
                "", "Build the kernel again with the node's overlay.dts, and the image after it."),
    finding_doc("E648", "authority-undeclared", "A component holds authority that is not declared",
                "A CNode of the spec holds IRQControl, ASIDControl, the domain, SchedControl or "
                "SMC capability, or an untyped of a device, without an entry of its own in the "
                "boot record's authority list.",
                "", "Say `why:` beside the capability, and make the image again."),
    finding_doc("E649", "domain-unknown", "A thread or a turn in a domain that does not exist",
                "mkl's own kernel has as many scheduling domains as `domains=` on its command line "
                "says; the spec names a higher one, which would stop its root task.",
                "", "Make the image again."),
    finding_doc("E654", "sel4-devices", "A seL4 kernel drives what is not its own",
                "The kernel's devices are compiled in (its symbol kernel_device_frames). They may "
                "be the interrupt controller, with a decoy for a GICv3's distributor, and no "
                "device or RAM of a node.",
                "", "Build the kernel again with the node's overlay.dts, and the image after it."),
    finding_doc("E655", "sel4-loader-info", "A kernel's loader info page is not its node's",
                "A kernel of protocol `sel4-loader-info` believes its info page: where it stands, "
                "its RAM, its root image, and what RAM it must not hand out. That is all RAM of "
                "the board which is neither the node's nor shared with it.",
                "", rebuild),
    finding_doc(
        "E650", "not-as-asked", "The image is not what the system description asks for",
        "With --system, every decision of a freshly made plan is compared with the image, and "
        "every file of the payload with what the description, its programs and this mkl give.",
        "mkl verify image.elf --system other.yaml",
        "Make the image again from this description, or name the description it was made from."),
};

}  // namespace

std::span<const FindingDoc> verify_findings() { return docs; }

}  // namespace mkl
