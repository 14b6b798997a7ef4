# SPDX-License-Identifier: BSD-2-Clause
"""What the tests of this directory share: the program, a small board, and a directory a test."""
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(os.environ["MKL_SOURCE_DIR"])
MKL = os.environ["MKL_PROGRAM"]
BOARD = ROOT / "tests/fuzz/corpus/dtb/gicv3.dtb"  # tests/boards/gicv3.dts: four CPUs
HAS_TARGETS = os.environ.get("MKL_TARGETS") == "ON"

SYSTEM = """\
mkl: 1
board: {dtb: board.dtb}
nodes:
  one: {cpu: 0, memory: 64M}
  two: {cpu: 1, memory: 64M}
"""


def run(*arguments, **options):
    """mkl with text captured; never waits for input."""
    options.setdefault("timeout", 300)
    return subprocess.run([MKL, *map(str, arguments)], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)


class ProgramTest(unittest.TestCase):
    """A directory with a good system in it."""

    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="mkl-program-"))
        self.addCleanup(shutil.rmtree, self.dir, ignore_errors=True)
        shutil.copy(BOARD, self.dir / "board.dtb")
        self.system = self.dir / "system.yaml"
        self.system.write_text(SYSTEM)

    def names(self, directory=None):
        """Everything below, the inputs left out."""
        base = directory or self.dir
        return {str(p.relative_to(base)) for p in base.rglob("*")} - {"board.dtb", "system.yaml"}

    def content(self, directory):
        return {str(p.relative_to(directory)): p.read_bytes()
                for p in directory.rglob("*") if p.is_file()}

    def finds(self, result, identifier):
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assertIn(f"[{identifier} ", result.stderr)
