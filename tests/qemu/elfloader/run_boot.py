#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Boots one case of cases.txt in QEMU and checks its console."""
import argparse
import os
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
UBOOT = "/usr/lib/u-boot/qemu_arm64/u-boot.bin"
EDK2 = "/usr/share/qemu-efi-aarch64/QEMU_EFI.fd"
UARTS = {
    "aarch64": ["-DUART=0x09000000"],
    "riscv64": ["-DUART=0x10000000"],
    "zcu102": ["-DUART=0xff000000", "-DCADENCE"],
    "versal": ["-DUART=0xff000000"],
    "raspi3b": ["-DUART=0x3f201000"],
    "sifive_u": ["-DUART=0x10010000", "-DSIFIVE"],
}
LIMIT = 45.0  # seconds; a good boot takes about one on an idle machine
QUIET = 0.7   # a case with "!" lines is given this long after its last wanted line


def read_case(name):
    found, wanted, unwanted = None, [], []
    with open(os.path.join(HERE, "cases.txt"), encoding="utf-8") as f:
        for line in f:
            if line.startswith("  ") and found:
                (wanted if line[2] == "+" else unwanted).append(line[4:].strip())
            elif found and not line.startswith("#"):
                break
            elif line.startswith(name + " "):
                found = line.split()
    if not found:
        sys.exit("no case '%s'" % name)
    # NAME HOW - MACHINE [-|QEMU options] [image options starting with --]
    rest = found[4:]
    qemu = [w for w in rest[:next((i for i, w in enumerate(rest) if w.startswith("--")), len(rest))]
            if w != "-"]
    image = rest[next((i for i, w in enumerate(rest) if w.startswith("--")), len(rest)):]
    return found[1], found[3], qemu, image, wanted, unwanted


def run(*command, **options):
    subprocess.run(command, check=True, **options)


def build(work, share, how, options, name):
    node = os.path.join(work, name + ".node")
    arch = "riscv64" if "riscv64" in options else "aarch64"
    tool = "riscv64-unknown-elf-" if arch == "riscv64" else "aarch64-linux-gnu-"
    flags = ["-march=rv64imac_zicsr", "-mabi=lp64", "-mno-relax"] if arch == "riscv64" else []
    source = "node-%s.S" % arch
    if "--sel4" in options:
        source = "probe-%s.S" % arch
    if "--mark" in options:
        source = "rude-%s.c" % arch
        flags = ["-O1", "-ffreestanding", "-mgeneral-regs-only", "-fno-toplevel-reorder"]
        if "restored" in options:
            flags.append("-DPOLITE=0")  # the node that starts last
    flags += UARTS.get(options[options.index("--board") + 1] if "--board" in options else arch)
    run(tool + "gcc", *flags, "-c", "-o", node + ".o", os.path.join(HERE, source))
    run(tool + "ld", "-Ttext=0", "-e", "0", "-o", node + ".elf", node + ".o")
    run(tool + "objcopy", "-O", "binary", "-j", ".text", "-j", ".rodata", node + ".elf", node + ".bin")
    image = os.path.join(work, name + ".image")
    run(sys.executable, os.path.join(HERE, "make_image.py"), "--loader",
        os.path.join(share, arch, "elfloader.bin"), "--kernel", node + ".bin", "-o", image,
        *options, *(["--elf"] if how in ("elf", "device") else []))
    return image


def stray_firmware(work, how):
    """Firmware of our own: `how` is riscv-stray- and what firmware-riscv64.S knows as STRAY."""
    out = os.path.join(work, how)
    run("riscv64-unknown-elf-gcc", "-march=rv64imac_zicsr_zifencei", "-mabi=lp64", "-mno-relax", "-nostdlib",
        "-Wl,-Ttext=0x80000000", "-DSTRAY=" + how[-1], "-o", out + ".elf",
        os.path.join(HERE, "firmware-riscv64.S"))
    run("riscv64-unknown-elf-objcopy", "-O", "binary", out + ".elf", out + ".bin")
    return out + ".bin"


def command(work, how, machine, qemu, image, name):
    if how.startswith("riscv-"):
        line = ["qemu-system-riscv64", "-nographic", "-m", "1G", "-no-reboot", "-smp", "2", "-net",
                "none", "-M", machine] + qemu
        if how.startswith("riscv-stray-"):
            line += ["-bios", stray_firmware(work, how)]
        return line + ["-kernel", image]
    line = ["qemu-system-aarch64", "-nographic", "-no-reboot", "-net", "none", "-M", machine]
    if machine.startswith("virt"):  # a later option of the case wins
        line += ["-m", "1G", "-cpu", "cortex-a53", "-smp", "2"]
    line += qemu
    if os.path.exists(image + ".loadable"):
        line += ["-device", "loader,addr=0x68000000,force-raw=on,file=" + image + ".loadable"]
    if how in ("kernel", "elf"):
        return line + ["-kernel", image]
    if how == "device":
        return line + ["-device", "loader,cpu-num=0,file=" + image]
    if how == "edk2":
        return line + ["-bios", EDK2, "-kernel", image]
    env = os.path.join(work, name + ".env")
    boot = "booti 0x48000000 - ${fdtcontroladdr}"
    if how == "bootefi":
        boot = "bootefi 0x48000000:%x ${fdtcontroladdr}" % os.path.getsize(image)
    text = "bootdelay=-2\nbootcmd=%s\n" % boot
    run("mkenvimage", "-s", "0x40000", "-o", env, "-", input=text.encode(),
        stdout=subprocess.DEVNULL)
    return line + ["-bios", UBOOT, "-device", "loader,addr=0x4000000,force-raw=on,file=" + env,
                   "-device", "loader,addr=0x48000000,force-raw=on,file=" + image]


def watch(line, wanted, unwanted):
    start = time.monotonic()
    with subprocess.Popen(line, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, env=dict(os.environ, QEMU_AUDIO_DRV="none")) as qemu:
        os.set_blocking(qemu.stdout.fileno(), False)
        out, complete = "", None
        while time.monotonic() - start < LIMIT:
            piece = qemu.stdout.read() or b""
            out += piece.decode(errors="replace")
            if complete is None and all(w in out for w in wanted):
                complete = time.monotonic()
            if complete and (not unwanted or time.monotonic() - complete > QUIET):
                break
            if qemu.poll() is not None:
                break
            time.sleep(0.01)
        qemu.kill()
    return out, (complete or time.monotonic()) - start


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("case")
    p.add_argument("--share", required=True)
    p.add_argument("--work", required=True)
    args = p.parse_args()
    how, machine, qemu, options, wanted, unwanted = read_case(args.case)
    if how in ("booti", "bootefi") and not os.path.exists(UBOOT):
        sys.exit("U-Boot is missing: install u-boot-qemu")
    os.makedirs(args.work, exist_ok=True)
    image = build(args.work, args.share, how, options, args.case)
    out, seconds = watch(command(args.work, how, machine, qemu, image, args.case), wanted, unwanted)
    print(out)
    missing = [w for w in wanted if w not in out]
    present = [u for u in unwanted if u in out]
    for w in missing:
        print("missing:", w)
    for u in present:
        print("must not be there:", u)
    print("%s: %.2f s" % (args.case, seconds))
    sys.exit(1 if missing or present else 0)


if __name__ == "__main__":
    main()
