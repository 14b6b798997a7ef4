#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What connectors cost: memory that stays mapped, beside memory that is mapped for each access.

The root task kernel_rates moves 4 KiB, 64 KiB and 1 MiB through the runtime's queue to another
address space, makes a remote procedure call (64 bytes each way) and a round trip of notifications
with a word each way; and does the same with pages that are mapped, copied and unmapped for each
access. Counts all instructions between its marks, user level and kernel, on both sides, in QEMU's
execution log (-icount shift=0,sleep=off); the median of the rounds. Path lengths, not cycles.

  bench/userland/rates.py --mkl build/dev/mkl --build build/dev/target-aarch64
  bench/userland/rates.py .. --kernel seL4=DIR    (kernel.elf, gen_config.json, platform_gen.json)

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

BOARDS = {
    "aarch64": ("{machine: virt, gic-version: 2, cpus: 1, memory: 1G, cpu: cortex-a53}",
                "/pl011@9000000"),
    "riscv64": ("{machine: virt, cpu: rv64, cpus: 1, memory: 1G}", "/soc/serial@10000000"),
}
ROWS = ["queue-4K", "queue-64K", "queue-1M", "rpc", "notification"]


def own_kernel(directory):
    """`kernel:` of a seL4 in `directory`, and the RAM that is compiled into it."""
    files = {"elf": "kernel.elf", "config": "gen_config.json", "platform": "platform_gen.json"}
    paths = {k: os.path.abspath(os.path.join(directory, v)) for k, v in files.items()}
    with open(paths["platform"], encoding="utf-8") as f:
        ram = json.load(f)["memory"]
    return ("{%s}" % ", ".join(f"{k}: {v}" for k, v in paths.items()),
            "[%s]" % ", ".join(f"{{base: {r['start']:#x}, size: {r['end'] - r['start']:#x}}}"
                               for r in ram))


def rates(options, root, kernel, memory):
    """Instructions of each measurement on one kernel."""
    board, console = BOARDS[options.arch]
    with tempfile.TemporaryDirectory() as tmp:
        path = os.path.join(tmp, "system.yaml")
        with open(path, "w", encoding="utf-8") as f:
            f.write(f"mkl: 1\nboard:\n  qemu: {board}\nnodes:\n"
                    f"  node0: {{cpu: 0, memory: {memory}, kernel: {kernel}, "
                    f"console: {console}, root: {root}}}\n")
        subprocess.run([options.mkl, "image", path, "-o", tmp], check=True,
                       stderr=subprocess.DEVNULL)
        line = subprocess.run([options.mkl, "qemu", path, "-o", tmp, "--dry-run"], check=True,
                              capture_output=True, text=True).stdout
        found = measure.run(shlex.split(line), root, options.timeout, user=True)
    for name in ROWS:
        if name not in found or "mapped-" + name not in found:
            sys.exit(f"{name} was not measured")
    return found


def main():
    p = argparse.ArgumentParser(description=__doc__,
                                formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--mkl", required=True)
    p.add_argument("--build", required=True, help="build directory of the target programs")
    p.add_argument("--arch", choices=BOARDS, default="aarch64")
    p.add_argument("--kernel", action="append", default=[], metavar="NAME=DIR",
                   help="one more kernel: a seL4 of your own")
    p.add_argument("--least", type=float, default=1, help="fail if a ratio is not above this")
    p.add_argument("--timeout", type=float, default=600)
    a = p.parse_args()
    a.mkl = os.path.abspath(a.mkl)
    root = os.path.abspath(os.path.join(a.build, "kernel", "tests", "conformance",
                                        "kernel_rates.elf"))
    kernels = {"built-in": ("{builtin: release}", "256M")}
    for text in a.kernel:
        name, _, path = text.partition("=")
        kernels[name] = own_kernel(path)
    tables = {name: rates(a, root, *kernel) for name, kernel in kernels.items()}
    print(f"{'instructions':14}" + "".join(f"{n:>14}{'per access':>12}{'ratio':>7}" for n in tables))
    failed = False
    for name in ROWS:
        line = f"{name:14}"
        for found in tables.values():
            kept, mapped = found[name], found["mapped-" + name]
            failed |= mapped / kept <= a.least
            line += f"{kept:>14}{mapped:>12}{mapped / kept:>7.2f}"
        print(line)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
