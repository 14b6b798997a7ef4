#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Kernel instructions of the common operations: the built-in release kernel, and any other's ratio.

Counts, in QEMU's execution log (one line an instruction, -icount shift=0,sleep=off), what runs at
kernel addresses between two marks of the root task kernel_bench; the median of the rounds, as a
timer tick falls into one now and then. Path lengths, not cycles; exact and repeatable.

  bench/kernel/measure.py --build build/dev/target-aarch64
  bench/kernel/measure.py --build build/dev/target-aarch64 --image seL4=sel4-release-bench.elf

--image NAME=FILE is a bootable image (QEMU -kernel) of another kernel with the same kernel_bench as
root task; a ratio below 1 says that the built-in kernel needs fewer instructions.
"""
import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import threading

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "qemu", "kernel"))
import boot_kernel  # noqa: E402

MARKS = 64
LOOK, FOUND = 62, 63  # marks of who watches memory for a signal
ACROSS = "across-"  # measurements of both CPUs' instructions
PER_BYTE = "first-retype-bits-"
KERNEL = 1 << 63
ROOT_SIZE = 1 << 24  # more than any root task has


class Counter:
    """Reads the log: kernel instructions between mark 2n and mark 2n + 1, or all of them; of the
    first CPU, and of both."""

    def __init__(self, marks, user=False):
        self.marks = marks
        self.user = user
        self.totals = [0, 0]
        self.look = [None, None]  # total at the start of a look that has found nothing yet
        self.first_user = None
        self.begun = {}
        self.rounds = {}

    def feed(self, stream):
        totals = self.totals
        for line in stream:
            if line.startswith("Trace 0:"):
                cpu = 0
            elif line.startswith("Trace 1:"):
                cpu = 1
            else:
                continue
            pc = int(line.split("/", 2)[1], 16)
            if pc >= KERNEL:
                totals[cpu] += 1
                continue
            if self.first_user is None and cpu == 0:
                self.first_user = totals[0]
            totals[cpu] += self.user
            n = (pc - self.marks) // 4
            if 0 <= n < MARKS:
                self.passed(n, cpu)

    def passed(self, n, cpu):
        if n == LOOK:
            if self.look[cpu] is not None:
                self.totals[cpu] = self.look[cpu]
            self.look[cpu] = self.totals[cpu]
        elif n == FOUND:
            self.look[cpu] = None
        elif n % 2 == 0:
            self.begun[n // 2] = self.counts()
        elif n // 2 in self.begun:
            begun = self.begun.pop(n // 2)
            self.rounds.setdefault(n // 2, []).append(
                tuple(now - then for now, then in zip(self.counts(), begun)))

    def counts(self):
        # A look that is under way may find nothing.
        totals = [t if at is None else at for t, at in zip(self.totals, self.look)]
        return totals[0], sum(totals)


def run(command, root, timeout, user=False, shift=0):
    """Median of each measurement by name, and instructions from kernel entry to the root task."""
    marks = boot_kernel.symbol(root, "bench_marks")
    start = boot_kernel.symbol(root, "_start")
    counter = Counter(marks, user)
    ours = f",{start:#x}+{ROOT_SIZE:#x}" if user else f",{marks:#x}+{4 * MARKS:#x},{start:#x}+0x4"
    with tempfile.TemporaryDirectory() as tmp:
        log = os.path.join(tmp, "log")
        os.mkfifo(log)
        command = command + ["-icount", f"shift={shift},sleep=off", "-singlestep",
                             "-d", "exec,nochain", "-D", log, "-dfilter",
                             f"{KERNEL:#x}+0x7fffffffffffffff" + ours]
        qemu = subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL,
                                text=True, errors="replace")
        timer = threading.Timer(timeout, qemu.kill)
        timer.start()
        reader = threading.Thread(target=lambda: counter.feed(open(log)))
        reader.start()
        names, done = {}, False
        for line in qemu.stdout:
            words = line.split()
            if len(words) == 3 and words[0] == "bench":
                names[int(words[1])] = words[2]
            if line.startswith("@@done"):
                done = True
                break
        qemu.kill()
        qemu.wait()
        timer.cancel()
        reader.join()
    if not done:
        sys.exit("the bench did not end")
    result = {names[n]: statistics.median_low(r[names[n].startswith(ACROSS)] for r in rounds)
              for n, rounds in sorted(counter.rounds.items()) if n in names}
    for name in [n for n in result if n.startswith(PER_BYTE)]:
        # Of an untyped that is not of the same size everywhere.
        result["first-retype-per-byte"] = result.pop(name) / (1 << int(name[len(PER_BYTE):]))
    result["entry-to-root"] = counter.first_user
    return result


def run_built_in(a, root, second=None):
    """The same of the built-in kernel: one node, or two."""
    kernel = os.path.join(a.build, "kernel")
    options = argparse.Namespace(arch=a.arch, gic=a.gic, base=0, ram=0x4000000, command_line="",
                                 corrupt=None, huge=False, second=second, qemu=[], root=root,
                                 kernel=os.path.join(kernel, a.kernel),
                                 shim=os.path.join(kernel, "tests", "kernel_shim.elf"))
    with tempfile.TemporaryDirectory() as tmp:
        base, image, shim = boot_kernel.build(options)
        paths = [os.path.join(tmp, n) for n in ("image", "shim", "monitor")]
        open(paths[0], "wb").write(image)
        open(paths[1], "wb").write(shim)
        return run(boot_kernel.qemu_command(options, base, *paths), root, a.timeout)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--build", required=True, help="build directory of the target programs")
    p.add_argument("--arch", choices=["aarch64", "riscv64"], default="aarch64")
    p.add_argument("--gic", type=int, default=2)
    p.add_argument("--kernel", default="kernel-release.elf")
    p.add_argument("--image", action="append", default=[], metavar="NAME=FILE")
    p.add_argument("--limit", action="append", default=[], metavar="NAME=N",
                   help="fail if a measurement is above N")
    p.add_argument("--timeout", type=float, default=300)
    a = p.parse_args()
    tests = os.path.join(a.build, "kernel", "tests", "conformance")
    root, ping = (os.path.join(tests, n + ".elf") for n in ("kernel_bench", "kernel_ping"))
    ours = run_built_in(a, root)
    # Both nodes have the same root task; what the first one's kernel does is counted.
    ours["cross-node-side"] = run_built_in(a, ping, ping)["cross-node-side"]
    others = {}
    for text in a.image:
        name, _, path = text.partition("=")
        machine = ["qemu-system-riscv64", "-M", "virt"] if a.arch == "riscv64" else \
            ["qemu-system-aarch64", "-M", f"virt,gic-version={a.gic}", "-cpu", "cortex-a53"]
        others[name] = run(machine + ["-m", "3G", "-nographic", "-nodefaults", "-serial", "stdio",
                                      "-kernel", path], root, a.timeout)
    heads = "".join(f"{n:>14}{'ratio':>8}" for n in others)
    print(f"{'kernel instructions':22}{'built-in':>10}{heads}")
    shown = lambda v: f"{v:.4f}" if isinstance(v, float) else str(v)  # noqa: E731
    for name, value in ours.items():
        row = f"{name:22}{shown(value):>10}"
        for other in others.values():
            theirs = other.get(name)
            row += f"{shown(theirs):>14}{value / theirs:>8.2f}" if theirs else f"{'-':>14}{'-':>8}"
        print(row)
    failed = 0
    for text in a.limit:
        name, _, most = text.partition("=")
        if ours.get(name, 1 << 62) > float(most):
            print(f"{name}: {ours.get(name)} is above the limit of {most}")
            failed = 1
    return failed


if __name__ == "__main__":
    sys.exit(main())
