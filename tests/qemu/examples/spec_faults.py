#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""A node whose CapDL spec is wrong says so: spec_faults.py MKL DIRECTORY-OF-ADDER WORK

Plants one fault in node1's spec, with every checksum right again, and boots. node1 must name object,
operation and error on its console; node0 must read the same in node1's status page and go on.
"""
import binascii
import hashlib
import os
import re
import shlex
import struct
import subprocess
import sys
import threading

MKL, ADDER, WORK = map(os.path.abspath, sys.argv[1:])
PARAMS = 0x40  # mkl/abi/payload.h: struct mkl_loader_params
OBJECT = struct.Struct("<HBBIQQQIIII")  # mkl/abi/capdl.h: struct mkl_spec_object
TYPE, PADDR, EXTRA = 0, 4, 5
IRQ, SGI_SIGNAL = 8, 9
NO_PADDR = (1 << 64) - 1
SPEC_TABLES, SPEC_CRC = 0x18, 0x20  # struct mkl_spec_header
ENTRY_SIZE, ENTRY_SHA = 0x88, 0x60  # struct mkl_payload_entry


class Image:
    def __init__(self, path):
        self.path, self.data = path, bytearray(open(path, "rb").read())
        self.payload, _, _, table, self.table_size = struct.unpack_from("<5Q", self.data, PARAMS + 0x30)
        self.table = self.payload + table
        at, count = struct.unpack_from("<II", self.data, self.table + 32)
        for entry in range(self.table + at, self.table + at + count * ENTRY_SIZE, ENTRY_SIZE):
            name, _, _, offset, size = struct.unpack_from("<64sIIQQ", self.data, entry)
            if name.rstrip(b"\0") == b"node1/root.elf":
                self.sha, self.root, self.root_size = entry + ENTRY_SHA, self.payload + offset, size
        self.spec = self.data.index(b"MKLSPEC1", self.root)

    def objects(self):
        at, count = struct.unpack_from("<II", self.data, self.spec + 0x28)
        for o in range(self.spec + at, self.spec + at + count * OBJECT.size, OBJECT.size):
            yield o, list(OBJECT.unpack_from(self.data, o))

    def change(self, wanted, field, value):
        """In the last object that is `wanted`."""
        at, o = [(at, o) for at, o in self.objects() if wanted(o)][-1]
        o[field] = value
        OBJECT.pack_into(self.data, at, *o)

    def finish(self, good_spec):
        """Checksums and hashes as they must be; `good_spec`: the spec's own too."""
        if good_spec:
            (tables,) = struct.unpack_from("<I", self.data, self.spec + SPEC_TABLES)
            self.checksum(self.spec, tables, SPEC_CRC)
        root = self.data[self.root : self.root + self.root_size]
        self.data[self.sha : self.sha + 32] = hashlib.sha256(root).digest()
        self.checksum(self.table, self.table_size, 16)
        table = self.data[self.table : self.table + self.table_size]
        self.data[PARAMS + 0x58 : PARAMS + 0x78] = hashlib.sha256(table).digest()
        open(self.path, "wb").write(self.data)

    def checksum(self, at, size, field):
        struct.pack_into("<I", self.data, at + field, 0)
        struct.pack_into("<I", self.data, at + field, binascii.crc32(self.data[at : at + size]))


def sgi_to_nobody(image):
    image.change(lambda o: o[TYPE] == SGI_SIGNAL, EXTRA, 9 << 32)


def interrupt_that_is_not_there(image):
    image.change(lambda o: o[TYPE] == IRQ, EXTRA, 5000)


def frame_in_no_memory(image):
    image.change(lambda o: o[PADDR] != NO_PADDR, PADDR, 0x7FFFF000)


def broken_table(image):
    image.data[image.spec + 0x90] ^= 1


# name: (plants the fault, its checksum is right, what is said; status: MKL_STATUS_*)
FAULTS = {
    "sgi": (sgi_to_nobody, True, 0x81, "[a-z0-9_]+: cannot make its SGI signal: .+"),
    "interrupt": (interrupt_that_is_not_there, True, 0x81,
                  "[a-z0-9_]+: cannot make its interrupt handler: .+"),
    "memory": (frame_in_no_memory, True, 0x81,
               r"[a-z0-9_]+: cannot find untyped memory at its address \(0x7ffff000\): .+"),
    "checksum": (broken_table, False, 0x80, "CapDL spec refused: .+"),
}


def boot(name):
    plant, good_spec, status, text = FAULTS[name]
    out = os.path.join(WORK, name)
    dry = subprocess.run([MKL, "qemu", os.path.join(ADDER, "system.yaml"), "-o", out, "--dry-run"],
                         capture_output=True, text=True)
    if dry.returncode:
        sys.exit(dry.stderr)
    image = Image(os.path.join(out, "image.bin"))
    plant(image)
    image.finish(good_spec)
    says = re.compile(f"node1\\| mkl: node1: {text}")
    reads = re.compile(f"mkl: node0: node1 failed with error {status:#x} \\({text[:24]}.*going on")
    seen = ""
    run = subprocess.Popen(shlex.split(dry.stdout), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                           stdin=subprocess.DEVNULL)
    watch = threading.Timer(60, run.kill)
    watch.start()
    for line in run.stdout:
        seen += line.decode(errors="replace")
        if says.search(seen) and reads.search(seen):
            break
    else:
        sys.exit(f"{name}: not said: {says.pattern}\n{reads.pattern}\n{seen}")
    watch.cancel()
    run.kill()
    print(says.search(seen).group())


for fault in FAULTS:
    boot(fault)
