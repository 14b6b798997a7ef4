# SPDX-License-Identifier: BSD-2-Clause
"""Inputs of absurd size, depth or kind are refused by a limit, with a message, at once."""
import json
import os
import resource
import unittest

from program import ProgramTest, run


def small_memory():
    """An input that would need more than 1 GiB fails instead of filling the machine."""
    resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))


# AddressSanitizer reserves terabytes of addresses.
LIMIT = None if os.environ.get("MKL_SANITIZE") else small_memory


class Limits(ProgramTest):
    def check(self, text, identifier):
        self.system.write_bytes(text if isinstance(text, bytes) else text.encode())
        result = run("check", self.system, timeout=60, preexec_fn=LIMIT)
        self.finds(result, identifier)

    def test_nested_aliases(self):
        # 27 lines that stand for 134 million values.
        lines = ["a0: &a0 [x, x]"]
        lines += [f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]" for i in range(1, 27)]
        self.check("\n".join(lines) + "\n", "E004")

    def test_depth(self):
        self.check("a: " + "[" * 100000, "E004")
        self.check("".join(" " * i + f"k{i}:\n" for i in range(2000)), "E004")

    def test_size(self):
        self.check("# " + "x" * (17 << 20), "E001")

    def test_many_keys(self):
        count = 20000
        self.system.write_text("mkl: 1\n" + "".join(f"k{i}: 1\n" for i in range(count)))
        result = run("check", self.system, timeout=60, preexec_fn=LIMIT)
        self.finds(result, "E101")
        self.assertLess(len(result.stderr), 100000)
        self.assertRegex(result.stderr, r"more of severity error; `--format json` has them all\n$")
        result = run("check", self.system, "--format", "json", timeout=60, preexec_fn=LIMIT)
        self.assertGreaterEqual(json.loads(result.stdout)["errors"], count)

    def test_not_a_file(self):
        for path in (self.dir, "/dev/zero", "/dev/full"):
            self.finds(run("check", path, timeout=20), "E001")
        fifo = self.dir / "fifo"
        os.mkfifo(fifo)
        self.finds(run("check", fifo, timeout=20), "E001")
        self.finds(run("verify", fifo, timeout=20), "E804")
        self.finds(run("verify", "/dev/zero", timeout=20), "E804")

    def test_device_tree(self):
        board = self.dir / "board.dtb"
        good = board.read_bytes()
        for bad in (b"", good[:39], good[:1000], b"\xd0\x0d\xfe\xed" + b"\xff" * 4096,
                    good + b"\0" * (17 << 20)):
            board.write_bytes(bad)
            result = run("check", self.system, timeout=60, preexec_fn=LIMIT)
            self.assertEqual(result.returncode, 1, result.stderr)
            self.assertRegex(result.stderr, r"\[E4[0-9][0-9] ")

    def test_images(self):
        image = self.dir / "image"
        for bad in (b"", b"\x7fELF", b"\xd0\x0d\xfe\xed" * 100, b"\x27\x05\x19\x56" + bytes(60),
                    bytes(1 << 20)):
            image.write_bytes(bad)
            for command in ("verify", "inspect"):
                result = run(command, image, timeout=60)
                self.assertEqual(result.returncode, 1, (command, bad[:8], result.stderr))
                self.assertRegex(result.stderr, r"\[E6[0-9][0-9] ")
        # A sparse file of 1 TiB: refused without being read.
        with image.open("wb") as file:
            file.truncate(1 << 40)
        self.assertEqual(run("verify", image, timeout=60).returncode, 1)


if __name__ == "__main__":
    unittest.main()
