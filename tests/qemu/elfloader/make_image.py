#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Packs elfloader.bin and tiny node programs into an image, from the binary contracts alone.

A second, independent writer of mkl/abi/payload.h: tests of the loader do not depend on
image-builder, and faults can be planted that image-builder would never write.
"""
import argparse
import binascii
import hashlib
import struct

PAGE, MIB = 0x1000, 0x100000
ELSEWHERE = (1 << 64) - 1  # an entry's offset: not in the archive, a FIT loadable


def align(n, to):
    return (n + to - 1) // to * to


def table_bytes(plan, archive_offsets):
    """mkl.payload for `plan` (a dict); archive_offsets: entry name -> offset."""
    header_size = 0x140
    blocks, at = [], header_size

    def put(data, count):
        nonlocal at
        blocks.append(data + bytes(-len(data) % 8))
        place = (at if count else 0, count)
        at += len(blocks[-1])
        return place

    def ranges(items):
        return put(b"".join(struct.pack("<QQ", *i) for i in items), len(items))

    node_ram = [ranges(n["ram"]) for n in plan["nodes"]]
    entries, segments, slices = [], [], []
    for index, node in enumerate(plan["nodes"]):
        first = len(entries)
        for e in node["entries"]:
            entries.append(
                struct.pack("<64sIIQQQ32sII", e["name"].encode(), e["role"], index,
                            archive_offsets.get(e["name"], ELSEWHERE),
                            len(e["data"]) + e.get("longer", 0),
                            e.get("address", 0), e["sha256"],
                            len(segments), len(e["segments"])))
            segments += [struct.pack("<QQQQ", *s) for s in e["segments"]]
        slices.append((first, len(entries) - first))
    nodes = []
    for index, n in enumerate(plan["nodes"]):
        nodes.append(
            struct.pack("<32sIIQIIQQQIIIIQQQQQ6QQQIIII", n["name"].encode(), index, n["protocol"],
                        n["hwid"],
                        n["start"], n["level"], n.get("release", 0), plan["status"][0] + index * PAGE,
                        n.get("log", 0), *node_ram[index], *slices[index], n["entry"],
                        n["record"], n["base"], n["end"], n["virt"], *n["args"], 0, 0,
                        n["cpu_number"], n["flags"],
                        n.get("timeout", plan["timeout"]), 0))
    t = {
        "nodes": put(b"".join(nodes), len(nodes)),
        "entries": put(b"".join(entries), len(entries)),
        "segments": put(b"".join(segments), len(segments)),
        "pools": ranges(plan["pools"]),
        "zeros": ranges(plan["zeros"]),
        "ram": ranges(plan["ram"]),
        "claims": ranges(plan["claims"]),
        "interrupts": put(b"".join(struct.pack("<IIII", *i, plan["mark"]) for i in plan["interrupts"]),
                          len(plan["interrupts"])),
    }
    console = struct.pack("<HHIIIIIQ", 12, 0, 32, *plan["console"])
    intc = plan["intc"]
    for name, more in plan.get("more", {}).items():  # rows that are not there
        t[name] = (t[name][0], t[name][1] + more)
    regions = (intc["regions"] + [(0, 0)] * 4)[:4]
    intc_bytes = struct.pack("<HHIIIQQII8QQ", 13, 1, 112, intc["type"], 1, *intc["dist"], 0,
                             len(intc["regions"]), *[v for r in regions for v in r], 0x20000)
    rest = struct.pack("<16I", *[v for k in ("nodes", "entries", "segments", "pools", "zeros", "ram",
                                             "claims", "interrupts") for v in t[k]])
    rest += struct.pack("<6Q", *plan["loader"], *plan["status"], *plan["logs"])
    rest += struct.pack("<II", plan["psci"], 0) + console + intc_bytes
    rest += struct.pack("<IIQQII", 96, plan["counter_hz"], *plan["steward"], 0)
    body = b"".join(blocks)
    head = b"MKLPAYL1" + struct.pack("<HHI", 1, 0, header_size + len(body))
    tail = struct.pack("<I", plan["arch"]) + rest
    assert len(head) + 4 + len(tail) == header_size
    crc = binascii.crc32(head + bytes(4) + tail + body)
    return head + struct.pack("<I", crc) + tail + body


def cpio(files):
    """newc archive, data aligned to 64; also the offset of every file's data."""
    out, offsets = bytearray(), {}
    for number, (name, data) in enumerate(files + [("TRAILER!!!", b"")], 1):
        name_bytes = name.encode() + b"\0"
        end = len(out) + 110 + len(name_bytes)
        name_bytes += bytes(align(end, 64) - end)
        fields = [number, 0o100644, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name_bytes), 0]
        out += b"070701" + b"".join(b"%08x" % f for f in fields) + name_bytes
        offsets[name] = len(out)
        out += data + bytes(-len(data) % 4)
    return bytes(out), offsets


def make_image(loader, plan, corrupt=None):
    """(image bytes, run_base). `corrupt`: name of an entry with one bit flipped."""
    names = [(e["name"], e["data"]) for n in plan["nodes"] for e in n["entries"]
             if "address" not in e]
    for n in plan["nodes"]:
        for e in n["entries"]:
            e["sha256"] = hashlib.sha256(e["data"]).digest()
    size = len(table_bytes(plan, {name: 0 for name, _ in names})) - plan.get("cut", 0)
    _, offsets = cpio([("mkl.payload", bytes(size))] + names)
    table = table_bytes(plan, offsets)[:size]
    archive, offsets = cpio([("mkl.payload", table)] + names)
    if corrupt:
        archive = bytearray(archive)
        archive[offsets[corrupt]] ^= 1
        archive = bytes(archive)
    image_size, scratch_size = struct.unpack_from("<QQ", loader, 0x40 + 0x10)
    payload_offset = align(image_size, PAGE)
    scratch_offset = align(payload_offset + len(archive), PAGE)
    base, footprint = plan["loader"]
    out = bytearray(loader.ljust(payload_offset, b"\0") + archive)
    struct.pack_into("<7Q32s", out, 0x40 + 0x20, base, footprint, payload_offset, len(archive),
                     scratch_offset, offsets["mkl.payload"], size,
                     hashlib.sha256(table).digest())
    struct.pack_into("<Q", out, 0x10, scratch_offset + scratch_size)
    pe = struct.unpack_from("<I", out, 0x3c)[0]  # EFI: SizeOfImage and the section's two sizes
    if pe:
        struct.pack_into("<I", out, pe + 24 + 56, scratch_offset + scratch_size)
        struct.pack_into("<I", out, pe + 24 + 160 + 8, scratch_offset + scratch_size - PAGE)
        struct.pack_into("<I", out, pe + 24 + 160 + 16, len(out) - PAGE)
    return bytes(out), base


def make_elf(image, base, memory_size, machine):
    """One PT_LOAD at `base`, entered there."""
    ident = b"\x7fELF\x02\x01\x01" + bytes(9)
    header = ident + struct.pack("<HHIQQQIHHHHHH", 2, machine, 1, base, 64, 0, 0, 64, 56, 1, 0, 0, 0)
    program = struct.pack("<IIQQQQQQ", 1, 7, PAGE, base, base, len(image), memory_size, PAGE)
    return (header + program).ljust(PAGE, b"\0") + image


def node_plan(args, kernel, index, base, log):
    """One node of 16 MiB at `base`: a program and a boot record."""
    record = b"MKLBOOT1" + bytes(120)
    name = "node%d" % index
    code = kernel + bytes(-len(kernel) % 8) + bytes(args.padding)
    virt, entry = base, base
    if args.sel4:  # the probe's three words behind its first instruction
        virt = base + (0xffffff8000000000 if args.sel4 == 1 else 0x8000000000)
        if args.arch == "riscv64":
            virt = 0xffffffff80000000 + base % 0x40000000
        tcr = 0x80843510 if args.pa44 else 0x80823510
        code = code[:8] + struct.pack("<QQQ", virt, args.sel4, tcr) + code[32:]
        entry = virt
    return {
        "protocol": args.protocol or (2 if args.sel4 else 1), "virt": virt, "flags": 2 if args.pa44 else 0,
        "args": (0x11, 0x22, 0x33, 0x44, index, 0x66) if args.sel4 else (0,) * 6,
        "name": name, "hwid": index + args.shift, "start": args.psci, "level": args.sel4 or 1, "cpu_number": index + args.shift,
        "ram": [(base, 16 * MIB)], "base": base, "end": base + align(len(code) + args.zero, PAGE) + PAGE,
        "entry": entry, "record": base + 8 * MIB, "log": log,
        "entries": [
            {"name": name + "/kernel.elf", "role": 1, "data": code,
             "segments": [(base, len(code) + 0x800 + args.zero, 0, len(code))]},
            {"name": name + "/boot-record.bin", "role": 4, "data": record,
             "segments": [(base + 8 * MIB, len(record), 0, len(record))]},
        ],
    }


def gicv2(dist, cpu):
    return {"type": 1, "dist": (dist, 0x1000), "regions": [(cpu, 0x1000)]}


# What of a board the loader must know. `ram`: where RAM starts; 1 GiB of it
# is used. Console as struct mkl_rec_console has it.
BOARDS = {
    "virt-gic2": {"ram": 0x40000000, "console": (1, 0, 4, 0, 0x09000000),
                  "intc": gicv2(0x08000000, 0x08010000)},
    "virt-gic3": {"ram": 0x40000000, "console": (1, 0, 4, 0, 0x09000000),
                  "intc": {"type": 2, "dist": (0x08000000, 0x10000),
                           "regions": [(0x080a0000, 0xf60000)]}},
    "zcu102": {"ram": 0, "console": (3, 0, 4, 0, 0xff000000),
               "intc": gicv2(0xf9010000, 0xf9020000)},
    "versal": {"ram": 0, "console": (1, 0, 4, 0, 0xff000000),
               "intc": {"type": 2, "dist": (0xf9000000, 0x10000),
                        "regions": [(0xf9080000, 0x80000)]}},
    "raspi3b": {"ram": 0, "size": 0x3b000000, "console": (1, 0, 4, 0, 0x3f201000),
                "intc": {"type": 4, "dist": (0, 0), "regions": []}, "lines": []},
    "virt-riscv": {"ram": 0x80000000, "console": (2, 0, 1, 0, 0x10000000),
                   "intc": {"type": 3, "dist": (0x0c000000, 0x600000), "regions": []},
                   "counter_hz": 10000000},
    "sifive_u": {"ram": 0x80000000, "console": (4, 0, 4, 0, 0x10010000),
                 "intc": {"type": 3, "dist": (0x0c000000, 0x4000000), "regions": []},
                 "counter_hz": 1000000},
}


def board_plan(args, kernel):
    """`args.nodes` nodes of 16 MiB, 256 MiB and more above the start of RAM."""
    name = args.board or ("virt-riscv" if args.arch == "riscv64" else "virt-gic%d" % args.gic)
    board = BOARDS[name]
    ram = board["ram"]
    size = board.get("size", 1024 * MIB)
    status, logs = ram + 0x3a000000, ram + 0x3a010000
    nodes = [node_plan(args, kernel, i, ram + (256 + i * 16) * MIB, logs + i * 0x10000)
             for i in range(args.nodes)]
    lines = [(33, 0, 0), (34, args.nodes - 1, 1)]
    for i, n in enumerate(nodes):
        if args.arch == "riscv64":
            n.update(start=4, level=0, cpu_number=2 * i + 1)
            lines = [(10, 0, 0), (11, args.nodes - 1, 0)]
        if name == "sifive_u":  # hart 0 has no S-mode: contexts are M0, M1, S1, M2, S2, ...
            n["cpu_number"] = 2 * n["hwid"]
        if name == "raspi3b":
            n.update(start=3, release=0xd8 + 8 * n["hwid"])
    loader = (args.base or ram + 0x30000000, 12 * MIB + align(args.nodes * args.padding, MIB))
    pool = (ram + 0x20000000, MIB)
    if args.swap_interfaces:
        nodes[0]["cpu_number"], nodes[1]["cpu_number"] = 1, 0
    plan = {
        "arch": 2 if args.arch == "riscv64" else 1, "psci": args.psci, "nodes": nodes,
        "console": board["console"], "counter_hz": board.get("counter_hz", 0),
        "intc": board["intc"], "interrupts": board.get("lines", lines), "pools": [pool], "zeros": [pool],
        "ram": [(ram, size)] + args.more_ram,
        "claims": sorted([n["ram"][0] for n in nodes] + [pool, loader]), "loader": loader,
        "status": (status, args.nodes * PAGE), "logs": (logs, args.nodes * 0x10000),
        "timeout": args.timeout, "mark": 1 if args.mark else 0,
        "steward": (args.nodes, 0, args.psci) if args.mark == "cpu" else (0, 0, 0),
    }
    if args.mark in ("last", "restored"):
        nodes[0]["flags"] |= 4
    return plan


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--loader", required=True)
    p.add_argument("--kernel", required=True, help="flat node program")
    p.add_argument("--arch", default="aarch64", choices=["aarch64", "riscv64"])
    p.add_argument("--board", choices=sorted(BOARDS), help="QEMU's virt unless given")
    p.add_argument("--nodes", type=int, default=2)
    p.add_argument("--gic", type=int, default=2)
    p.add_argument("--psci", type=int, default=2, help="1 smc, 2 hvc")
    p.add_argument("--sel4", type=int, default=0, help="protocol sel4 at this level, with a probe")
    p.add_argument("--protocol", type=int, default=0, help="another number than the program's")
    p.add_argument("--pa44", action="store_true", help="kernel built for 44-bit addresses")
    p.add_argument("--mark", choices=["cpu", "boot", "last", "restored"],
                   help="lines are enabled by a CPU more, by the boot CPU, or node0 comes last")
    p.add_argument("--shift", type=int, default=0, help="node 0 is on this CPU, node 1 on the next")
    p.add_argument("--timeout", type=int, default=2000)
    p.add_argument("--padding", type=int, default=0, help="bytes behind each node program")
    p.add_argument("--zero", type=int, default=0, help="bytes of zeros behind the padding")
    p.add_argument("--corrupt", help="entry with one bit flipped")
    p.add_argument("--truncate", type=int, default=0, help="bytes missing at the end of the file")
    p.add_argument("--longer", help="entry whose size in the table is 64 MiB more than it has")
    p.add_argument("--onto", help="ENTRY,ADDRESS: its first segment goes there instead")
    number = {"type": lambda v: int(v, 0), "default": 0}
    p.add_argument("--base", type=lambda v: int(v, 0), default=0, help="of the loader")
    p.add_argument("--ram", **number, help="1 MiB more RAM in the plan")
    p.add_argument("--line", **number, help="a further granted interrupt")
    p.add_argument("--loadable", **number, help="node1's kernel is not in the image, but here")
    p.add_argument("--swap-interfaces", action="store_true", help="node0 planned as 1, node1 as 0")
    p.add_argument("--claim", help="additional claim BASE,SIZE")
    p.add_argument("--spoil", help="Python that changes `plan`, its `nodes` and board's `ram`")
    p.add_argument("--elf", action="store_true")
    p.add_argument("-o", "--output", required=True)
    args = p.parse_args()
    with open(args.loader, "rb") as f:
        loader = f.read()
    with open(args.kernel, "rb") as f:
        kernel = f.read()
    args.more_ram = [(args.ram, MIB)] if args.ram else []
    plan = board_plan(args, kernel)
    if args.line:
        plan["interrupts"].append((args.line, 0, 0))
    if args.claim:
        plan["claims"] = sorted(plan["claims"] + [tuple(int(v, 0) for v in args.claim.split(","))])
    if args.spoil:
        exec(args.spoil, {"plan": plan, "nodes": plan["nodes"], "ram": plan["ram"][0][0]})
    entries = {e["name"]: e for n in plan["nodes"] for e in n["entries"]}
    if args.longer:
        entries[args.longer]["longer"] = 64 * MIB
    if args.onto:
        name, address = args.onto.split(",")
        segments = entries[name]["segments"]
        segments[0] = (int(address, 0),) + segments[0][1:]
    if args.loadable:
        entry = plan["nodes"][1]["entries"][0]
        entry["address"] = args.loadable
        with open(args.output + ".loadable", "wb") as f:
            f.write(entry["data"])
    image, base = make_image(loader, plan, plan.get("corrupt", args.corrupt))
    if args.truncate:
        image = image[:-args.truncate]
    if args.elf:
        image = make_elf(image, base, struct.unpack_from("<Q", image, 0x10)[0],
                         243 if args.arch == "riscv64" else 183)
    with open(args.output, "wb") as f:
        f.write(image)


if __name__ == "__main__":
    main()
