#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Boots the kernel alone in QEMU: builds a boot record and a memory image around a root task.

Reference writer of the boot record for tests only; the real one is image-builder's. Prints the
console; exits 0 if every --expect was seen before the timeout.
"""
import argparse, os, socket, struct, subprocess, sys, tempfile, time, zlib

PAGE = 0x1000


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


def boot_record(a, records):
    body = b"".join(r for _, r in sorted(records))
    head = struct.pack("<QHHIIIII", 0x31544f4f424c4b4d, 1, 0, 32 + len(body), 0, len(records), 1, 0)
    crc = zlib.crc32(head + body)
    return head[:16] + struct.pack("<I", crc) + head[20:] + body


def build(a):
    base = a.base
    kentry, ksegs = segments(a.kernel)
    kva, kimage = flatten(ksegs, lambda s: s[0])
    rentry, rsegs = segments(a.root)
    rva, rimage = flatten(rsegs, lambda s: s[0])
    dtb = b"\xd0\x0d\xfe\xed" + b"\0" * 100
    kend = base + len(kimage)
    dtb_at = kend
    rec_at = dtb_at + PAGE
    root_at = rec_at + PAGE
    gicd, gicc, gicr = 0x8000000, 0x8010000, 0x80a0000
    if a.gic == 2:
        intc = struct.pack("<IIQQII", 1, 1, gicd, 0x10000, 0, 1) + ranges([(gicc, 0x10000)] + [(0, 0)] * 3)
    else:
        intc = struct.pack("<IIQQII", 2, 1, gicd, 0x10000, 0, 1) + ranges([(gicr, 0xf60000)] + [(0, 0)] * 3)
    intc += struct.pack("<Q", 0x20000)
    status = 0x60000000
    records = [
        record(1, struct.pack("<IIQ32s", 0, 0, 0, b"node0"), True),
        record(2, struct.pack("<QQQ", base, kend, kva), True),
        record(3, ranges([(base, a.ram)]), True),
        record(4, struct.pack("<QQQQ", root_at, root_at + len(rimage), rva, rentry), True),
        record(5, ranges([(0x9000000, PAGE), (0x9010000, PAGE)])),
        record(7, struct.pack("<II", 33, 0) + struct.pack("<II", 34, 0)),
        record(8, struct.pack("<IIQ", 1, 0, 0)),
        record(9, struct.pack("<II", 1, 0)),
        record(10, struct.pack("<QQIIII", 0x50000000, 0x200000, 3, 1, 0, 0)
               + struct.pack("<QQIIII", 0x50200000, 0x1000, 1, 1, 0, 1)),
        record(11, ranges([(dtb_at, len(dtb))])),
        record(12, struct.pack("<IIIIQ", 1, 0, 4, 0, 0x9000000)),
        record(13, intc, True),
        record(15, ranges([(status, PAGE)])),
        record(17, struct.pack("<IIQ", 27, 0, 0), True),
    ]
    if a.command_line:
        records.append(record(16, a.command_line.encode() + b"\0"))
    rec = boot_record(a, records)
    if a.corrupt:
        rec = rec[:40] + bytes([rec[40] ^ 1]) + rec[41:]
    image = kimage + dtb.ljust(PAGE, b"\0") + rec.ljust(PAGE, b"\0") + rimage
    _, ssegs = segments(a.shim)
    _, shim = flatten(ssegs, lambda s: s[0])
    at = shim.index(b"\x1f\x20\x03\xd5") + 4  # the nop before `parameters`
    group = (gicd + 0x84, 0xffffffff) if a.gic == 3 else (0, 0)
    words = struct.pack("<QQQQQQQ", rec_at, status, base + (kentry - kva), *group, gicd, 1 if a.gic == 2 else 0x13)
    shim = shim[:at] + words + shim[at + len(words):]
    return image, shim


def read_status(monitor, path):
    """Dumps the status page through QEMU's monitor: what the kernel said without a console."""
    s = socket.socket(socket.AF_UNIX)
    s.connect(monitor)
    s.sendall(f'pmemsave 0x60000000 0x120 "{path}"\n'.encode())
    for _ in range(100):
        if os.path.exists(path) and os.path.getsize(path) == 0x120:
            break
        time.sleep(0.02)
    page = open(path, "rb").read()
    stage, error = struct.unpack_from("<II", page, 0x14)
    detail = struct.unpack_from("<QQ", page, 0x20)
    words = page[0xe0:0x120].split(b"\0")[0].decode()
    line = f"status stage {stage} error {error:#x} detail {detail[0]:#x} {detail[1]:#x} {words}\n"
    sys.stdout.write(line)
    return line


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--kernel", required=True)
    p.add_argument("--root", required=True)
    p.add_argument("--shim", required=True)
    p.add_argument("--gic", type=int, default=2)
    p.add_argument("--base", type=lambda v: int(v, 0), default=0x44000000)
    p.add_argument("--ram", type=lambda v: int(v, 0), default=0x4000000)
    p.add_argument("--timeout", type=float, default=20)
    p.add_argument("--expect", action="append", default=[])
    p.add_argument("--command-line", default="")
    p.add_argument("--corrupt", action="store_true")
    p.add_argument("--status", action="store_true", help="print the status page at the end")
    p.add_argument("--qemu", action="append", default=[])
    a = p.parse_args()
    image, shim = build(a)
    with tempfile.TemporaryDirectory() as tmp:
        ip, sp = os.path.join(tmp, "image"), os.path.join(tmp, "shim")
        open(ip, "wb").write(image)
        open(sp, "wb").write(shim)
        cmd = ["qemu-system-aarch64", "-M", f"virt,gic-version={a.gic}", "-cpu", "cortex-a53", "-m", "1G",
               "-display", "none", "-serial", "stdio", "-monitor", f"unix:{tmp}/monitor,server,nowait", "-nodefaults", "-no-reboot",
               "-device", f"loader,file={ip},addr={a.base:#x},force-raw=on",
               "-device", f"loader,file={sp},addr=0x42000000,force-raw=on",
               "-device", "loader,addr=0x42000000,cpu-num=0"] + a.qemu
        q = subprocess.Popen(cmd, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
        os.set_blocking(q.stdout.fileno(), False)
        text, end = "", time.monotonic() + a.timeout
        done = "@@done"
        while time.monotonic() < end and q.poll() is None:
            chunk = q.stdout.read()
            if chunk:
                text += chunk.decode("utf-8", "replace")
                sys.stdout.write(chunk.decode("utf-8", "replace"))
                sys.stdout.flush()
            if done in text or (a.expect and all(e in text for e in a.expect)):
                break
            time.sleep(0.02)
            if a.status and time.monotonic() > end - a.timeout + 3:
                text += read_status(os.path.join(tmp, "monitor"), os.path.join(tmp, "status"))
                break
        q.kill()
        q.wait()
    missing = [e for e in a.expect if e not in text]
    if missing:
        print("not seen:", missing)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
