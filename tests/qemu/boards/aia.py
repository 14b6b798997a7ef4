#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""RISC-V with the AIA in place of a PLIC: mkl warns (W433), both nodes start all the same."""
import argparse
import pathlib
import subprocess
import sys
import tempfile
import threading

SYSTEM = """\
mkl: 1
board:
  dtb: board.dtb
  reserve: [{base: 0x80000000, size: 512K, why: OpenSBI}]
nodes:
  node0: {cpu: 0, memory: 128M, console: /soc/serial@10000000}
  node1: {cpu: 1, memory: 128M}
"""
MACHINE = "virt,aia=aplic-imsic"
EXPECTED = ("mkl: node0: cpu 0x0", "node1| mkl: node1: cpu 0x1")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mkl", required=True)
    mkl = parser.parse_args().mkl
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        qemu = ["qemu-system-riscv64", "-smp", "2", "-m", "1G", "-nographic", "-net", "none"]
        subprocess.run([*qemu, "-M", f"{MACHINE},dumpdtb={scratch}/board.dtb"], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=30)
        (scratch / "system.yaml").write_text(SYSTEM)
        made = subprocess.run([mkl, "image", scratch / "system.yaml", "-o", scratch / "out"],
                              check=False, capture_output=True, text=True)
        if made.returncode != 0 or "[W433 " not in made.stderr:
            sys.exit(f"mkl image: rc {made.returncode}\n{made.stderr}")
        run = subprocess.Popen([*qemu, "-M", MACHINE, "-kernel", scratch / "out/image.bin"],
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        timer = threading.Timer(60, run.kill)
        timer.start()
        missing, lines = set(EXPECTED), []
        for line in run.stdout:
            lines.append(line)
            missing = {text for text in missing if text not in line}
            if not missing:
                break
        timer.cancel()
        run.kill()
        run.wait()
        if missing:
            sys.exit(f"not seen: {sorted(missing)}\n{''.join(lines[-20:])}")


if __name__ == "__main__":
    main()
