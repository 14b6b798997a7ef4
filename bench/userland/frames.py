#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What a frame costs at start: instructions of root task and kernel for each 4 KiB frame.

Counts, in QEMU's execution log (one line an instruction, -icount shift=0,sleep=off), everything from
the root task's first instruction to the component's first one, for a component with few and one
with many frames; the difference of the two over the difference of frames. Twice: frames that are
only mapped (a heap), and frames with content (data of the program). seL4 zeroes a whole untyped at
its first retype: that is in a column of its own, and not in the ratio, as it is not in the figure
it is held against (which has 116 million of it before). A last run has four times the RAM, which
must not change anything but a look at a few untypeds more. Path lengths, not cycles; exact and
repeatable.

  bench/userland/frames.py --mkl build/dev/mkl
  bench/userland/frames.py --mkl build/dev/mkl --kernel kernel.elf --config gen_config.json
"""
import argparse
import os
import re
import shlex
import struct
import subprocess
import sys
import tempfile
import threading

# C capdl-loader-app 0.5.0 on a seL4 16.0.0 release kernel, counted the same way.
CAPDL_LOADER = {"mapped": 3125, "filled": 5878}
KERNEL = 1 << 39  # EL2 kernels stand above 2^39, EL1 kernels far above
ROOT = (0x400000, 0x1000000)
PROGRAM = 0x20000000
FEW, MANY = 64, 256
MIB = 1 << 20


def program(data_pages):
    """A static ELF: one instruction that branches to itself, and read-only data."""
    text, data = b"\x00\x00\x00\x14".ljust(4096, b"\0"), b"\xa5" * (4096 * data_pages)
    phdr = [(1, 5, 4096, PROGRAM, len(text)), (1, 4, 8192, PROGRAM + 8 * MIB, len(data))]
    head = b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack(
        "<HHIQQQIHHHHHH", 2, 183, 1, PROGRAM, 64, 0, 0, 64, 56, len(phdr), 0, 0, 0)
    for kind, flags, offset, address, size in phdr:
        head += struct.pack("<IIQQQQQQ", kind, flags, offset, address, address, size, size, 4096)
    return head.ljust(4096, b"\0") + text + data


def system(options, heap_pages, ram):
    kernel = options.kernel_yaml
    return f"""mkl: 1
board:
  qemu: {{machine: virt, gic-version: 2, virtualization: {str(options.el2).lower()}, cpus: 1,
         memory: 2G, cpu: cortex-a53}}
nodes:
  node0: {{cpu: 0, memory: {{base: 0x40000000, size: {ram}M}}, kernel: {kernel}, console: /pl011@9000000}}
components:
  program: {{node: node0, elf: program.elf, heap: {4 * heap_pages}K}}
"""


def zeroing(kernel):
    """Addresses of the kernel's loop over an untyped that zeroes it piece by piece: the loop around
    a loop of at most four instructions that stores zeros, in the function that retypes."""
    listing = subprocess.run(["aarch64-linux-gnu-objdump", "-d", "--no-show-raw-insn", kernel],
                             capture_output=True, text=True, check=True).stdout
    found, inner, last, function = set(), None, [], ""
    for line in listing.splitlines():
        match = re.match(r"\s*([0-9a-f]+):\s+(\S+)\s*(.*)", line)
        if not match:
            function, inner = line, None
            continue
        pc, name, operands = int(match[1], 16), match[2], match[3]
        last = last[-3:] + [(pc, f"{name} {operands}")]
        branch = re.match(r"(?:[xw]\d+, (?:#\d+, )?)?([0-9a-f]+) <", operands)
        target = int(branch[1], 16) if branch else pc
        if "etype" not in function and "esetUntyped" not in function or target >= pc:
            continue
        if inner and inner[0] - 0x100 < target < inner[0]:
            found.update(range(target, pc + 4, 4))
            inner = None
        elif last[0][0] <= target and any(re.match("st[rp] xzr", t) for a, t in last if a >= target):
            found.update(range(target, pc + 4, 4))
            inner = (target, pc)
    return found


def count(options, heap_pages, data_pages, ram=256):
    """Instructions from the root task's first to the component's first: (root task, kernel but
    zeroing, zeroing)."""
    with tempfile.TemporaryDirectory() as tmp:
        path = os.path.join(tmp, "system.yaml")
        open(path, "w").write(system(options, heap_pages, ram))
        open(os.path.join(tmp, "program.elf"), "wb").write(program(data_pages))
        subprocess.run([options.mkl, "image", path, "-o", tmp], check=True,
                       stderr=subprocess.DEVNULL if not options.verbose else None)
        line = subprocess.run([options.mkl, "qemu", path, "-o", tmp, "--dry-run"], check=True,
                              capture_output=True, text=True).stdout
        log = os.path.join(tmp, "log")
        os.mkfifo(log)
        command = shlex.split(line) + [
            "-icount", "shift=0,sleep=off", "-singlestep", "-d", "exec,nochain", "-D", log,
            "-dfilter", f"{KERNEL:#x}..0xffffffffffffffff,{ROOT[0]:#x}..{ROOT[1]:#x},{PROGRAM:#x}+4"]
        qemu = subprocess.Popen(command, cwd=tmp, stdout=subprocess.DEVNULL,
                                stdin=subprocess.DEVNULL)
        timer = threading.Timer(options.timeout, qemu.kill)
        timer.start()
        root = kernel = zero = 0
        done = False
        for entry in open(log):
            if not entry.startswith("Trace"):
                continue
            pc = int(entry.split("/", 2)[1], 16)
            if pc == PROGRAM:
                done = True
                break
            if pc < KERNEL:
                root += 1
            elif pc in options.zeroing:
                zero += root > 0
            elif root > 0:
                kernel += 1
        qemu.kill()
        qemu.wait()
        timer.cancel()
    if not done:
        sys.exit("the component did not start")
    return root, kernel, zero


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--mkl", required=True)
    p.add_argument("--kernel", help="a seL4 kernel; default: mkl's own, release build")
    p.add_argument("--config", help="its gen_config.json")
    p.add_argument("--platform", help="its platform_gen.json, if it has no symbols")
    p.add_argument("--el2", action="store_true", help="the kernel runs at EL2")
    p.add_argument("--ram", type=int, default=256, help="MiB of the node")
    p.add_argument("--more-ram", type=int, default=1024, help="for the last run; 0: leave it out")
    p.add_argument("--limit", type=float, help="fail above this ratio to the C capdl-loader-app")
    p.add_argument("--timeout", type=float, default=300)
    p.add_argument("--verbose", action="store_true")
    a = p.parse_args()
    a.mkl = os.path.abspath(a.mkl)
    a.kernel_yaml = "{builtin: release}"
    a.zeroing = zeroing(a.kernel) if a.kernel else ()
    if a.kernel:
        files = {"elf": a.kernel, "config": a.config, "platform": a.platform}
        a.kernel_yaml = "{%s}" % ", ".join(f'{k}: "{os.path.abspath(v)}"'
                                           for k, v in files.items() if v)
    base = count(a, FEW, FEW, a.ram)
    print(f"{'':24}{'root task':>12}{'kernel':>12}{'both':>12}{'zeroing':>12}")

    def row(name, values, note=""):
        print(f"{name:24}{values[0]:>12.0f}{values[1]:>12.0f}{sum(values[:2]):>12.0f}"
              f"{values[2]:>12.0f}   {note}".rstrip())

    row("start, 64 + 64 frames", base)
    failed = False
    for name, more in (("mapped", (MANY, FEW)), ("filled", (FEW, MANY))):
        now = count(a, *more, a.ram)
        each = [(n - b) / (MANY - FEW) for n, b in zip(now, base)]
        ratio = sum(each[:2]) / CAPDL_LOADER[name]
        row(f"each {name} frame", each, f"{ratio:.2f} of capdl-loader-app's {CAPDL_LOADER[name]}")
        failed |= a.limit is not None and ratio > a.limit
    if a.more_ram and not a.kernel:
        now = count(a, FEW, FEW, a.more_ram)
        row(f"start, {a.more_ram} MiB of RAM", now, f"{sum(now) - sum(base):+} to {a.ram} MiB")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
