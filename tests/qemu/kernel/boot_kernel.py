#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Boots the kernel alone in QEMU: builds a boot record and a memory image around a root task.

Reference writer of the boot record for tests only; the real one is image-builder's. Prints the
console; exits 0 if every --expect was seen before the timeout.
"""
import argparse, os, socket, struct, subprocess, sys, tempfile, time, zlib

PAGE = 0x1000
STACK = 0x4000  # of the kernel, all of it


def segments(path):
    data = open(path, "rb").read()
    phoff, = struct.unpack_from("<Q", data, 32)
    entsize, count = struct.unpack_from("<HH", data, 54)
    entry, = struct.unpack_from("<Q", data, 24)
    out = []
    for i in range(count):
        kind, _, off, va, pa, filesz, memsz, _ = struct.unpack_from("<IIQQQQQQ", data, phoff + i * entsize)
        if kind == 1 and memsz:
            out.append((va, pa, data[off:off + filesz], memsz))
    return entry, out


def flatten(segs, key):
    low = min(key(s) for s in segs)
    high = max(key(s) + s[3] for s in segs)
    image = bytearray((high - low + PAGE - 1) & ~(PAGE - 1))
    for s in segs:
        image[key(s) - low:key(s) - low + len(s[2])] = s[2]
    return low, bytes(image)


def record(kind, payload, critical=False):
    payload += b"\0" * (-len(payload) % 8)
    return kind, struct.pack("<HHI", kind, critical, 8 + len(payload)) + payload


def ranges(pairs):
    return b"".join(struct.pack("<QQ", a, b) for a, b in pairs)


def boot_record(arch, records):
    body = b"".join(r for _, r in sorted(records))
    head = struct.pack("<QHHIIIII", 0x31544f4f424c4b4d, 1, 0, 32 + len(body), 0, len(records), arch, 0)
    crc = zlib.crc32(head + body)
    return head[:16] + struct.pack("<I", crc) + head[20:] + body


MACHINES = {
    # base: of the node; shared: pool and another node's log; devices: pages it owns
    "aarch64": dict(number=1, base=0x44000000, status=0x60000000, shared=0x50000000,
                    huge=0x80000000, devices=[0x9000000, 0x9010000], interrupts=[(33, 0), (34, 0)], sgi=1,
                    console=(1, 0, 4, 0x9000000), timer=(27, 0, 0), shim=0x42000000),
    "riscv64": dict(number=2, base=0x84000000, status=0xa0000000, shared=0x90000000,
                    huge=0xc0000000, devices=[0x101000, 0x10000000], interrupts=[(11, 0)], sgi=0,
                    console=(2, 0, 1, 0x10000000), timer=(5, 0, 10000000), shim=0x80200000),
}


def intc_record(a, node):
    if a.arch == "riscv64":
        body = struct.pack("<IIQQII", 3, 1, 0xc000000, 0x600000, 1 + 2 * node, 0) + ranges([(0, 0)] * 4)
    elif a.gic == 2:
        body = struct.pack("<IIQQII", 1, 1, 0x8000000, 0x10000, node, 1) + ranges([(0x8010000, 0x10000)] + [(0, 0)] * 3)
    else:
        body = struct.pack("<IIQQII", 2, 1, 0x8000000, 0x10000, node, 1) + ranges([(0x80a0000, 0xf60000)] + [(0, 0)] * 3)
    return body + struct.pack("<Q", 0x20000)


def records_of(a, node, base, kend, kva, dtb, root, rva, rentry):
    """Node 0 has the devices; with a second node, each signals the other, else itself."""
    m = MACHINES[a.arch]
    shared = m["shared"]
    target = 1 - node if a.second else 0
    status = m["status"] + node * PAGE
    records = [
        record(1, struct.pack("<IIQ32s", node, 0, node, b"node%d" % node), True),
        record(2, struct.pack("<QQQ", base, kend, kva), True),
        record(3, ranges([(base, a.ram)]), True),
        record(4, struct.pack("<QQQQ", *root, rva, rentry), True),
        record(8, struct.pack("<IIQ", m["sgi"], 0, target)),
        record(9, struct.pack("<II", m["sgi"], target)),
        record(10, struct.pack("<QQIIII", shared, 0x200000, 3, 1, 0, 0)
               + struct.pack("<QQIIII", shared + 0x200000, 0x1000, 1, 1, 0, 1)
               + (struct.pack("<QQIIII", m["huge"], 1 << 30, 3, 1, 0, 0) if a.huge else b"")),
        record(11, ranges([dtb])),
        record(13, intc_record(a, node), True),
        record(15, ranges([(status, PAGE)])),
        record(17, struct.pack("<IIQ", *m["timer"]), True),
    ]
    if node == 0:
        records += [
            record(5, ranges([(d, PAGE) for d in m["devices"]])),
            record(7, b"".join(struct.pack("<II", *i) for i in m["interrupts"])),
            record(12, struct.pack("<IIIIQ", *m["console"][:3], 0, m["console"][3])),
        ]
    if a.command_line:
        records.append(record(16, a.command_line.encode() + b"\0"))
    return records


def fill_shim(a, words):
    """The shim with its parameters."""
    _, ssegs = segments(a.shim)
    _, shim = flatten(ssegs, lambda s: s[0])
    mark = b"\x26\x59\x41\x31\x18\x28\x18\x27"
    at = shim.index(mark) + len(mark)
    words = struct.pack("<8Q", *words)
    return (shim[:at] + words + shim[at + len(words):]).ljust(PAGE, b"\0")


def build_node(a, node, root):
    """Memory image of a node, and its shim."""
    m = MACHINES[a.arch]
    base = (a.base or m["base"]) + node * a.ram
    kentry, ksegs = segments(a.kernel)
    kva, kimage = flatten(ksegs, lambda s: s[0])
    rentry, rsegs = segments(root)
    rva, rimage = flatten(rsegs, lambda s: s[0])
    dtb = b"\xd0\x0d\xfe\xed" + b"\0" * 100
    dtb_at = kend = base + len(kimage)
    rec_at = dtb_at + PAGE
    root_at = rec_at + PAGE
    rec = boot_record(m["number"], records_of(a, node, base, kend, kva, (dtb_at, len(dtb)),
                                              (root_at, root_at + len(rimage)), rva, rentry))
    if a.corrupt == node:
        rec = rec[:40] + bytes([rec[40] ^ 1]) + rec[41:]
    image = kimage + dtb.ljust(PAGE, b"\0") + rec.ljust(PAGE, b"\0") + rimage
    if node:
        writes = (0, 0, 0, 0)
    elif a.arch == "riscv64":
        writes = (0xc000000 + 4 * 11, 1, 0, 0)
    elif a.gic == 2:
        writes = (0, 0, 0x8000000, 1)
    else:
        writes = (0x8000084, 0xffffffff, 0x8000000, 0x13)
    following = m["shim"] + PAGE if a.second and node == 0 else 0
    entry = base + (kentry - kva)
    return image, fill_shim(a, (rec_at, m["status"] + node * PAGE, entry, *writes, following))


def build(a):
    m = MACHINES[a.arch]
    image, shim = build_node(a, 0, a.root)
    if a.second:
        image2, shim2 = build_node(a, 1, a.second)
        image, shim = image.ljust(a.ram, b"\0") + image2, shim + shim2
    return a.base or m["base"], image, shim


def qemu_command(a, base, image, shim, monitor):
    m = MACHINES[a.arch]
    common = ["-m", "3G" if a.huge else "1G", "-display", "none", "-serial", "stdio", "-monitor",
              f"unix:{monitor},server,nowait", "-nodefaults", "-no-reboot",
              "-device", f"loader,file={image},addr={base:#x},force-raw=on"]
    if a.second:
        common += ["-smp", "2"]
    if a.arch == "riscv64":
        # Raw, where the firmware jumps to.
        return ["qemu-system-riscv64", "-M", "virt", "-kernel", shim] + common + a.qemu
    return ["qemu-system-aarch64", "-M", f"virt,gic-version={a.gic}", "-cpu", "cortex-a53",
            "-device", f"loader,file={shim},addr={m['shim']:#x},force-raw=on",
            "-device", f"loader,addr={m['shim']:#x},cpu-num=0"] + common + a.qemu


def read_status(a, monitor, path):
    """Dumps the status pages through QEMU's monitor: what the kernels said without a console."""
    nodes = 2 if a.second else 1
    if os.path.exists(path):
        os.remove(path)
    s = socket.socket(socket.AF_UNIX)
    s.connect(monitor)
    s.sendall(f'pmemsave {MACHINES[a.arch]["status"]:#x} {nodes * PAGE:#x} "{path}"\n'.encode())
    for _ in range(100):
        if os.path.exists(path) and os.path.getsize(path) == nodes * PAGE:
            break
        time.sleep(0.02)
    pages, line = open(path, "rb").read(), ""
    for node in range(nodes):
        page = pages[node * PAGE:]
        stage, error = struct.unpack_from("<II", page, 0x14)
        detail = struct.unpack_from("<QQ", page, 0x20)
        words = page[0xe0:0x120].split(b"\0")[0].decode()
        line += (f"status stage {stage} error {error:#x} detail {detail[0]:#x} {detail[1]:#x} "
                 f"{words}\n")
    return line


def symbol(path, name):
    """Value of a symbol of an ELF64 file."""
    data = open(path, "rb").read()
    shoff, = struct.unpack_from("<Q", data, 40)
    entsize, count = struct.unpack_from("<HH", data, 58)
    sections = [struct.unpack_from("<IIQQQQIIQQ", data, shoff + i * entsize) for i in range(count)]
    for s in sections:
        if s[1] != 2:
            continue
        strings = sections[s[6]][4]
        for at in range(s[4], s[4] + s[5], 24):
            offset, = struct.unpack_from("<I", data, at)
            end = data.index(b"\0", strings + offset)
            if data[strings + offset:end] == name.encode():
                return struct.unpack_from("<Q", data, at + 8)[0]
    sys.exit(f"{path}: no symbol {name}")


def stack_used(a, monitor, path):
    """Bytes of the kernel stack that were ever written: it starts as zeros."""
    _, segs = segments(a.kernel)
    top = (a.base or MACHINES[a.arch]["base"]) + symbol(a.kernel, "kernel_stack_top") - min(
        s[0] for s in segs)
    s = socket.socket(socket.AF_UNIX)
    s.connect(monitor)
    s.sendall(f'pmemsave {top - STACK:#x} {STACK:#x} "{path}"\n'.encode())
    for _ in range(500):
        if os.path.exists(path) and os.path.getsize(path) == STACK:
            break
        time.sleep(0.02)
    data = open(path, "rb").read()
    return len(data.lstrip(b"\0"))


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--kernel", required=True)
    p.add_argument("--root", required=True)
    p.add_argument("--shim", required=True)
    p.add_argument("--second", help="root task of a second node on CPU 1")
    p.add_argument("--gic", type=int, default=2)
    p.add_argument("--arch", choices=sorted(MACHINES), default="aarch64")
    p.add_argument("--base", type=lambda v: int(v, 0), default=0)
    p.add_argument("--ram", type=lambda v: int(v, 0), default=0x4000000)
    p.add_argument("--timeout", type=float, default=20)
    p.add_argument("--expect", action="append", default=[])
    p.add_argument("--command-line", default="")
    p.add_argument("--corrupt", type=int, metavar="NODE", help="break this node's boot record")
    p.add_argument("--huge", action="store_true", help="with a pool of 1 GiB")
    p.add_argument("--stack-limit", type=int, help="most bytes of kernel stack, at the end")
    p.add_argument("--status", action="store_true", help="print the status page at the end")
    p.add_argument("--qemu", action="append", default=[])
    a = p.parse_args()
    base, image, shim = build(a)
    with tempfile.TemporaryDirectory() as tmp:
        ip, sp = os.path.join(tmp, "image"), os.path.join(tmp, "shim")
        open(ip, "wb").write(image)
        open(sp, "wb").write(shim)
        cmd = qemu_command(a, base, ip, sp, os.path.join(tmp, "monitor"))
        q = subprocess.Popen(cmd, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
        os.set_blocking(q.stdout.fileno(), False)
        text, end = "", time.monotonic() + a.timeout
        seen = set()  # of the expected; looked for in what is new, as a campaign prints much
        done, late, status, look_at = "@@done", 4096, "", time.monotonic() + 2
        while time.monotonic() < end and q.poll() is None:
            chunk = q.stdout.read()
            if chunk:
                text += chunk.decode("utf-8", "replace")
                sys.stdout.write(chunk.decode("utf-8", "replace"))
                sys.stdout.flush()
                new = text[-late - len(chunk):]
                seen |= {e for e in a.expect if e in new}
                # The serial port delivers a line in pieces: the run ends with its whole last line.
                if "\n" in new.partition(done)[2] or (a.expect and len(seen) == len(set(a.expect))):
                    break
            time.sleep(0.02)
            if a.status and time.monotonic() > look_at:
                status = read_status(a, os.path.join(tmp, "monitor"), os.path.join(tmp, "status"))
                if all(e in text + status for e in a.expect):
                    break
                look_at = time.monotonic() + 1
        sys.stdout.write(status)
        text += status
        used = 0
        if a.stack_limit:
            used = stack_used(a, os.path.join(tmp, "monitor"), os.path.join(tmp, "stack"))
            print(f"kernel stack: {used} bytes of {STACK}, limit {a.stack_limit}")
        q.kill()
        q.wait()
    missing = [e for e in a.expect if e not in text]
    if missing:
        print("not seen:", missing)
    return 1 if missing or used > (a.stack_limit or 0) else 0


if __name__ == "__main__":
    sys.exit(main())
