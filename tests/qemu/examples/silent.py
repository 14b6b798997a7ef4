#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""A node whose kernel never gets anywhere: after its start-timeout the others go on without it.
silent.py MKL OWN-ROOT-EXAMPLE"""
import os
import subprocess
import sys
import tempfile

MKL, EXAMPLE = map(os.path.abspath, sys.argv[1:])
KERNEL = ".global _start\n_start: wfi\n b _start\n"

with tempfile.TemporaryDirectory() as work:
    source, elf = os.path.join(work, "silent.S"), os.path.join(work, "silent.elf")
    with open(source, "w", encoding="utf-8") as f:
        f.write(KERNEL)
    subprocess.run(["aarch64-linux-gnu-gcc", "-nostdlib", "-static", "-Wl,--build-id=none", "-o", elf,
                    source], check=True)
    sys.exit(subprocess.run([
        MKL, "qemu", os.path.join(EXAMPLE, "system.yaml"), "--timeout", "45",
        "--set", "nodes.node1.kernel={elf: %s, protocol: mkl}" % elf,
        "--set", "nodes.node1.start-timeout=300ms",
        "--expect", "mkl: node0: node1 is not ready after 300 ms, going on",
        "--expect", "mkl: node0: cpu 0x0 ram"], check=False).returncode)
