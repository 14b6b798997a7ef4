#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What connectors cost: memory that stays mapped, beside memory that is mapped for each access.

The root task kernel_rates moves 4 KiB, 64 KiB and 1 MiB through the runtime's queue to another
address space, makes a remote procedure call (64 bytes each way) and a round trip of notifications
with a word each way; and does the same with pages that each side maps, copies and unmaps for each
access. First between two nodes (across-), then on one. Counts all instructions between its marks,
user level and kernel, on both sides, in QEMU's execution log (-icount, sleep=off); the
median of the rounds. Path lengths, not cycles.

  bench/userland/rates.py --mkl build/dev/mkl --build build/dev/target-aarch64
  bench/userland/rates.py .. --kernel seL4=DIR0,DIR1   (each node's kernel.elf, gen_config.json,
                                                        platform_gen.json)

Signals between nodes: AArch64 an interrupt of its own; RISC-V an interrupt that signals share, and
a thread that looks whose it is; seL4 on RISC-V has none, so a thread looks all the time: its looks
that find nothing are not counted, so neither is how long a signal takes to be found.
A ratio above 1 says how many times as much mapping for each access takes.
"""
import argparse
import json
import os
import shlex
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "bench", "kernel"))
import measure  # noqa: E402

# The -icount shift is 0 where it can be: on RISC-V, QEMU 7.2 then never runs the second hart while
# the first one, in the loader, waits for it and looks at the time. A hart that polls runs until the
# next timer tick: the higher the shift, the sooner that is.
BOARDS = {
    "aarch64": ("{machine: virt, gic-version: 2, cpus: 2, memory: 1G, cpu: cortex-a53}",
                "/pl011@9000000", 0),
    "riscv64": ("{machine: virt, cpu: rv64, cpus: 2, memory: 1G}", "/soc/serial@10000000", 6),
}
ROWS = ["queue-4K", "queue-64K", "queue-1M", "rpc", "notification"]
ROWS += [measure.ACROSS + row for row in ROWS]
BUILT_IN = ("{builtin: release}", "256M")


def own_kernel(directory):
    """`kernel:` of a seL4 in `directory`, and the RAM that is compiled into it."""
    files = {"elf": "kernel.elf", "config": "gen_config.json", "platform": "platform_gen.json"}
    paths = {k: os.path.abspath(os.path.join(directory, v)) for k, v in files.items()}
    with open(paths["platform"], encoding="utf-8") as f:
        ram = json.load(f)["memory"]
    return ("{%s}" % ", ".join(f"{k}: {v}" for k, v in paths.items()),
            "[%s]" % ", ".join(f"{{base: {r['start']:#x}, size: {r['end'] - r['start']:#x}}}"
                               for r in ram))


def describe(arch, root, kernels):
    """The system: a node for each kernel, a signal each way, and a pool."""
    board, console, _ = BOARDS[arch]
    nodes = "".join(f"  node{i}: {{cpu: {i}, memory: {memory}, kernel: {kernel}, root: {root}, "
                    f"console: {console if i == 0 else 'log'}}}\n"
                    for i, (kernel, memory) in enumerate(kernels))
    return (f"mkl: 1\nboard:\n  qemu: {board}\nnodes:\n{nodes}"
            "shared:\n  pool: {size: 2M, nodes: {node0: rw, node1: rw}}\n"
            "connections:\n"
            "  there: {type: notification, from: node0.out, to: node1.in}\n"
            "  back:  {type: notification, from: node1.out, to: node0.in}\n")


def rates(options, root, kernels):
    """Instructions of each measurement on one kernel."""
    with tempfile.TemporaryDirectory() as tmp:
        path = os.path.join(tmp, "system.yaml")
        with open(path, "w", encoding="utf-8") as f:
            f.write(describe(options.arch, root, kernels))
        subprocess.run([options.mkl, "image", path, "-o", tmp], check=True,
                       stderr=subprocess.DEVNULL)
        line = subprocess.run([options.mkl, "qemu", path, "-o", tmp, "--dry-run"], check=True,
                              capture_output=True, text=True).stdout
        found = measure.run(shlex.split(line), root, options.timeout, user=True,
                            shift=BOARDS[options.arch][2])
    for name in ROWS:
        if name not in found or mapped(name) not in found:
            sys.exit(f"{name} was not measured")
    return found


def mapped(row):
    """Name of the same with memory that is mapped for each access."""
    across = measure.ACROSS if row.startswith(measure.ACROSS) else ""
    return across + "mapped-" + row[len(across):]


def main():
    p = argparse.ArgumentParser(description=__doc__,
                                formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--mkl", required=True)
    p.add_argument("--build", required=True, help="build directory of the target programs")
    p.add_argument("--arch", choices=BOARDS, default="aarch64")
    p.add_argument("--kernel", action="append", default=[], metavar="NAME=DIR0,DIR1",
                   help="one more kernel: a seL4 of your own, as node0 and as node1 has it")
    p.add_argument("--least", type=float, default=1, help="fail if a ratio is not above this")
    p.add_argument("--timeout", type=float, default=600)
    a = p.parse_args()
    a.mkl = os.path.abspath(a.mkl)
    root = os.path.abspath(os.path.join(a.build, "kernel", "tests", "conformance",
                                        "kernel_rates.elf"))
    kernels = {"built-in": [BUILT_IN, BUILT_IN]}
    for text in a.kernel:
        name, _, path = text.partition("=")
        kernels[name] = [own_kernel(directory) for directory in path.split(",")]
    tables = {name: rates(a, root, kernel) for name, kernel in kernels.items()}
    columns = "".join(f"{n:>14}{'per access':>12}{'ratio':>7}" for n in tables)
    print(f"{'instructions':20}" + columns)
    failed = False
    for name in ROWS:
        line = f"{name:20}"
        for found in tables.values():
            kept, each = found[name], found[mapped(name)]
            failed |= each / kept <= a.least
            line += f"{kept:>14}{each:>12}{each / kept:>7.2f}"
        print(line)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
