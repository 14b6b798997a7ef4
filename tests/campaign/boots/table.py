#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Table of boots: board x interrupt controller x level x way in, with wall time.

Wall time is from QEMU's start to the last line that the case waits for; it depends on the machine and
on what else runs there. Exit status 1 if a boot failed.
"""
import argparse
import os
import re
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
sys.path.insert(0, os.path.join(ROOT, "tests", "qemu", "elfloader"))
import run_boot  # noqa: E402

WAYS = {
    "kernel": "-kernel, Image", "elf": "-kernel, ELF", "device": "-device loader, ELF",
    "booti": "U-Boot booti", "bootefi": "U-Boot bootefi", "edk2": "EDK2", "riscv-kernel": "OpenSBI",
    "riscv-stray": "firmware that errs",
}


def case_names():
    with open(os.path.join(run_boot.HERE, "cases.txt"), encoding="utf-8") as f:
        return [line.split()[0] for line in f if re.match("[a-z]", line)]


def option(words, name, default):
    return words[words.index(name) + 1] if name in words else default


def row(name, how, machine, qemu, image):
    board = machine.split(",")[0]
    riscv = how.startswith("riscv-")
    if how.startswith("riscv-stray-"):
        how = "riscv-stray"
    gic = {"xlnx-zcu102": "GICv2", "xlnx-versal-virt": "GICv3", "raspi3b": "none",
           "sifive_u": "PLIC"}.get(board)
    if not gic:
        gic = "PLIC" if riscv else "GICv" + option(image, "--gic", "2")
    if riscv:
        level = "S"
    else:
        level = "EL2" if "virtualization=on" in machine or board in ("xlnx-versal-virt",
                                                                     "raspi3b") else "EL1"
    if name.startswith("el3") or name.endswith("el3"):
        level = "EL3"
    sel4 = option(image, "--sel4", "")
    protocol = "mkl"
    if sel4:
        protocol = "loader-info" if "--protocol" in image else "sel4"
        protocol += "" if riscv else ", at EL" + sel4
    return [board, gic, level, WAYS[how], option(image, "--nodes", "2"), protocol]


def tool_boots():
    """Whole systems by mkl itself: (cells, arguments of `mkl qemu`, expected texts)."""
    adder = os.path.join(ROOT, "examples", "adder", "system.yaml")
    for gic in ("2", "3"):
        for virtualization, level in (("false", "EL1"), ("true", "EL2")):
            for way in ("fit", "uimage", "booti"):
                yield (["virt", "GICv" + gic, level, "U-Boot " + way, "2", "mkl"],
                       [adder, "--set", "board.qemu.gic-version=" + gic, "--set",
                        "board.qemu.virtualization=" + virtualization, "--uboot=" + way],
                       ["sums correct"])
    yield (["virt", "GICv3", "EL1", "U-Boot fit, loadables", "2", "mkl"],
           [adder, "--uboot", "--bootm-limit", "256K"], ["Loading loadables", "sums correct"])
    riscv = os.path.join(ROOT, "tests", "qemu", "uboot", "riscv.yaml")
    for way in ("fit", "uimage", "booti"):
        yield (["virt", "PLIC", "S", "U-Boot " + way, "2", "mkl"], [riscv, "--uboot=" + way],
               ["mkl: node0: cpu 0x0 ram", "mkl: node1: cpu 0x1 ram"])


def boot_by_tool(mkl, arguments, expected):
    """Wall seconds with planning, packing and proving; None if it failed."""
    line = [mkl, "qemu", *arguments, "--timeout", "120"]
    for text in expected:
        line += ["--expect", text]
    start = time.monotonic()
    done = subprocess.run(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return time.monotonic() - start if done.returncode == 0 else None


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--share", required=True)
    p.add_argument("--work", required=True)
    p.add_argument("--mkl", help="the program, for whole systems through U-Boot")
    p.add_argument("--only", default="", help="regular expression on names of cases")
    args = p.parse_args()
    os.makedirs(args.work, exist_ok=True)
    print("| board | controller | entered at | way in | nodes | protocol | wall s | case |")
    print("|---|---|---|---|---|---|---|---|", flush=True)
    failed = 0
    for name in case_names():
        if not re.search(args.only, name):
            continue
        how, machine, qemu, options, wanted, unwanted = run_boot.read_case(name)
        if any("refused" in w or "rude" in w for w in wanted) or unwanted:
            continue
        image = run_boot.build(args.work, args.share, how, options, name)
        line = run_boot.command(args.work, how, machine, qemu, image, name)
        out, seconds = run_boot.watch(line, wanted, [])
        good = all(w in out for w in wanted)
        failed += not good
        cells = row(name, how, machine, qemu, options) + ["%.2f" % seconds if good else "FAILED", name]
        print("| " + " | ".join(cells) + " |", flush=True)
    for cells, arguments, expected in tool_boots() if args.mkl else ():
        seconds = boot_by_tool(args.mkl, arguments, expected)
        failed += seconds is None
        cells += ["FAILED" if seconds is None else "%.2f" % seconds, "mkl qemu"]
        print("| " + " | ".join(cells) + " |", flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
