#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Holds the kernels' code and read-only data, in bytes of the file, to a limit.

  check_size.py kernel.elf=80000 kernel-release.elf=72000
"""
import struct
import sys


def text_size(path):
    data = open(path, "rb").read()
    phoff, = struct.unpack_from("<Q", data, 32)
    entsize, count = struct.unpack_from("<HH", data, 54)
    total = 0
    for i in range(count):
        kind, flags = struct.unpack_from("<II", data, phoff + i * entsize)
        if kind == 1 and not flags & 2:
            total += struct.unpack_from("<Q", data, phoff + i * entsize + 32)[0]
    return total


def main():
    failed = 0
    for text in sys.argv[1:]:
        path, _, limit = text.rpartition("=")
        size = text_size(path)
        print(f"{path}: {size} bytes of code and constants, limit {limit}")
        failed |= size > int(limit)
    return failed


if __name__ == "__main__":
    sys.exit(main())
