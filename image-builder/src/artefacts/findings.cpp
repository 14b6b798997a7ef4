// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/artefacts/findings.hpp"

#include "mkl/support/finding_doc.hpp"

namespace mkl {

namespace {

constexpr FindingDoc docs[] = {
    finding_doc(
        "E540", "own-program", "a program of mkl's own is missing",
        "The loader, kernel, root task or stub page that mkl was built with lies in share/mkl"
        " beside the tool. It is missing or cannot be read.",
        "", "Install mkl again, with the programs for the board's architecture."),
    finding_doc(
        "E541", "input-missing", "a program named in the YAML cannot be read",
        "The kernel, root task or component is not where the YAML says. Paths are relative to"
        " the YAML file.",
        "components: {client: {elf: clinet.elf, ...}}", "Build it, or correct the path."),
    finding_doc(
        "N541", "not-built", "a program is not built yet",
        "`mkl check` and `mkl partition` need no programs: the partition does not depend on "
        "them. The boot record of a node says where its programs stand, so it is left out.",
        "", "Nothing, or build the program before `mkl image`."),
    finding_doc("E543", "kernel-addresses",
                "a kernel's virtual and physical addresses do not keep one distance",
                "mkl places a kernel as one block at its node's base, so every segment must lie as "
                "far from its physical address as every other.",
                "",
                "Link the kernel with one offset between virtual and load addresses (AT> in the "
                "script)."),
    finding_doc("E544", "boot-record-size", "a boot record is too large",
                "Readers refuse a record of more than 64 KiB.", "",
                "Give the node fewer devices, interrupts or pools."),
    finding_doc("E545", "node-does-not-fit", "a node's programs are larger than its memory",
                "Kernel, device tree, boot record and root image stand one after another in the "
                "node's first RAM range.",
                "nodes: {n: {memory: 2M, ...}}", "Give the node more memory."),
    finding_doc("E546", "root-task-too-low", "there is no room below a root task for the root shim",
                "A root task of your own starts behind a small program of mkl's that stands "
                "directly below its lowest page: above it, root tasks take pages for their own.",
                "", "Link the root task at 0x10000 or above; 0x400000 is usual."),
    finding_doc("E547", "kernel-stale", "a kernel was built from another overlay",
                "Beside the ELF stands KERNEL.overlay-sha256, which says what overlay.dts it was "
                "built from. It is not this plan's.",
                "",
                "Build it again with the overlay.dts that `mkl partition` writes, or remove the "
                "stamp."),
    finding_doc(
        "E549", "input-changed", "an input changed while mkl was reading it",
        "Large programs are read while the image is written. Another program has written to one of "
        "them meanwhile, so the image might hold half of each; nothing was written.",
        "", "Run the command again when the program is built."),
    finding_doc("E548", "kernel-build", "the command that builds a kernel failed",
                "`kernel: {build: [..]}` is run by `mkl image` and `mkl qemu`, in the directory of "
                "the YAML file, without a shell.",
                "kernel: {build: [sh, build.sh, \"{overlay}\"], elf: kernel.elf}",
                "Its last lines are shown; run it by hand."),
};

}  // namespace

std::span<const FindingDoc> artefacts_findings() { return docs; }

}  // namespace mkl
