#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Boots one case through a U-Boot that requires the key `dev`, and checks what it says.

Environment and FIT lie in RAM before U-Boot starts; the key is part of the tree that it runs on.
"""
import argparse
import os
import subprocess
import sys
import time

UBOOT = "/usr/lib/u-boot/qemu_arm64/u-boot.bin"
MACHINE = ["-M", "virt,gic-version=3,dtb-randomness=off", "-cpu", "cortex-a53", "-smp", "2", "-m",
           "1G", "-net", "none", "-display", "none"]
ADDRESS = 0x60000000
LIMIT = 45.0
GOOD = ["sha256,rsa2048:dev+ OK", "mkl: node0: cpu 0x0", "mkl: node1: cpu 0x1"]
BAD = ["can't get kernel image", "refused by U-Boot"]
CASES = {
    "signed": GOOD,
    "from-source": GOOD,              # image.its, signed by mkimage
    "unsigned": BAD + ["Failed to verify required signature"],
    "other-key": BAD + ["Failed to verify required signature"],
    "tampered-kernel": BAD + ["Bad hash value for 'hash-1' hash node in 'kernel'"],
    "tampered-configuration": BAD + ["Failed to verify required signature"],
    "tampered-tree": ["Bad hash value for 'hash-1' hash node in 'fdt'", "refused by U-Boot"],
    "loadables": GOOD + ["Loading loadables"],
    "tampered-loadable": BAD[1:] + ["Bad hash value for 'hash-1' hash node in 'node1-kernel.elf'"],
    "second-system": GOOD[:2] + ["Using 'conf-b' configuration", "mkl: node1: cpu 0x1"],
    # No hole of mkl's: U-Boot has nothing to check in it. docs/boot-interface.md, 5.
    "legacy": ["Legacy Image", "mkl: node0: cpu 0x0"],
}


def run(*command, **options):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                   **options)


def make_key(work, name):
    """Once for all cases: making a key takes longer than booting."""
    keys = os.path.join(work, "keys")
    os.makedirs(keys, exist_ok=True)
    key = os.path.join(keys, name + ".key")
    if not os.path.exists(key):
        half = "%s.%d" % (key, os.getpid())
        run("openssl", "genrsa", "-out", half, "2048")
        try:
            os.link(half, key)        # the first one wins
        except FileExistsError:
            pass
        os.unlink(half)
    return key


def board_tree(work, key_source):
    """The tree of QEMU's machine with the public key in it."""
    tree = os.path.join(work, "board.dtb")
    machine = list(MACHINE)
    machine[1] += ",dumpdtb=" + tree
    run("qemu-system-aarch64", *machine)
    source = subprocess.run(["dtc", "-q", "-I", "dtb", "-O", "dts", tree], check=True,
                            stdout=subprocess.PIPE).stdout
    with open(key_source, "rb") as f:
        source += f.read()
    run("dtc", "-q", "-I", "dts", "-O", "dtb", "-o", tree, "-", input=source)
    return tree


def flip(path, where):
    """One bit of the byte at `where`, or in the middle of the first occurrence of bytes."""
    with open(path, "r+b") as f:
        data = f.read()
        at = data.index(where) + len(where) // 2
        f.seek(at)
        f.write(bytes([data[at] ^ 1]))


def make_fit(args, case, work):
    """The file to boot, and the public key that U-Boot has."""
    out, trusted = os.path.join(work, "out"), os.path.join(work, "trusted")
    key = make_key(args.work, "dev")
    run(args.mkl, "image", args.system, "-o", trusted, "--sign", key)
    options = [] if case in ("unsigned", "from-source") else ["--sign", key]
    if case in ("loadables", "tampered-loadable", "from-source"):
        options += ["--bootm-limit", "128K"]  # smaller than the image, larger than the loader
    if case == "second-system":
        options += ["--second", args.system]
    if case == "other-key":
        other = make_key(os.path.join(args.work, "other"), "dev")
        options = ["--sign", other]
    run(args.mkl, "image", args.system, "-o", out, *options)
    fit = os.path.join(out, "image.itb")
    if case == "from-source":
        certificate = os.path.join(args.work, "keys", "dev.crt")
        if not os.path.exists(certificate):
            run("openssl", "req", "-batch", "-new", "-x509", "-key", key, "-out", certificate)
        run("mkimage", "-f", "image.its", "-k", os.path.dirname(key), "-r", "image.itb", cwd=out)
    if case == "tampered-loadable":
        with open(fit, "rb") as f:
            data = f.read()
        at = data.index(b"\x7fELF\x02\x01\x01", data.index(b"node1-kernel.elf\0"))
        flip(fit, data[at - 64:at + 0x2000])  # of its image, wherever else the kernel stands
    if case == "tampered-kernel":
        with open(os.path.join(out, "image.bin"), "rb") as f:
            flip(fit, f.read())
    if case == "tampered-tree":
        with open(os.path.join(out, "image.dtb"), "rb") as f:
            flip(fit, f.read())
    if case == "tampered-configuration":
        flip(fit, b"loader and payload")
    if case == "legacy":
        fit = os.path.join(out, "image.uimg")
    return fit, os.path.join(trusted, "image-key.dtsi")


def watch(line, wanted):
    start, out = time.monotonic(), ""
    with subprocess.Popen(line, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT) as qemu:
        os.set_blocking(qemu.stdout.fileno(), False)
        while time.monotonic() - start < LIMIT and not all(w in out for w in wanted):
            out += (qemu.stdout.read() or b"").decode(errors="replace")
            if qemu.poll() is not None:
                out += (qemu.stdout.read() or b"").decode(errors="replace")
                break
            time.sleep(0.01)
        qemu.kill()
    return out, time.monotonic() - start


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("case", choices=CASES)
    p.add_argument("--mkl", required=True)
    p.add_argument("--system", required=True)
    p.add_argument("--work", required=True)
    args = p.parse_args()
    work = os.path.join(args.work, args.case)
    os.makedirs(work, exist_ok=True)
    fit, key_source = make_fit(args, args.case, work)
    environment = os.path.join(work, "env")
    boot = {"legacy": "", "second-system": "#conf-b"}.get(args.case, "#conf")
    text = ("bootdelay=-2\nbootcmd=bootm 0x%x%s - ${fdtcontroladdr}; echo refused by U-Boot; "
            "poweroff\n" % (ADDRESS, boot))
    if args.case == "tampered-tree":  # our own tree only matters if U-Boot is told no other
        text = text.replace(" - ${fdtcontroladdr}", "")
    run("mkenvimage", "-s", "0x40000", "-o", environment, "-", input=text.encode())
    out, seconds = watch(
        ["qemu-system-aarch64", *MACHINE, "-serial", "stdio", "-monitor", "none", "-no-reboot",
         "-bios", UBOOT, "-dtb", board_tree(work, key_source),
         "-device", "loader,addr=0x4000000,force-raw=on,file=" + environment,
         "-device", "loader,addr=0x%x,force-raw=on,file=%s" % (ADDRESS, fit)], CASES[args.case])
    print(out)
    missing = [w for w in CASES[args.case] if w not in out]
    for w in missing:
        print("missing:", w)
    if CASES[args.case][0] != GOOD[0] and args.case != "legacy" and "mkl: " in out:
        missing.append("it booted")
    print("%s: %.2f s" % (args.case, seconds))
    sys.exit(1 if missing else 0)


if __name__ == "__main__":
    main()
