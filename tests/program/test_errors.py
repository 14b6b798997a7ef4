# SPDX-License-Identifier: BSD-2-Clause
"""Errors of the surroundings: boards that are incomplete, programs that are missing or fail, files
that cannot be used. Each is a finding with its id, and status 1."""
import os
import pathlib
import shutil
import struct
import subprocess
import unittest

from program import HAS_TARGETS, MKL, ROOT, ProgramTest, run

QEMU = "qemu-system-aarch64"
needs_targets = unittest.skipUnless(HAS_TARGETS, "needs mkl's own programs")
needs_qemu = unittest.skipUnless(shutil.which(QEMU), "needs " + QEMU)
needs_dtc = unittest.skipUnless(shutil.which("dtc"), "needs dtc")
UBOOT = pathlib.Path("/usr/lib/u-boot/qemu_arm64/u-boot.bin")


class Errors(ProgramTest):
    def check(self, identifier, *more, command=("check",), **options):
        result = run(*command, self.system, *more, **options)
        self.finds(result, identifier)
        return result.stderr

    def says(self, identifier, *more, command=("check",), **options):
        """A warning; with or without errors beside it."""
        text = run(*command, self.system, *more, **options).stderr
        self.assertIn(f"[{identifier} ", text)
        return text

    def image(self, *more):
        return run("image", self.system, "-o", self.dir / "out", *more)

    def programs(self, **scripts):
        """An environment in which these are the only programs."""
        path = self.dir / "bin"
        path.mkdir(exist_ok=True)
        for name, text in scripts.items():
            file = path / name.replace("_", "-")
            file.write_text("#!/bin/sh\n" + text)
            file.chmod(0o755)
        return {**os.environ, "PATH": str(path)}


@needs_dtc
class Boards(Errors):
    """tests/boards/gicv2.dts with one thing wrong."""

    def setUp(self):
        super().setUp()
        self.system.write_text(self.system.read_text().replace("dtb: board.dtb", "dts: board.dts"))
        self.source = (ROOT / "tests/boards/gicv2.dts").read_text()

    def board(self, old, new):
        self.assertIn(old, self.source)
        (self.dir / "board.dts").write_text(self.source.replace(old, new))

    def test_the_board_itself(self):
        self.board("", "")
        self.assertEqual(run("check", self.system).returncode, 0)

    def test_no_cpus(self):
        self.board('device_type = "cpu";', "")
        self.assertIn("no child with device_type", self.check("E410"))
        self.board("\tcpus {", "\tcores {")
        self.assertIn("no /cpus node", self.check("E410"))

    def test_cpus_without_a_method(self):
        self.board('enable-method = "psci";', "")
        self.says("W411")
        # The only CPU is the one that runs already.
        self.board("", "")
        (self.dir / "board.dts").write_text(self.source.replace(
            'reg = <0>;\n\t\t\tenable-method = "psci";', "reg = <0>;"))
        self.assertNotIn("[W411 ", run("check", self.system).stderr)

    def test_ram_beyond_64_bits(self):
        self.board("reg = <0 0x40000000 0 0x40000000>;",
                   "reg = <0 0x40000000 0 0x40000000 0xffffffff 0xffff0000 0 0x20000>;")
        self.assertIn("RAM 0xffffffffffff0000 + 0x20000", self.check("E422"))
        self.board("reg = <0 0x7f000000 0 0x1000000>;",
                   "reg = <0xffffffff 0xffffffff 0 0x1000000>;")
        self.assertIn("reserved memory 0xffffffffffffffff", self.check("E422"))
        self.board("", "")
        for key, what, why in (("reserve", "reservation", ", why: x"), ("memory", "RAM", "")):
            self.assertIn(what + " 0xfffffffffffff000 + 0x2000 ends beyond 64 bits", self.check(
                "E422", "--set", f"board.{key}=[{{base: 0xfffffffffffff000, size: 8K{why}}}]"))

    def test_ram_twice(self):
        self.board("\treserved-memory {", "\tmemory@50000000 { device_type = \"memory\";\n"
                   "\t\treg = <0 0x50000000 0 0x1000>; };\n\n\treserved-memory {")
        self.assertIn("of /memory@50000000 overlaps", self.says("W423"))

    def test_controller_without_registers(self):
        self.board("reg = <0 0x8000000 0 0x10000>, <0 0x8010000 0 0x10000>,\n\t\t      ",
                   "reg = <0 0x8000000 0 0x10000>; other = ")
        self.assertIn("1 register ranges", self.check("E431"))

    def test_no_timer(self):
        self.board('compatible = "arm,armv8-timer";', 'compatible = "some,timer";')
        self.says("W432")


class Programs(Errors):
    """QEMU, dtc and U-Boot that are not there, or do not do it."""

    MACHINE = "mkl: 1\nboard: {qemu: {machine: virt, cpus: 2}}\n" \
              "nodes:\n  one: {cpu: 0, memory: 64M}\n  two: {cpu: 1, memory: 64M}\n"

    def with_machine(self, cpus="cpus: 4"):
        """The board is a file, the machine is to be run."""
        machine = f"qemu: {{machine: virt, gic-version: 3, {cpus}, memory: 1G}}"
        self.system.write_text(self.system.read_text().replace("dtb: board.dtb",
                                                               "dtb: board.dtb, " + machine))

    def test_not_installed(self):
        self.system.write_text(self.MACHINE)
        self.assertIn(QEMU + " is not installed", self.check("E404", env=self.programs()))
        (self.dir / "board.dts").write_text("/dts-v1/; / { };\n")
        self.system.write_text(self.MACHINE.replace("qemu: {machine: virt, cpus: 2}",
                                                    "dts: board.dts"))
        self.assertIn("dtc is not installed", self.check("E404", env=self.programs()))

    def test_qemu_that_writes_no_tree(self):
        self.system.write_text(self.MACHINE)
        text = self.check("E406", env=self.programs(
            **{QEMU: "echo unsupported machine type >&2; exit 1\n"}))
        self.assertIn("unsupported machine type", text)
        for word, message in (("virt", "unsupported machine type"),
                              ("odd", "unable to find CPU model 'odd'"),
                              ("99", "Invalid SMP CPUs 99. The max CPUs supported is 8"),
                              ("3000G", "cannot set up guest memory 'mach-virt.ram'"),
                              ("{machine", "something else")):
            line = "board: {qemu: {machine: virt, cpu: odd, cpus: 99, memory: 3000G}}"
            self.system.write_text(self.MACHINE.replace(
                "board: {qemu: {machine: virt, cpus: 2}}", line))
            text = self.check("E406", env=self.programs(
                **{QEMU: f'echo "{message}" >&2; exit 1\n'}))
            self.assertIn(f"{self.system.name}:2:{line.index(word) + 1}: error", text)
        self.check("E406", env=self.programs(**{QEMU: "exit 0\n"}))
        text = self.check("E406", env={**os.environ, "TMPDIR": str(self.dir / "none")})
        self.assertIn("temporary directory for QEMU's tree: No such file", text)

    @needs_targets
    def test_no_temporary_directory(self):
        self.with_machine()
        text = self.check("E706", command=("qemu",), env={**os.environ, "TMPDIR": "/dev/null"})
        self.assertIn("no temporary directory for the image: Not a directory", text)

    @needs_targets
    def test_qemu_that_cannot_run(self):
        self.with_machine()
        command = ("qemu",)
        self.assertIn(QEMU + " is not installed",
                      self.check("E701", command=command, env=self.programs()))
        env = self.programs(**{QEMU: ""})
        (self.dir / "bin" / QEMU).write_text("no program\n")
        (self.dir / "bin" / QEMU).chmod(0o644)
        self.assertIn("cannot be started: Permission denied",
                      self.check("E706", command=command, env=env))

    @needs_targets
    def test_qemu_that_ends_with_an_error(self):
        self.with_machine()
        env = self.programs(**{QEMU: "echo bad option >&2; exit 7\n"})
        text = run("qemu", self.system, "--expect", "x", env=env)
        self.assertEqual(text.returncode, 3)
        self.assertIn("QEMU ended with exit status 7: bad option [W702 ", text.stderr)
        self.assertIn("before QEMU ended [W701 ", text.stderr)

    @needs_targets
    def test_nodes_that_do_not_get_up(self):
        self.with_machine()
        for script in ("exit 0\n", "exec /bin/sleep 20\n"):
            result = run("qemu", self.system, "--timeout", "2", env=self.programs(**{QEMU: script}))
            self.assertEqual(result.returncode, 3)
            for node in ("one", "two"):
                self.assertIn(f"node '{node}' did not get up: it reached stage 'none' [W704 ",
                              result.stderr)

    @needs_targets
    @needs_qemu
    def test_a_node_that_fails_says_why(self):
        subprocess.run([QEMU, "-nodefaults", "-nographic", "-M",
                        f"virt,gic-version=3,dumpdtb={self.dir}/board.dtb", "-cpu",
                        "cortex-a53", "-smp", "2", "-m", "1G"], check=True,
                       stderr=subprocess.DEVNULL)
        self.with_machine("cpus: 1")
        text = run("qemu", self.system, "--expect", "refused: two", "--timeout", "60")
        self.assertRegex(text.stderr, r"node 'two' failed in stage '\w+': .*\[W703 ")
        # Nobody else prints the other's log.
        text = run("qemu", self.system, "--set", "nodes.two.console=/pl011@9000000", "--expect",
                   "mkl: one: cpu 0x0 ram", "--timeout", "8")
        self.assertEqual(text.returncode, 0, text.stdout + text.stderr)
        self.assertIn("\none| mkl: one: cpu 0x0 ram", text.stdout)

    @needs_targets
    @unittest.skipUnless(UBOOT.exists(), "needs u-boot-qemu")
    def test_no_place_for_uboot(self):
        self.system.write_text(self.MACHINE.replace("cpus: 2", "cpus: 2, memory: 64M").replace(
            "memory: 64M}\n", "memory: 16M}\n"))
        self.check("E705", "--uboot", "--expect", "x", "--timeout", "5", command=("qemu",))

    @needs_targets
    @unittest.skipIf(UBOOT.exists(), "u-boot-qemu is installed")
    def test_no_uboot(self):
        self.with_machine()
        self.check("E702", "--uboot", command=("qemu",))


class Arguments(Errors):
    """What the command line names."""

    def test_explain(self):
        result = run("explain", "E2O3")
        self.finds(result, "E801")
        self.assertIn("did you mean E203?", result.stderr)
        self.assertEqual(run("explain", "e203").returncode, 0)

    def test_node(self):
        self.assertIn("did you mean 'one'?",
                      self.check("E803", "--node", "oen", command=("why", "cpu 0")))
        self.assertIn("nodes are: one, two",
                      self.check("E803", "--node", "nowhere", command=("why", "cpu 0")))

    def test_seconds(self):
        for text in ("0", "-1", "1e300", "nan", "5s", ""):
            result = run("qemu", self.system, f"--timeout={text}")
            self.assertEqual(result.returncode, 2, text)
            self.assertLess(len(result.stderr), 200)

    def test_status_dump(self):
        dump = self.dir / "dump"
        dump.write_bytes(bytes(8192))
        self.finds(run("inspect", "--status", dump), "E805")

    @needs_targets
    def test_signing_key(self):
        key = self.dir / "dev.key"
        for text, why in (("nothing", "PEM"), ("-----BEGIN PRIVATE KEY-----\n", "PEM")):
            key.write_text(text)
            result = self.image("--sign", key)
            self.finds(result, "E806")
        odd = self.dir / "a b.key"
        odd.write_text("x")
        result = self.image("--sign", odd)
        self.finds(result, "E806")
        self.assertIn("'a b' is no name for it", result.stderr)
        self.finds(self.image("--sign", self.dir / "none.key"), "E804")
        self.assertFalse((self.dir / "out").exists())

    def test_lock_file(self):
        lock = self.dir / "system.lock"
        lock.write_text("# kept\n\nno decision\n")
        text = self.says("W811")
        self.assertIn("system.lock:3:1:", text)
        lock.unlink()
        lock.mkdir()
        self.check("E814")  # its addresses would move without a word
        self.check("E814", "-o", self.dir / "out", "--lock", command=("partition",))
        lock.rmdir()
        (self.dir / "system.lock.new").mkdir()
        self.check("E812", "-o", self.dir / "out", "--lock", command=("partition",))


@needs_targets
class Images(Errors):
    """What cannot be packed."""

    def test_programs_of_another_installation(self):
        alone = self.dir / "bin" / "mkl"
        alone.parent.mkdir()
        shutil.copy(MKL, alone)
        result = subprocess.run([alone, "image", self.system, "-o", self.dir / "out"], text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        self.finds(result, "E540")
        share = self.dir / "bin" / "share" / "mkl"
        shutil.copytree(pathlib.Path(MKL).parent / "share" / "mkl" / "aarch64", share / "aarch64")
        loader = share / "aarch64" / "elfloader.bin"
        loader.write_bytes(loader.read_bytes()[:64] + bytes(8) + loader.read_bytes()[72:])
        result = subprocess.run([alone, "image", self.system, "-o", self.dir / "out"], text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        self.finds(result, "E570")

    def test_loader_info_for_a_kernel_without_configuration(self):
        shutil.copy(pathlib.Path(MKL).parent / "share/mkl/aarch64/kernel.elf", self.dir / "k.elf")
        self.system.write_text(self.system.read_text().replace(
            "memory: 64M}", "memory: 64M, kernel: {elf: k.elf, protocol: sel4-loader-info}}", 1))
        self.finds(self.image(), "E550")

    def test_larger_than_bootm_takes(self):
        result = self.image("--bootm-limit", "1K")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("image.itb and image.uimg may be refused [W573 ", result.stderr)

    def test_two_architectures_in_one_fit(self):
        other = self.dir / "other.yaml"
        other.write_text(self.system.read_text().replace(
            "board.dtb", "riscv.dtb").replace("cpu: 1", "cpu: 2").replace("cpu: 0", "cpu: 1"))
        shutil.copy(ROOT / "tests/fuzz/corpus/dtb/riscv.dtb", self.dir / "riscv.dtb")
        self.finds(self.image("--second", other), "E574")

    def test_more_components_than_consoles(self):
        shutil.copy(pathlib.Path(MKL).parent / "share/mkl/aarch64/stub-classic.bin",
                    self.dir / "none")
        code = b"\x7fELF\2\1\1" + bytes(9) + struct.pack(
            "<HHIQQQIHHHHHH", 2, 183, 1, 0x400000, 64, 0, 0, 64, 56, 1, 0, 0, 0)
        code += struct.pack("<IIQQQQQQ", 1, 5, 0, 0x400000, 0x400000, 0x100, 0x100, 0x1000)
        (self.dir / "c.elf").write_bytes(code.ljust(0x100, b"\0"))
        def components(count):
            return "components:\n" + "".join(
                f"  c{i}: {{node: one, elf: c.elf}}\n" for i in range(count))
        text = self.system.read_text()
        self.system.write_text(text + components(63))
        self.assertEqual(self.image().returncode, 0)
        self.system.write_text(text + components(64))
        self.finds(self.image(), "E525")


if __name__ == "__main__":
    unittest.main()
