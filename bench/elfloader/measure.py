#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Guest instructions of the loader per byte hashed, copied and zeroed, and from entry to kernel.

One guest instruction is one nanosecond under -icount shift=0,sleep=off; the loader's time stamps
come from the status page, read through QEMU's monitor. Path lengths, not cycles.

  bench/elfloader/measure.py --share build/dev/share/mkl --work /tmp/bench
"""
import argparse
import os
import struct
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "qemu", "elfloader"))
import run_boot  # noqa: E402

MIB = 1 << 20
ENTERED, VERIFIED, COPIED, KERNEL = 3, 4, 5, 6  # MKL_STAGE_*


def status_pages(line, address, nodes, work, seconds):
    """Runs `line` until the loader must be done; the nodes' stamps."""
    dump = os.path.join(work, "status.raw")
    monitor = os.path.join(work, "monitor")
    for path in (dump, monitor):
        if os.path.exists(path):
            os.unlink(path)
    full = line + ["-icount", "shift=0,sleep=off", "-display", "none", "-serial", "null",
                   "-monitor", "stdio"]
    full.remove("-nographic")
    with subprocess.Popen(full, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as qemu:
        time.sleep(seconds)
        qemu.stdin.write(b"pmemsave 0x%x 0x%x \"%s\"\nquit\n"
                         % (address, nodes * 0x1000, dump.encode()))
        qemu.stdin.flush()
        qemu.wait(20)
    with open(dump, "rb") as f:
        data = f.read()
    pages = []
    for i in range(nodes):
        page = data[i * 0x1000:(i + 1) * 0x1000]
        if page[:8] != b"MKLSTAT1":
            sys.exit("no status page: the loader did not get there")
        pages.append((struct.unpack_from("<Q", page, 0x38)[0],
                      struct.unpack_from("<16Q", page, 0x40)))
    return pages


def measure(args, arch, cpu, nodes, file_size, zero_size):
    options = ["--nodes", str(nodes), "--padding", str(file_size), "--zero", str(zero_size)]
    machine = "virt,gic-version=3"
    how, status = "kernel", 0x7a000000
    if arch == "riscv64":
        options += ["--arch", "riscv64"]
        how, machine, status = "riscv-kernel", "virt", 0xba000000
    else:
        options += ["--gic", "3"]
    image = run_boot.build(args.work, args.share, how, options, "bench")
    line = run_boot.command(args.work, how, machine, [*cpu, "-smp", str(nodes)], image,
                            "bench")
    pages = status_pages(line, status, nodes, args.work, args.seconds)
    if any(s[KERNEL] == 0 for _, s in pages):
        sys.exit("%s, %d node(s): not all in their kernels yet, raise --seconds" % (arch, nodes))
    hz, stamp = pages[0]
    per_tick = 1000000000 // hz
    return {
        "hash": (stamp[VERIFIED] - stamp[ENTERED]) * per_tick,
        "place": (stamp[COPIED] - stamp[VERIFIED]) * per_tick,
        "total": max(s[KERNEL] for _, s in pages) * per_tick,
    }


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--share", required=True)
    p.add_argument("--work", required=True)
    p.add_argument("--seconds", type=float, default=4, help="host time that a boot is given")
    args = p.parse_args()
    os.makedirs(args.work, exist_ok=True)
    size = 2 * MIB
    for arch, cpu in (("aarch64", []), ("riscv64", ["-cpu", "rv64,zbb=off"]), ("riscv64", [])):
        none = measure(args, arch, cpu, 1, 0, 0)
        file = measure(args, arch, cpu, 1, size, 0)
        zero = measure(args, arch, cpu, 1, 0, size)
        print("%s: hash %.3f, copy %.3f, zero %.3f instructions a byte (cleaning included)"
              % (" ".join([arch, *cpu]), (file["hash"] - none["hash"]) / size,
                 (file["place"] - none["place"]) / size, (zero["place"] - none["place"]) / size))
        if cpu:
            continue
        print("%s: reset to the last kernel entry, 1 node without payload: %d instructions"
              % (arch, none["total"]))
        share = file["total"] - none["total"]  # what one node's own CPU does for its 2 MiB
        if arch == "riscv64":  # counting, QEMU gives a waiting hart turns of 100 ms: no figures
            continue
        for nodes in (1, 2, 4, 8):
            total = measure(args, arch, cpu, nodes, size, 0)["total"]
            # QEMU counts the CPUs one after the other: take all shares but one away again.
            print("%s: the same, %d node(s) of 2 MiB each: %d, side by side %d"
                  % (arch, nodes, total, total - (nodes - 1) * share))


if __name__ == "__main__":
    main()
