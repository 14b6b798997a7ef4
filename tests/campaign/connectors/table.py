#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Table of connectors: each one on one node, across two, and across two that poll; by machine.

The programs are the examples', the same for every row of an architecture; where a component runs is
one word of the YAML (`--set`). Wall time is from mkl's start (planning, packing, proving) to the
last expected line; it depends on the machine and on what else runs there. `sgis: []` leaves the
nodes no interrupt to signal with, so that they watch each other's doorbell words.

  tests/campaign/connectors/table.py --mkl build/dev/mkl
  tests/campaign/connectors/table.py --mkl .. --kernels seL4:GICv2=DIR0,DIR1

--kernels NAME:MACHINE=DIR0,DIR1 adds rows on two kernels of your own: kernel.elf, gen_config.json and
platform_gen.json in each directory; their nodes get the RAM that is compiled in. An empty DIR stands
for mkl's own. Exit status 1 if a run failed.
"""
import argparse
import json
import os
import re
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
# Name: (board.qemu, console, directory of the components' ELF files, cross-node pool).
MACHINES = {
    "GICv2": ("{machine: virt, gic-version: 2, cpus: 2, memory: 1G, cpu: cortex-a53}",
              "/pl011@9000000", "", 0x60000000),
    "GICv3": ("{machine: virt, gic-version: 3, cpus: 2, memory: 1G, cpu: cortex-a53}",
              "/pl011@9000000", "", 0x60000000),
    "RISC-V": ("{machine: virt, cpu: rv64, cpus: 2, memory: 1G}",
               "/soc/serial@10000000", "riscv64/", 0xa0000000),
}
# Connector: (example, its programs, component that moves, expected).
CONNECTORS = {
    "shared-data": ("one-way", {"writer": "writer", "reader": "reader"}, "reader",
                    ["reader: sum of squares 1240"]),
    "notification": ("adder", {"client": "client", "adder": "adder"}, "adder",
                     ["client: done, 100 sums correct"]),
    "rpc": ("rpc", {"client": "client", "other": "client", "server": "server"}, "server",
            ["client: done, 1000 calls correct as client 0",
             "other: done, 1000 calls correct as client 1"]),
    "queue": ("queue", {"producer": "producer", "consumer": "consumer"}, "consumer",
              ["consumer: done"]),
}
WAYS = {"same node": ("node0", []), "across": ("node1", []),
        "across, polled": ("node1", ["board.sgis=[]"])}


def kernel_settings(directories):
    """The kernels, and the RAM that they are compiled for."""
    for i, directory in enumerate(directories):
        if not directory:
            yield f"nodes.node{i}.memory=64M"
            continue
        files = {"elf": "kernel.elf", "config": "gen_config.json", "platform": "platform_gen.json"}
        paths = {k: os.path.abspath(os.path.join(directory, v)) for k, v in files.items()}
        with open(paths["platform"], encoding="utf-8") as f:
            ram = json.load(f)["memory"]
        yield f"nodes.node{i}.kernel={{%s}}" % ", ".join(f"{k}: {v}" for k, v in paths.items())
        yield f"nodes.node{i}.memory=[%s]" % ", ".join(
            f"{{base: {r['start']:#x}, size: {r['end'] - r['start']:#x}}}" for r in ram)


def run(mkl, connector, machine, way, directories):
    """Wall seconds; None if it failed."""
    example, programs, mover, expected = CONNECTORS[connector]
    qemu, console, elves, pool = MACHINES[machine]
    node, settings = WAYS[way]
    settings = settings + [f"board.qemu={qemu}", f"nodes.node0.console={console}",
                           f"components.{mover}.node={node}"]
    settings += [f"components.{c}.elf={elves}{p}.elf" for c, p in programs.items()]
    settings += kernel_settings(directories or ["", ""])
    line = [mkl, "qemu", os.path.join(ROOT, "examples", example, "system.yaml"), "--timeout", "120"]
    for s in settings:
        line += ["--set", s]
    for text in expected:
        line += ["--expect", text]
    if connector == "notification":  # the example's pool lies where another machine has no RAM
        line += ["--set", f"shared.pool.base={pool:#x}"]
    start = time.monotonic()
    done = subprocess.run(line, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                          text=True, errors="replace")
    if done.returncode != 0:
        sys.stderr.write(done.stdout)
        return None
    return time.monotonic() - start


def main():
    p = argparse.ArgumentParser(description=__doc__,
                                formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--mkl", required=True)
    p.add_argument("--kernels", action="append", default=[], metavar="NAME:MACHINE=DIR0,DIR1")
    p.add_argument("--only", default="", help="regular expression on `CONNECTOR, MACHINE, KERNELS, WAY`")
    a = p.parse_args()
    kernels = [("built-in", m, None) for m in MACHINES]
    for text in a.kernels:
        name, _, directories = text.partition("=")
        name, _, machine = name.partition(":")
        kernels.append((name, machine, directories.split(",")))
    print("| connector | machine | kernels | where | wall s |")
    print("|---|---|---|---|---|", flush=True)
    runs = failed = 0
    for connector in CONNECTORS:
        for name, machine, directories in kernels:
            for way in WAYS:
                if not re.search(a.only, f"{connector}, {machine}, {name}, {way}"):
                    continue
                seconds = run(os.path.abspath(a.mkl), connector, machine, way, directories)
                runs += 1
                failed += seconds is None
                shown = "FAILED" if seconds is None else f"{seconds:.2f}"
                print(f"| {connector} | {machine} | {name} | {way} | {shown} |", flush=True)
    print(f"{runs} runs, {failed} failed")
    return 1 if failed or not runs else 0


if __name__ == "__main__":
    sys.exit(main())
