#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Packs systems whose kernels are probes built by `kernel: {build: ..}` and boots them; or plants a
fault in a kernel and wants exactly one error. `packing.py CASE`."""
import argparse
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.path.join(HERE, "build_kernel.py")
ROOT = ".global _start\n_start: wfi\n b _start\n"

# name: GIC, level, CPUs of the board, kernels ("probe", "told" or "builtin"), options of node1's build, and
# what is wanted: lines of the consoles, or the only error.
PROBES = ["probe of node0: contract kept", "probe of node1: contract kept"]
BOOTS = {
    "decoys-el1": (3, 1, 2, ("probe", "probe"), PROBES),
    "decoys-el2": (3, 2, 2, ("probe", "probe"), PROBES),
    "steward-el1": (2, 1, 3, ("probe", "probe"), PROBES),
    "steward-el2": (2, 2, 3, ("probe", "probe"), PROBES),
    "told-gicv2-el1": (2, 1, 3, ("told", "told"), PROBES),
    "told-gicv3-el2": (3, 2, 2, ("told", "told"), PROBES),
    "told-mixed": (2, 1, 3, ("builtin", "told"), ["mkl: node0: cpu 0x0", PROBES[1]]),
    "mixed": (3, 1, 2, ("builtin", "probe"), ["mkl: node0: cpu 0x0", PROBES[1]]),
}
FAULTS = {
    "other-ram": (["--ram", "0x60000000"], {}, "E552"),
    "smp": (["--cpus", "2"], {}, "E553"),
    "wrong-gic": (["--gic", "3"], {}, "E554"),
    "wrong-level": (["--level", "2"], {}, "E557"),
    "too-little-ram": (["--cnode-bits", "20"], {"nodes.node1.memory.size": "16M"}, "E566"),
    "loader-info": (["--info-cpus", "2"], {}, "E560"),
    "no-loader-info": ([], {"nodes.node1.kernel.protocol": "sel4-loader-info"}, "E560"),
    "no-root": (["--info-cpus", "2"], {"nodes.node1.kernel.protocol": "sel4-loader-info"}, "E563"),
    "other-info-cpus": (["--info-cpus", "3"], {"nodes.node1.kernel.protocol": "sel4-loader-info"}, "E561"),
    "build-fails": (["--no-such-option"], {}, "E548"),
}


def yaml(gic, level, cpus, kernels, options, work):
    def node(i):
        lines = ["  node%d:" % i, "    cpu: %d" % i,
                 "    memory: {base: %#x, size: 64M}" % (0x40000000 + i * 0x10000000),
                 "    console: %s" % ("/pl011@9000000" if i == 0 else "log")]
        if kernels[i] == "builtin":
            return "\n".join(lines)
        extra = options if i == 1 else []
        words = [sys.executable, BUILD, "{overlay}", "{node}", os.path.join(work, "node%d" % i),
                 "--level", str(level), "--gic", str(gic)] + extra
        if kernels[i] == "told":
            words += ["--info-cpus", "2"]
        files = ["%s: node%d/%s" % (key, i, file) for key, file in
                 (("elf", "kernel.elf"), ("config", "gen_config.json"), ("platform", "platform_gen.json"))]
        lines += ["    root: root.elf", "    kernel:"]
        if kernels[i] == "told":
            lines.append("      protocol: sel4-loader-info")
        lines.append("      build: [%s]" % ", ".join('"%s"' % w for w in words))
        return "\n".join(lines + ["      " + f for f in files])

    return """mkl: 1
board:
  qemu: {machine: virt, gic-version: %d, virtualization: %s, cpus: %d, memory: 1G, cpu: cortex-a53}
nodes:
%s
%s
""" % (gic, "true" if level == 2 else "false", cpus, node(0), node(1))


def run(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    text = done.stdout.decode(errors="replace")
    print(text)
    return done.returncode, text


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("case", choices=[*BOOTS, *FAULTS, "stale", "no-word-on-ram"])
    p.add_argument("--mkl", required=True)
    p.add_argument("--work", required=True)
    args = p.parse_args()
    work = os.path.abspath(os.path.join(args.work, args.case))
    os.makedirs(work, exist_ok=True)
    source, root = os.path.join(work, "root.S"), os.path.join(work, "root.elf")
    with open(source, "w", encoding="utf-8") as f:
        f.write(ROOT)
    subprocess.run(["aarch64-linux-gnu-gcc", "-nostdlib", "-static", "-Wl,-Ttext=0x400000",
                    "-Wl,--build-id=none", "-o", root, source], check=True)
    system = os.path.join(work, "system.yaml")

    def write(gic, level, cpus, kernels, options):
        with open(system, "w", encoding="utf-8") as f:
            f.write(yaml(gic, level, cpus, kernels, options, work))

    if args.case in BOOTS:
        gic, level, cpus, kernels, wanted = BOOTS[args.case]
        write(gic, level, cpus, kernels, [])
        expect = [word for line in wanted for word in ("--expect", line)]
        code, text = run(args.mkl, "qemu", system, "--timeout", "45", *expect)
        sys.exit(0 if code == 0 and "BROKEN" not in text else 1)

    options, settings, wanted = FAULTS.get(args.case, ([], {}, ""))
    write(2, 1, 3, ("probe", "probe"), options)
    image = [args.mkl, "image", system, "-o", os.path.join(work, "out")]
    image += ["--set=%s=%s" % item for item in settings.items()]
    if args.case == "no-root":
        with open(system, encoding="utf-8") as f:
            before, _, after = f.read().rpartition("    root: root.elf\n")
        with open(system, "w", encoding="utf-8") as f:
            f.write(before + after)
    if args.case in ("stale", "no-word-on-ram"):
        code, text = run(*image)
        assert code == 0, "the first build is good"
        with open(system, encoding="utf-8") as f:
            lines = [line for line in f if "build:" not in line]
        with open(system, "w", encoding="utf-8") as f:
            f.writelines(line for line in lines if args.case == "stale" or "platform:" not in line)
        if args.case == "stale":
            image.append("--set=nodes.node1.memory.size=32M")
            wanted = "E547"
        else:
            subprocess.run(["aarch64-linux-gnu-strip", os.path.join(work, "node1/kernel.elf")],
                           check=True)
            wanted = "E551"
    code, text = run(*image)
    errors = re.findall(r"error: .*\[(E\d+) ", text)
    if code != 1 or errors != [wanted]:
        sys.exit("wanted only %s, got %s and exit status %d" % (wanted, errors, code))


if __name__ == "__main__":
    main()
