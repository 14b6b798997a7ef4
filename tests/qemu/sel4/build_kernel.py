#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Stands in for the build of an unmodified seL4: takes the node's overlay.dts, compiles the probe for
what it says, and writes kernel.elf, gen_config.json and platform_gen.json."""
import argparse
import json
import os
import re
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
ABI = os.path.join(HERE, "..", "..", "..", "schemas", "abi", "include")
WINDOWS = {1: 0xffffff8000000000, 2: 0x8000000000}
TOLD = {1: 0xffffffffff000000, 2: 0xffff000000}  # linked there, whatever RAM it gets
IMAGE = 0x10000  # bytes of the probe with its BSS
DEVICE_TOP = 1 << 40

SCRIPT = """ENTRY(_start)
START = %#x;
SECTIONS {
  . = START;
  .all : AT(%#x) { *(.text.first) *(.text*) *(.rodata*) *(.data*) }
  . = START + %#x;
  .bss : { *(.bss*) *(COMMON) . = %#x; }
  /DISCARD/ : { *(.note*) *(.comment) *(.eh_frame*) }
}
"""


def cells(text, pattern):
    found = re.search(pattern + r"[^}]*?reg = <([^>]*)>", text, re.S)
    return [int(word, 16) for word in found.group(1).split()] if found else []


def pair(values, at):
    return values[at] << 32 | values[at + 1]


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("overlay")
    p.add_argument("node")
    p.add_argument("output")
    p.add_argument("--level", type=int, default=1)
    p.add_argument("--gic", type=int, default=2)
    p.add_argument("--cpus", type=int, default=1)
    p.add_argument("--ram", type=lambda v: int(v, 0), help="as if for a node there")
    p.add_argument("--cnode-bits", type=int, default=12)
    p.add_argument("--info-cpus", type=int, help="takes loader info of that many nodes")
    args = p.parse_args()
    with open(args.overlay, encoding="utf-8") as f:
        text = f.read()
    memory = cells(text, r"device_type = \"memory\"")
    base, size = pair(memory, 0), pair(memory, 2)
    base = args.ram or base
    decoy = cells(text, r"&\{/intc@8000000\}")
    distributor = pair(decoy, 0) if decoy else 0x08000000
    other = 0x08010000 if args.gic == 2 else 0x080a0000
    os.makedirs(args.output, exist_ok=True)
    name = lambda file: os.path.join(args.output, file)
    with open(name("link.ld"), "w", encoding="utf-8") as f:
        virt = TOLD[args.level] if args.info_cpus else WINDOWS[args.level] + base
        f.write(SCRIPT % (virt, virt if args.info_cpus else base, IMAGE // 2, IMAGE // 2))
    defines = {"NODE": args.node[-1], "BASE": "%#xull" % base, "SIZE": "%#xull" % size,
               "LEVEL": args.level, "GICD": "%#xull" % distributor, "GIC_OTHER": "%#xull" % other,
               "IMAGE": "%#xull" % IMAGE}
    if args.info_cpus:
        defines["INFO"] = 1
    subprocess.run(["aarch64-linux-gnu-gcc", "-O1", "-ffreestanding", "-mgeneral-regs-only", "-nostdlib",
                    "-static", "-mcmodel=small", "-fno-pic", "-fno-stack-protector", "-Wall",
                    *("-D%s=%s" % d for d in defines.items()), "-I" + ABI,
                    "-Wl,-T," + name("link.ld"),
                    "-Wl,--build-id=none,--no-warn-rwx-segments,-n", "-o", name("kernel.elf"),
                    os.path.join(HERE, "probe_kernel.c")], check=True)
    config = {"SEL4_ARCH": "aarch64", "PLAT": "qemu-arm-virt", "KERNEL_MCS": False,
              "ENABLE_SMP_SUPPORT": args.cpus > 1, "PRINTING": False,
              "MAX_NUM_NODES": str(args.cpus), "MAX_NUM_BOOTINFO_UNTYPED_CAPS": "230",
              "ROOT_CNODE_SIZE_BITS": str(args.cnode_bits), "PADDR_USER_DEVICE_TOP": str(DEVICE_TOP),
              "ARM_HYPERVISOR_SUPPORT": args.level == 2, "ARM_GIC_V3_SUPPORT": args.gic == 3,
              "ARM_PA_SIZE_BITS_40": True, "ARM_PA_SIZE_BITS_44": False}
    if args.info_cpus:
        config.update(ENABLE_MULTIKERNEL_SUPPORT=True, MULTIKERNEL_NUM_CPUS=str(args.info_cpus))
    with open(name("gen_config.json"), "w", encoding="utf-8") as f:
        json.dump(config, f)
    kept = sorted([(base, base + size)] + [(d, d + 0x1000) for d in (distributor, other)])
    edges = [0] + [edge for r in kept for edge in r] + [DEVICE_TOP]
    devices = [{"start": a, "end": b} for a, b in zip(edges[::2], edges[1::2]) if a < b]
    with open(name("platform_gen.json"), "w", encoding="utf-8") as f:
        json.dump({"memory": [{"start": base, "end": base + size}], "devices": devices}, f)


if __name__ == "__main__":
    main()
