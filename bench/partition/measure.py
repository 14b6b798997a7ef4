#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""`mkl partition` beside dtc on the same trees, and how its time grows."""
import argparse
import pathlib
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

RUNS = 5
PER_BUS = 500


def median_ms(work):
    """Medians of (wall, CPU of the programs run): where others use the machine the second counts."""
    times = []
    for _ in range(RUNS):
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        begin = time.perf_counter()
        work()
        wall = time.perf_counter() - begin
        now = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime
        times.append((wall * 1000, cpu * 1000))
    return tuple(statistics.median(t) for t in zip(*times))


def made_up_board(cpus, devices):
    """GICv3, `cpus` CPUs, `devices` UARTs on one bus, one clock controller, 16 GiB."""
    out = ["""/dts-v1/;
/ { #address-cells = <2>; #size-cells = <2>; interrupt-parent = <&gic>;
psci { compatible = "arm,psci-1.0"; method = "smc"; };
memory@80000000 { device_type = "memory"; reg = <0 0x80000000 4 0>; };
timer { compatible = "arm,armv8-timer"; interrupts = <1 13 8>, <1 14 8>, <1 11 8>, <1 10 8>; };
cpus { #address-cells = <1>; #size-cells = <0>;"""]
    for i in range(cpus):
        out.append(f'cpu@{i:x} {{ device_type = "cpu"; compatible = "arm,cortex-a53"; '
                   f'reg = <{i}>; enable-method = "psci"; }};')
    out.append("""};
soc { compatible = "simple-bus"; #address-cells = <1>; #size-cells = <1>;
ranges = <0 0 0x10000000 0x60000000>;
gic: interrupt-controller@0 { compatible = "arm,gic-v3"; interrupt-controller;
#interrupt-cells = <3>; reg = <0 0x10000>, <0x100000 0x800000>; };
clk: clock-controller@10000 { compatible = "mkl,clocks"; #clock-cells = <1>;
reg = <0x10000 0x1000>; };""")
    for i in range(devices):
        at = 0x2000000 + 0x1000 * i
        if i % PER_BUS == 0:  # dtc's parser gives up at some 10,000 nodes in a row
            out.append(("};\n" if i else "") + f'bus{i // PER_BUS} {{ compatible = "simple-bus"; '
                       '#address-cells = <1>; #size-cells = <1>; ranges;')
        line = f"interrupts = <0 {i} 4>; " if i < 900 else ""
        out.append(f'serial@{at:x} {{ compatible = "arm,pl011", "arm,primecell"; '
                   f'reg = <0x{at:x} 0x1000>; {line}'
                   f'clocks = <&clk {i}>, <&clk {i}>; clock-names = "uartclk", "apb_pclk"; }};')
    out.append("};\n};\n};\n")
    return "\n".join(out)


def device(i):
    return f"/soc/bus{i // PER_BUS}/serial@{0x2000000 + 0x1000 * i:x}"


def compile_dts(text, path):
    subprocess.run(["dtc", "-q", "-I", "dts", "-O", "dtb", "-o", path, "-"], input=text.encode(),
                   check=True)


def round_trip(dtb, scratch):
    dts, again = scratch / "round.dts", scratch / "round.dtb"
    subprocess.run(["dtc", "-q", "-I", "dtb", "-O", "dts", "-o", dts, dtb], check=True)
    subprocess.run(["dtc", "-q", "-I", "dts", "-O", "dtb", "-o", again, dts], check=True)


def system_text(dtb, nodes, board="", rest=lambda n: "", size="64M"):
    out = [f"mkl: 1\nboard:\n  dtb: {dtb}\n{board}nodes:"]
    for n in range(nodes):
        out.append(f"  n{n}: {{cpu: {n}, memory: {size}{rest(n)}}}")
    return "\n".join(out) + "\n"


class Bench:
    def __init__(self, mkl, scratch):
        self.mkl, self.scratch = mkl, scratch

    def partition(self, text):
        system = self.scratch / "system.yaml"
        system.write_text(text)
        argv = [self.mkl, "partition", system, "-o", self.scratch / "out"]
        first = subprocess.run(argv, capture_output=True, text=True)
        if first.returncode != 0:
            sys.exit(f"mkl partition: {first.stderr}")
        return median_ms(lambda: subprocess.run(argv, capture_output=True, check=True))

    def row(self, name, dtb, text):
        ours = self.partition(text)
        dtc = median_ms(lambda: round_trip(dtb, self.scratch))
        print(f"{name:<36} {dtb.stat().st_size:>8} {ours[0]:>9.1f} {dtc[0]:>9.1f} {ours[0] / dtc[0]:>6.2f}"
              f" {ours[1]:>9.1f} {dtc[1]:>9.1f} {ours[1] / dtc[1]:>6.2f}", flush=True)

    def beside_dtc(self, files):
        print(f"{'two nodes':<36} {'bytes':>8} {'mkl ms':>9} {'dtc ms':>9} {'ratio':>6}"
              f" {'mkl CPU':>9} {'dtc CPU':>9} {'ratio':>6}")
        if shutil.which("qemu-system-aarch64"):
            virt = self.scratch / "virt.dtb"
            subprocess.run(["qemu-system-aarch64", "-M", f"virt,gic-version=3,dumpdtb={virt}",
                            "-smp", "4", "-m", "1G", "-cpu", "cortex-a53", "-nographic", "-nic", "none"],
                           capture_output=True, check=True)
            self.row("QEMU virt", virt, system_text(virt, 2))
        for file in files:
            text = system_text(file, 2)
            # RAM that firmware would fill in.
            (self.scratch / "system.yaml").write_text(text)
            tried = subprocess.run([self.mkl, "check", self.scratch / "system.yaml"],
                                   capture_output=True, text=True)
            if "E420" in tried.stderr:
                base = tried.stderr.split("memory: [{base: ")[1].split(",")[0]
                text = system_text(file, 2, f"  memory: [{{base: {base}, size: 2G}}]\n")
            self.row(file.stem, file, text)
        large = self.scratch / "large.dtb"
        devices = 1000
        while True:
            compile_dts(made_up_board(2, devices), large)
            if large.stat().st_size >= 325000:
                break
            devices += 50
        self.row(f"made up, {devices} devices", large, system_text(large, 2))

    def growth(self):
        print(f"\n{'two nodes, N regions':<40} {'bytes':>9} {'mkl ms':>9} {'CPU ms':>9} {'CPU us/region':>14}")
        for regions in (10, 100, 1000, 10000):
            dtb = self.scratch / "regions.dtb"
            compile_dts(made_up_board(2, regions), dtb)
            half = lambda n: (", devices: [" + ", ".join(
                device(i) for i in range(n * regions // 2, (n + 1) * regions // 2)) + "]")
            text = system_text(dtb, 2, rest=half)
            ms = self.partition(text)
            print(f"{regions:<40} {dtb.stat().st_size:>9} {ms[0]:>9.1f} {ms[1]:>9.1f} "
                  f"{1000 * ms[1] / regions:>14.1f}",
                  flush=True)
        print(f"\n{'N nodes, 200 devices':<40} {'bytes':>9} {'mkl ms':>9} {'CPU ms':>9} {'CPU ms/node':>14}")
        for nodes in (2, 4, 8, 16, 32, 64):
            dtb = self.scratch / "nodes.dtb"
            compile_dts(made_up_board(nodes, 200), dtb)
            deal = lambda n: (", devices: [" + ", ".join(
                device(i) for i in range(n, 200, nodes)) + "]")
            ms = self.partition(system_text(dtb, nodes, rest=deal))
            print(f"{nodes:<40} {dtb.stat().st_size:>9} {ms[0]:>9.1f} {ms[1]:>9.1f} "
                  f"{ms[1] / nodes:>14.2f}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mkl", required=True, type=pathlib.Path)
    parser.add_argument("--dtb", nargs="*", default=[], type=pathlib.Path)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        bench = Bench(args.mkl.resolve(), pathlib.Path(scratch))
        bench.beside_dtc([f.resolve() for f in args.dtb])
        bench.growth()


if __name__ == "__main__":
    main()
