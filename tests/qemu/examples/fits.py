#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The largest stack that `mkl check` lets pass on a node of 4 MiB does boot: fits.py MKL DIRECTORY."""
import os
import subprocess
import sys
import tempfile

MKL, ADDER = map(os.path.abspath, sys.argv[1:])
SYSTEM = """mkl: 1
board:
  qemu: {{machine: virt, gic-version: 2, cpus: 2, memory: 1G, cpu: cortex-a53}}
nodes:
  node0: {{cpu: 0, memory: 4M, console: /pl011@9000000}}
  node1: {{cpu: 1, memory: 64M}}
components:
  client: {{node: node0, elf: "{adder}/client.elf", heap: 1M, stack: {stack}K}}
  adder: {{node: node1, elf: "{adder}/adder.elf"}}
connections:
  s:    {{type: shared-data,  from: adder.d,     to: client.d, size: 4K}}
  irq:  {{type: notification, from: client.irq2, to: adder.irq}}
  irq2: {{type: notification, from: adder.irq2,  to: client.irq}}
"""


def write(path, pages):
    open(path, "w").write(SYSTEM.format(adder=ADDER, stack=4 * pages))


def fits(path, pages):
    write(path, pages)
    run = subprocess.run([MKL, "check", path], capture_output=True, text=True)
    if run.returncode and "E537" not in run.stderr:
        sys.exit(run.stderr)
    return run.returncode == 0


with tempfile.TemporaryDirectory() as tmp:
    yaml = os.path.join(tmp, "system.yaml")
    low, high = 1, 700
    if not fits(yaml, low) or fits(yaml, high):
        sys.exit("not between 1 and 700 pages")
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(yaml, middle) else (low, middle)
    write(yaml, low)
    print(f"the largest stack has {low} pages", flush=True)
    sys.exit(subprocess.run([MKL, "qemu", yaml, "--expect", "sums correct"]).returncode)
