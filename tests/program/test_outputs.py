# SPDX-License-Identifier: BSD-2-Clause
"""Outputs appear whole or not at all, and inputs are never touched."""
import json
import os
import shutil
import signal
import subprocess
import time
import unittest

from program import HAS_TARGETS, MKL, ProgramTest, run

COMMAND = "image" if HAS_TARGETS else "partition"


def can_mount():
    """Whether this user may mount a tmpfs of its own, as root or in a user namespace."""
    probe = subprocess.run(["unshare", "--mount", "--map-root-user", "true"], check=False,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return probe.returncode == 0


class Outputs(ProgramTest):
    def test_a_run_writes_its_files_and_nothing_else(self):
        result = run(COMMAND, self.system, "-o", self.dir / "out")
        self.assertEqual(result.returncode, 0, result.stderr)
        names = self.names()
        self.assertIn("out/plan.json", names)
        self.assertIn("out/two/node.dtb", names)
        self.assertFalse([n for n in names if not n.startswith("out")], names)
        self.assertFalse([n for n in names if ".mkl" in n], "no lock, no temporary directory")

    def test_same_bytes_in_another_directory(self):
        other = self.dir / "some" / "other place"
        other.mkdir(parents=True)
        for name in ("board.dtb", "system.yaml"):
            shutil.copy(self.dir / name, other / name)
        self.assertEqual(run(COMMAND, self.system, "-o", self.dir / "out").returncode, 0)
        here = subprocess.run([MKL, COMMAND, "system.yaml", "-o", "result"], cwd=other, check=False,
                              stderr=subprocess.PIPE,
                              env={**os.environ, "TZ": "Asia/Tokyo", "LC_ALL": "C"})
        self.assertEqual(here.returncode, 0, here.stderr)
        self.assertEqual(self.content(self.dir / "out"), self.content(other / "result"))

    def test_a_lock_file_keeps_addresses(self):
        def memory():
            plan = json.loads((self.dir / "out/plan.json").read_text())
            return {n["name"]: n["memory"] for n in plan["nodes"]}
        partition = ("partition", self.system, "-o", self.dir / "out")
        self.assertEqual(run(*partition, "--lock").returncode, 0)
        before, text = memory(), self.system.read_text()
        # A larger node comes first by size and would push the others up.
        self.system.write_text(text + "  three: {cpu: 2, memory: 128M}\n")
        for more in ((), ("--lock",)):
            result = run(*partition, *more)
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertNotIn("[W813 ", result.stderr)
            self.assertEqual({n: memory()[n] for n in before}, before)
        # What cannot be kept is said by every command, and written down by --lock alone.
        self.system.write_text(text.replace("64M", "32M", 1))
        locked = (self.dir / "system.lock").read_text()
        for command in (("check", self.system), partition):
            result = run(*command)
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertIn("[W813 ", result.stderr)
        self.assertEqual((self.dir / "system.lock").read_text(), locked)
        self.assertIn("[N810 ", run(*partition, "--lock").stderr)
        self.assertNotIn("[W813 ", run("check", self.system).stderr)
        # Something fixed in the way: the place of the address is the lock file's line.
        base = memory()["one"][0]["base"]
        self.system.write_text(text.replace("64M", "32M", 1).replace(
            "cpu: 1, memory: 64M", f"cpu: 1, memory: {{base: {base}, size: 64M}}"))
        self.finds(run("check", self.system), "E211")
        self.assertIn("system.lock:", run("check", self.system).stderr)
        self.assertIn("[N810 ", run(*partition, "--lock").stderr)
        self.assertEqual(run("check", self.system).returncode, 0)

    def test_a_lock_file_gives_way_to_what_the_description_asks_for_now(self):
        text = self.system.read_text()
        pool = "shared: {p: {size: 4M, nodes: {one: rw, two: rw}}}\n"
        self.system.write_text(text + pool)
        self.assertEqual(
            run("partition", self.system, "-o", self.dir / "out", "--lock").returncode, 0)
        for now, moved in (
                # A pool that grew does not stay on what stands behind it.
                (text + pool.replace("4M", "40M"), "shared.p.base"),
                # Limits that the old places do not keep.
                (text + pool.replace("4M", "4M, above: 0x90000000"), "shared.p.base"),
                (text.replace("64M", "{size: 64M, above: 0x90000000}", 1) + pool,
                 "nodes.one.memory"),
                (text.replace("1, memory: 64M", "1, memory: {size: 64M, align: 256M}") + pool,
                 "nodes.two.memory")):
            self.system.write_text(now)
            result = run("check", self.system)
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertEqual(result.stderr.count("[W813 "), 1, result.stderr)
            self.assertIn(f"warning: {moved} was", result.stderr)
        # Limits that they do keep move nothing.
        self.system.write_text(text.replace("64M", "{size: 64M, below: 0x90000000}") +
                               pool.replace("4M", "4M, below: 0x90000000"))
        result = run("check", self.system)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertNotIn("[W813 ", result.stderr)
        # A base in the description itself leaves a limit nothing to choose.
        self.system.write_text(text + pool.replace("4M", "4M, base: 0x88200000, below: 0x90000000"))
        self.finds(run("check", self.system), "E213")

    def test_a_lock_file_keeps_decoys(self):
        stock = "kernel: {elf: k.elf, config: c.json, platform: p.json}}"
        text = self.system.read_text().replace("64M}", "64M, " + stock)
        self.system.write_text(text)
        self.assertEqual(
            run("partition", self.system, "-o", self.dir / "out", "--lock").returncode, 0)
        self.assertIn("auto.decoy-two={base: 0x", (self.dir / "system.lock").read_text())
        # A node before the others would take the first room.
        self.system.write_text(
            text.replace("nodes:\n", "nodes:\n  zero: {cpu: 2, memory: 64M, " + stock + "\n"))
        self.assertNotIn("[W813 ", run("check", self.system).stderr)
        (self.dir / "system.lock").rename(self.dir / "away")
        out = run("partition", self.system, "-o", self.dir / "out", "--lock")
        self.assertNotEqual((self.dir / "system.lock").read_text().split("decoy-two=")[1][:40],
                            (self.dir / "away").read_text().split("decoy-two=")[1][:40], out.stderr)

    def test_a_lock_file_keeps_pools_that_mkl_makes_and_files(self):
        def plan():
            return json.loads((self.dir / "out/plan.json").read_text())

        def places(p):
            return ([(s["name"], s["base"]) for s in p["shared"]],
                    [(f["name"], f["base"], f["size"]) for n in p["nodes"] for f in n["files"]])
        partition = ("partition", self.system, "-o", self.dir / "out")
        (self.dir / "data").write_bytes(b"x" * 5000)
        text = self.system.read_text() + """components:
  a: {node: one, elf: a.elf}
  b: {node: two, elf: b.elf}
connections:
  c: {type: shared-data, from: a.x, to: b.x, size: 4K}
files:
  data: {path: data, node: one}
"""
        self.system.write_text(text)
        self.assertEqual(run(*partition, "--lock").returncode, 0)
        before = places(plan())
        lock = self.dir / "system.lock"
        self.assertIn("auto.auto={base: 0x", lock.read_text())
        self.assertIn("files.data.size=0x2000", lock.read_text())
        # A pool that is larger than the one mkl makes would push that up; so would a larger file.
        self.system.write_text(
            text + "  late: {path: data, node: one, size: 64K}\n"
            "shared: {big: {size: 8M, nodes: {one: rw}}}\n")
        (self.dir / "data").write_bytes(b"x" * 8000)
        result = run(*partition)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertNotIn("[W813 ", result.stderr)
        pools, files = places(plan())
        self.assertIn(before[0][0], pools)
        self.assertIn(before[1][0], files)
        lock.rename(self.dir / "away")
        run(*partition)
        self.assertNotIn(before[0][0], places(plan())[0], "without the lock it moves")
        (self.dir / "away").rename(lock)
        # What outgrows its room moves, and every command says so.
        (self.dir / "data").write_bytes(b"x" * 9000)
        result = run("check", self.system)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("[W813 ", result.stderr)

    def test_an_error_writes_nothing(self):
        self.system.write_text(self.system.read_text().replace("cpu: 1", "cpu: 9"))
        self.finds(run(COMMAND, self.system, "-o", self.dir / "out"), "E205")
        self.assertEqual(self.names(), set())

    def test_an_error_keeps_what_an_earlier_run_wrote(self):
        out = self.dir / "out"
        run(COMMAND, self.system, "-o", out)
        before = self.content(out)
        self.system.write_text(self.system.read_text().replace("memory: 64M}", "memory: 9999G}", 1))
        self.assertEqual(run(COMMAND, self.system, "-o", out).returncode, 1)
        self.assertEqual(self.content(out), before)

    @unittest.skipUnless(can_mount(), "needs a mount of its own: root, or user namespaces")
    def test_a_full_disk_changes_nothing(self):
        # A disk of 40 KiB with an older plan on it: node trees and records do not fit beside it.
        script = """
            set -e
            mount -t tmpfs -o size=40k tmpfs "$1/disk"
            mkdir "$1/disk/out"
            echo old > "$1/disk/out/plan.json"
            head -c 20000 /dev/zero > "$1/disk/ballast"
            status=0
            "$2" "$3" "$1/system.yaml" -o "$1/disk/out" || status=$?
            echo "files: $(cd "$1/disk" && find . -type f | sort | tr '\\n' ' ')"
            echo "plan: $(cat "$1/disk/out/plan.json")"
            exit $status
        """
        (self.dir / "disk").mkdir()
        result = subprocess.run(["unshare", "--mount", "--map-root-user", "sh", "-c", script, "sh",
                                 self.dir, MKL, COMMAND], check=False, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.finds(result, "E911")
        self.assertIn("No space left on device", result.stderr)
        self.assertIn("files: ./ballast ./out/plan.json \n", result.stdout)
        self.assertIn("plan: old\n", result.stdout)

    def test_inputs_are_never_written_over(self):
        plan, report = self.dir / "plan.json", self.dir / "report.txt"
        shutil.copy(self.system, plan)
        before = plan.read_bytes()
        self.finds(run(COMMAND, plan, "-o", self.dir), "E914")
        self.assertEqual(plan.read_bytes(), before)
        plan.unlink()
        report.write_text("mine\n")
        self.system.write_text(self.system.read_text() +
                               "files: {r: {path: report.txt, node: two}}\n")
        result = run(COMMAND, self.system, "-o", self.dir)
        self.finds(result, "E914")
        self.assertIn("system.yaml:6:19:", result.stderr)
        self.assertEqual(self.names(), {"report.txt"})
        self.assertEqual(report.read_text(), "mine\n")
        self.assertEqual(run(COMMAND, self.system, "-o", self.dir / "out").returncode, 0)

    def test_no_directory_is_not_this_one(self):
        for option in ("-o", "--output"):
            result = run(COMMAND, self.system, option, "", cwd=self.dir)
            self.assertEqual(result.returncode, 2, result.stderr)
        self.assertEqual(self.names(), set())

    def test_what_a_killed_run_left_goes_with_the_next(self):
        left, kept = self.dir / ".out.mkl-abcdef", self.dir / ".out.mkl-ghijkl"
        other = self.dir / ".outer.mkl-abcdef"
        for directory in (left, kept / ".old", other):
            directory.mkdir(parents=True)
            (directory / "plan.json").write_text("old")
        self.assertEqual(run(COMMAND, self.system, "-o", self.dir / "out").returncode, 0)
        self.assertFalse(left.exists())
        self.assertEqual((kept / ".old/plan.json").read_text(), "old", "it was in the directory")
        self.assertTrue(other.exists())

    def test_a_directory_that_cannot_be_written(self):
        if os.geteuid() == 0:
            # Root may write anywhere but to a file system that takes no files.
            self.finds(run(COMMAND, self.system, "-o", "/proc/out"), "E910")
            return
        locked = self.dir / "locked"
        locked.mkdir(mode=0o555)
        self.finds(run(COMMAND, self.system, "-o", locked / "out"), "E910")
        self.assertEqual(self.names(locked), set())

    @unittest.skipUnless(can_mount(), "needs a mount of its own: root, or user namespaces")
    def test_a_read_only_file_system(self):
        script = """
            mount -t tmpfs tmpfs "$1/disk" && mkdir "$1/disk/out" &&
            echo old > "$1/disk/out/plan.json" && mount -o remount,ro "$1/disk" || exit 99
            status=0
            "$2" "$3" "$1/system.yaml" -o "$1/disk/out" || status=$?
            echo "files: $(cd "$1/disk" && find . -type f | sort | tr '\\n' ' ')"
            exit $status
        """
        (self.dir / "disk").mkdir()
        result = subprocess.run(["unshare", "--mount", "--map-root-user", "sh", "-c", script, "sh",
                                 self.dir, MKL, COMMAND], check=False, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.finds(result, "E910")
        self.assertIn("Read-only file system", result.stderr)
        self.assertIn("files: ./out/plan.json \n", result.stdout)

    def test_a_signal_at_any_time_leaves_all_or_nothing(self):
        out = self.dir / "out"
        begin = time.monotonic()
        self.assertEqual(run(COMMAND, self.system, "-o", out).returncode, 0)
        took = time.monotonic() - begin
        whole = self.content(out)
        ended = 0
        for step in range(20):
            shutil.rmtree(out)
            child = subprocess.Popen([MKL, COMMAND, self.system, "-o", out],
                                     stderr=subprocess.DEVNULL)
            time.sleep(took * step / 16)
            child.send_signal((signal.SIGTERM, signal.SIGINT, signal.SIGHUP)[step % 3])
            ended += child.wait() < 0
            left = [n for n in self.names() if ".mkl" in n]
            self.assertEqual(left, [], f"step {step}")
            if out.exists() and any(out.iterdir()):
                self.assertEqual(self.content(out), whole, f"step {step}")
            else:
                out.mkdir(exist_ok=True)
        self.assertGreater(ended, 0, "no signal arrived in time")

    def test_two_at_once_in_one_directory(self):
        other = self.dir / "other.yaml"
        other.write_text(self.system.read_text().replace("64M", "32M"))
        alone = []
        for number, system in enumerate((self.system, other)):
            directory = self.dir / f"alone{number}"
            self.assertEqual(run(COMMAND, system, "-o", directory).returncode, 0)
            alone.append(self.content(directory))
        self.assertNotEqual(alone[0], alone[1])
        out = self.dir / "out"
        for _ in range(5):
            children = [subprocess.Popen([MKL, COMMAND, s, "-o", out], stderr=subprocess.DEVNULL)
                        for s in (self.system, other, self.system, other)]
            self.assertEqual([c.wait() for c in children], [0, 0, 0, 0])
            self.assertIn(self.content(out), alone, "files of two runs are mixed")

    def test_inputs_are_never_modified(self):
        inputs = [self.dir / "board.dtb", self.system]
        for path in inputs:
            path.chmod(0o444)
        state = [(p.read_bytes(), p.stat().st_mtime_ns, p.stat().st_ino) for p in inputs]
        for arguments in (("check", self.system), ("partition", self.system, "-o", self.dir / "o"),
                          (COMMAND, self.system, "-o", self.dir / "o", "--map"),
                          ("why", "cpu 0", self.system),
                          # The output directory is where the inputs are.
                          (COMMAND, self.system, "-o", self.dir)):
            result = run(*arguments)
            self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(state, [(p.read_bytes(), p.stat().st_mtime_ns, p.stat().st_ino)
                                 for p in inputs])


if __name__ == "__main__":
    unittest.main()
