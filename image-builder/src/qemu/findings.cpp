// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/qemu/findings.hpp"

#include "mkl/support/finding_doc.hpp"

namespace mkl {

namespace {

constexpr FindingDoc docs[] = {
    finding_doc("E701", "qemu-not-installed", "QEMU is not installed",
                "`mkl qemu` runs the QEMU of the board's architecture; it is not in PATH.",
                "PATH=/nowhere mkl qemu system.yaml",
                "Install qemu-system-arm (aarch64) or qemu-system-misc (riscv64)."),
    finding_doc("E702", "uboot-not-installed", "U-Boot for QEMU is not installed",
                "--uboot boots through the U-Boot that Debian packages for QEMU.",
                "mkl qemu system.yaml --uboot", "Install u-boot-qemu, or leave --uboot out."),
    finding_doc("E703", "no-uboot-for-machine", "There is no U-Boot for this machine",
                "The packaged U-Boot runs on QEMU's machine virt, not with secure: true (all cores "
                "would start at once).",
                "board: {qemu: {machine: xlnx-zcu102, cpus: 4}}",
                "Leave --uboot out on this board."),
    finding_doc("E704", "no-qemu-machine", "The board does not say what to run in QEMU",
                "A board that is described by a tree file needs a `qemu:` line beside it before it "
                "can run in QEMU.",
                "board: {dtb: board.dtb}", "Add `qemu: {machine: ..., cpus: ..., memory: ...}`."),
    finding_doc("E705", "no-room-for-uboot", "The image has no place in RAM under U-Boot",
                "U-Boot reads the image from RAM before it starts it. That place must be clear of "
                "the board's tree at the base of RAM, of the loader's own place, and of U-Boot in "
                "the top 64 MiB.",
                "board: {qemu: {machine: virt, cpus: 2, memory: 64M}}",
                "Give the machine more memory, or move `loader:`."),
    finding_doc("E706", "qemu-does-not-start", "QEMU cannot be started",
                "The operating system refused to start it, or to give memory for the guest.", "",
                "The message says why; free memory, or check the permissions of the program."),
    finding_doc("W701", "not-expected-line", "A line to wait for was not seen",
                "--expect waits for a part of any one node's line. QEMU ended or the time was over "
                "before it came; the exit status is 3.",
                "mkl qemu system.yaml --expect 'sums correct' --timeout 5",
                "Look at the last lines of each node; raise --timeout on a slow machine."),
    finding_doc("W702", "qemu-ended-badly", "QEMU ended with an error",
                "Its exit status was not 0, or a signal ended it.", "",
                "The line with `qemu|` before it says why; `--dry-run` prints the command."),
    finding_doc("W703", "node-failed", "A node reported an error in its status page",
                "Loader, kernel and root task each write the first thing that went wrong there, "
                "with two values.",
                "", "`docs/boot-interface.md` lists the error numbers."),
    finding_doc("W704", "node-not-up", "A node did not get up",
                "Without --expect the exit status is 0 only if every node reached stage up before "
                "QEMU ended.",
                "",
                "`--timeline` shows which stage each node reached, and when; seL4 lets no root "
                "task read the time."),
};

}  // namespace

std::span<const FindingDoc> qemu_findings() { return docs; }

}  // namespace mkl
