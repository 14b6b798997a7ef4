#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Table of faults: what is wrong, the line that says so, and which nodes run all the same.

Four kinds: what is wrong with the board or the file (the refused cases of
tests/qemu/elfloader/cases.txt), each part of the payload table spoiled and sealed again (PLANTED), each
file of whole images with one bit flipped, and what mkl finds before there is an image. A fault that
nobody names, or a node that runs although it was refused, is a failure: exit status 1.

  tests/campaign/faults/table.py --mkl build/dev/mkl --work /tmp/faults
"""
import argparse
import itertools
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
sys.path.insert(0, os.path.join(ROOT, "tests", "qemu", "elfloader"))
sys.path.insert(0, os.path.join(ROOT, "tests", "qemu", "sel4"))
import packing  # noqa: E402
import run_boot  # noqa: E402

PACKING = os.path.join(ROOT, "tests", "qemu", "sel4", "packing.py")
REFUSED = re.compile(r"mkl: refused: ([^\r\n]+)")
RUNS = re.compile(r"(?:(?:kernel|probe) of|rude) (node\d):|mkl: (node\d): cpu 0x\w+ ram")
ENTERED = re.compile(r"mkl: (node\d): cpu 0x\w+, kernel")  # the loader's last word on a node

# Part, fault: (what is done to make_image.py's plan, the loader's words).
FILE = ("nodes[1]['entries'].append({'name': 'node1/%s', 'role': %d, 'data': bytes(4096), "
        "'segments': [(nodes[1]['base'] + (4 << 20), 4096, 0, 4096)]})")
FILES = {"loader info": FILE % ("loader-info.bin", 7), "file": FILE % ("files/linux", 5),
         "root image": FILE % ("root.bin", 2), "device tree": FILE % ("node.dtb", 3)}
PLANTED = {
    ("header", "corrupted"): ("plan['arch'] = 7", "not a payload table"),
    ("header", "truncated"): ("plan['cut'] = 64", "wrong size"),
    ("header", "overlapping"): ("plan['status'] = (nodes[0]['base'], 0x2000)", "overlaps the status pages"),
    ("nodes", "corrupted"): ("nodes[1]['cpu_number'] = 1 << 16", "bad CPU interface number"),
    ("nodes", "truncated"): ("plan['more'] = {'nodes': 9}", "a table reaches outside it"),
    ("nodes", "overlapping"): ("nodes[1]['hwid'] = 0", "has the CPU of another node"),
    ("nodes' RAM", "corrupted"): ("nodes[1]['ram'] = [(ram, 0x1001)]", "not sorted and disjoint"),
    ("nodes' RAM", "truncated"): ("nodes[1]['ram'] = [(nodes[1]['base'], 0x1000)]", "outside the node's RAM"),
    ("nodes' RAM", "overlapping"): ("nodes[1]['ram'] = nodes[0]['ram']", "has RAM of another node"),
    ("entries", "corrupted"): ("nodes[1]['entries'][0]['name'] = 'a\\x1b'", "no readable name"),
    ("entries", "truncated"): ("plan['more'] = {'entries': 99}", "a table reaches outside it"),
    ("entries", "overlapping"): ("nodes[0]['entries'][0]['longer'] = 1 << 26", "outside the payload"),
    ("segments", "corrupted"): (
        "nodes[1]['entries'][0]['segments'] = [(nodes[1]['base'] + 4, 64, 0, 64)]", "not 8-byte aligned"),
    ("segments", "truncated"): (
        "nodes[1]['entries'][0]['segments'] = [(nodes[1]['base'], 1 << 20, 0, 1 << 20)]", "outside its data"),
    ("segments", "overlapping"): (
        "nodes[1]['entries'][1]['segments'] = [(nodes[1]['base'] + 8, 64, 0, 64)]", "overlaps another"),
    ("board's RAM", "corrupted"): ("plan['ram'] = [(ram, 0x1001)]", "not sorted and disjoint"),
    ("board's RAM", "truncated"): ("plan['ram'] = [(ram, 0x1000)]", "is not RAM"),
    ("board's RAM", "overlapping"): ("plan['ram'] *= 2", "not sorted and disjoint"),
    ("claims", "corrupted"): ("plan['claims'][0] = (8, 8)", "not sorted and disjoint"),
    ("claims", "truncated"): ("plan['more'] = {'claims': 999}", "a table reaches outside it"),
    ("claims", "overlapping"): ("plan['claims'] *= 2", "not sorted and disjoint"),
    ("pools", "corrupted"): ("plan['pools'] = [(ram + 1, 4096)]", "not sorted and disjoint"),
    ("pools", "truncated"): ("plan['pools'] = [(plan['pools'][0][0], 4096)]", "zeros: are in no shared pool"),
    ("pools", "overlapping"): (
        "plan['pools'] = plan['zeros'] = [nodes[1]['ram'][0]]", "overlaps a shared pool"),
    ("zeros", "corrupted"): ("plan['zeros'] = [(ram + 1, 4096)]", "not sorted and disjoint"),
    ("zeros", "truncated"): ("plan['more'] = {'zeros': 999}", "a table reaches outside it"),
    ("zeros", "overlapping"): ("plan['zeros'] = nodes[0]['ram']", "are in no shared pool"),
    ("interrupts", "corrupted"): ("plan['interrupts'] = [(33, 0, 7)]", "bad interrupt"),
    ("interrupts", "truncated"): ("plan['more'] = {'interrupts': 999}", "a table reaches outside it"),
    ("interrupts", "overlapping"): ("plan['interrupts'] *= 2", "bad interrupt"),
    ("controller", "corrupted"): (
        "plan['intc']['regions'] = [(0, 0)] * 5", "interrupt controller regions"),
    **{(part, "corrupted"): (code + "; plan['corrupt'] = nodes[1]['entries'][-1]['name']", "SHA-256 differs")
       for part, code in FILES.items()},
    **{(part, "truncated"): (code + "; nodes[1]['entries'][-1]['longer'] = 1 << 26", "outside the payload")
       for part, code in FILES.items()},
    **{(part, "overlapping"): (
        code + "; nodes[1]['entries'][-1]['segments'] = [(nodes[1]['base'], 64, 0, 64)]", "overlaps another")
       for part, code in FILES.items()},
}

# What mkl says instead of writing an image: settings of examples/adder, the finding.
SETTINGS = {
    "missing CPU": (["nodes.node1.cpu=7"], "E205"),
    "too little RAM": (["board.qemu.memory=512M"], "E212"),
    "no room for the loader": (["loader.base=0x50000000"], "E305"),
}
# The plan's board is GICv3 with 1 GiB: what firmware's tree has instead.
TREES = {"firmware's tree: too little RAM": "virt,gic-version=3 -m 512M",
         "firmware's tree: wrong GIC version": "virt,gic-version=2 -m 1G"}


class Table:
    def __init__(self, only):
        self.only, self.rows, self.failed = only, 0, 0
        print("| fault | what says so | state | |")
        print("|---|---|---|---|", flush=True)

    def wants(self, fault):
        return re.search(self.only, fault)

    def row(self, fault, lines, state, good):
        self.rows += 1
        self.failed += not good
        said = "; ".join(lines) or "silence"
        print("| %s | %s | %s | %s |" % (fault, said, state, "" if good else "FAILED"), flush=True)


def state_of(out, nodes):
    """Of each node, in words; and those that are not stopped."""
    running = {name for found in RUNS.findall(out) for name in found}
    entered = set(ENTERED.findall(out))
    words = {n: "runs" if n in running else "is entered" if n in entered else "does not run" for n in nodes}
    return ", ".join("%s %s" % item for item in words.items()), running | entered


def boot(table, fault, line, wanted, unwanted, nodes):
    out, _ = run_boot.watch(line, wanted, unwanted)
    said = list(dict.fromkeys(REFUSED.findall(out)))
    state, alive = state_of(out, nodes)
    refused = [n for n in nodes if any(s.startswith((n + ":", n + "/")) for s in said)]
    good = said and all(w in out for w in wanted) and not any(u in out for u in unwanted)
    table.row(fault, said, state, good and alive.isdisjoint(refused))


def nodes_of(options):
    count = int(options[options.index("--nodes") + 1]) if "--nodes" in options else 2
    return ["node%d" % i for i in range(count)]


def loader_cases(table, args):
    with open(os.path.join(run_boot.HERE, "cases.txt"), encoding="utf-8") as f:
        names = [line.split()[0] for line in f if re.match("[a-z]", line)]
    for name in names:
        how, machine, qemu, options, wanted, unwanted = run_boot.read_case(name)
        if not any("refused" in w for w in wanted) or not table.wants(name):
            continue
        image = run_boot.build(args.work, args.share, how, options, name)
        line = run_boot.command(args.work, how, machine, qemu, image, name)
        boot(table, name, line, wanted, unwanted or ["kernel of node9"], nodes_of(options))


def planted(table, args):
    machines = {"aarch64": ("kernel", "virt,gic-version=2", []),
                "riscv64": ("riscv-kernel", "virt", ["--arch", "riscv64"])}
    for arch, (part, kind) in itertools.product(machines, PLANTED):
        code, words = PLANTED[part, kind]
        fault = "%s %s, %s" % (part, kind, arch)
        if not table.wants(fault):
            continue
        how, machine, options = machines[arch]
        image = run_boot.build(args.work, args.share, how, [*options, "--spoil", code], "planted")
        line = run_boot.command(args.work, how, machine, [], image, "planted")
        survivors = ["kernel of node0"] if "SHA-256" in words else []
        boot(table, fault, line, ["mkl: refused: ", words] + survivors,
             ["kernel of node1"] if survivors else ["kernel of"], ["node0", "node1"])


def files_of(image):
    """Name and place of the middle byte of each file of the archive in `image`."""
    at = image.index(b"070701")
    while True:
        size, name_size = int(image[at + 54:at + 62], 16), int(image[at + 94:at + 102], 16)
        name = image[at + 110:at + 110 + name_size].rstrip(b"\0").decode()
        data = at + 110 + name_size
        if name == "TRAILER!!!":
            return
        yield name, data + size // 2
        at = (data + size + 3) // 4 * 4


def whole_images(table, args):
    for example in ("adder", "files"):
        out = os.path.join(args.work, example)
        subprocess.run([args.mkl, "image", os.path.join(ROOT, "examples", example, "system.yaml"), "-o", out],
                       check=True, stderr=subprocess.DEVNULL)
        with open(os.path.join(out, "image.bin"), "rb") as f:
            image = f.read()
        for name, at in files_of(image):
            fault = "%s: a bit of %s" % (example, name)
            if not table.wants(fault):
                continue
            spoiled = os.path.join(out, "spoiled.bin")
            with open(spoiled, "wb") as f:
                f.write(image[:at] + bytes([image[at] ^ 1]) + image[at + 1:])
            line = run_boot.command(args.work, "kernel", "virt,gic-version=3", [], spoiled, "")
            node = name.split("/")[0]
            # node0 prints the log of node1: without it, the loader's word is the last one.
            others = {"node0": ["mkl: node1: cpu 0x1, kernel"], "node1": ["mkl: node0: cpu 0x0 ram"]}.get(node, [])
            boot(table, fault, line, ["refused: %s: SHA-256 differs" % name] + others,
                 ["mkl: %s: cpu" % node], ["node0", "node1"])


def run_mkl(table, fault, command, wanted, output, before=False):
    """Errors of one id and no image; `before`: there is one of an earlier, good run."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    errors = re.findall(r"error: (.*\[E\d+) ", done.stdout.decode(errors="replace"))
    said = ["%s: %s" % tuple(reversed(e.rsplit(" [", 1))) for e in errors]
    image = os.path.exists(os.path.join(output, "image.bin"))
    state = "no image" if not image else "the image of before" if before else "an image"
    table.row("mkl: " + fault, said, state, {s[:4] for s in said} == {wanted} and image == before)


def findings(table, args):
    adder = os.path.join(ROOT, "examples", "adder", "system.yaml")
    out = os.path.join(args.work, "none")
    for fault, (settings, wanted) in SETTINGS.items():
        if table.wants("mkl: " + fault):
            run_mkl(table, fault, [args.mkl, "image", adder, "-o", out, *("--set=" + s for s in settings)],
                    wanted, out)
    for fault, machine in TREES.items():
        if not table.wants("mkl: " + fault):
            continue
        tree = os.path.join(args.work, "firmware.dtb")
        name, *rest = machine.split()
        subprocess.run(["qemu-system-aarch64", "-M", name + ",dumpdtb=" + tree, "-cpu", "cortex-a53", "-smp",
                        "2", "-net", "none", "-display", "none", *rest], check=True,
                       stderr=subprocess.DEVNULL)
        run_mkl(table, fault, [args.mkl, "image", adder, "-o", out, "--set=board.firmware-tree=" + tree],
                "E260", out)
    second = {"stale": "E547", "no-word-on-ram": "E551"}  # runs of mkl after a good one
    for case, wanted in {**{c: f[2] for c, f in packing.FAULTS.items()}, **second}.items():
        if not table.wants("mkl: kernel " + case):
            continue
        command = [sys.executable, PACKING, case, "--mkl", args.mkl, "--work", args.work]
        run_mkl(table, "kernel " + case, command, wanted, os.path.join(args.work, case, "out"), case in second)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--mkl", required=True)
    p.add_argument("--work", required=True)
    p.add_argument("--share", help="mkl's target programs; beside it unless given")
    p.add_argument("--only", default="", help="regular expression on the fault")
    args = p.parse_args()
    args.mkl = os.path.abspath(args.mkl)
    args.work = os.path.abspath(args.work)
    args.share = args.share or os.path.join(os.path.dirname(args.mkl), "share", "mkl")
    os.makedirs(args.work, exist_ok=True)
    table = Table(args.only)
    for part in (loader_cases, planted, whole_images, findings):
        part(table, args)
    print("%d faults, %d failed" % (table.rows, table.failed))
    sys.exit(1 if table.failed or not table.rows else 0)


if __name__ == "__main__":
    main()
