# SPDX-License-Identifier: BSD-2-Clause
"""Inputs that nobody means well: every one ends soon, with status 0 or 1, a document that its schema
accepts, and text that no terminal obeys."""
import json
import os
import time
import unittest

from program import ProgramTest, run
from test_findings import ROOT, jsonschema, needs_jsonschema, sarif_validators, validator
from test_limits import LIMIT

LIMIT_S = 60


def texts(good):
    """Name to bytes of a description."""
    def with_value(value):
        return good.replace(b"64M", value, 1)

    def with_name(name):
        return good.replace(b"one", name, 1)

    def with_board(name):
        return good.replace(b"board.dtb", name)

    return {
        "empty": b"", "blank lines": b"\n\n", "comment": b"# x\n",
        "NUL": with_name(b"o\0e"), "only NUL": b"\0", "Latin-1": with_name(b"\xf6ne"),
        "UTF-16": good.decode().encode("utf-16"), "byte order mark": b"\xef\xbb\xbf" + good,
        "CR LF": good.replace(b"\n", b"\r\n"), "CR": good.replace(b"\n", b"\r"),
        "tab": good.replace(b"  one", b"\tone"), "tab inside": good.replace(b": {", b":\t{"),
        "400 digits": with_value(b"9" * 400), "400 hex digits": with_value(b"0x" + b"f" * 400),
        "negative": with_value(b"-64M"), "exponent": with_value(b"1e9"),
        "infinite": with_value(b".inf"), "64 bits": with_value(b"18446744073709551615"),
        "suffix past 64 bits": with_value(b"17592186044416M"),
        "negative CPU": good.replace(b"cpu: 1", b"cpu: -1"),
        "CPU past 32 bits": good.replace(b"cpu: 1", b"cpu: 4294967296"),
        "lists in lists": b"a: " + b"[" * 100000, "maps in maps": b"a: " + b"{a: " * 50000,
        "blocks in blocks": b"".join(b" " * i + b"k:\n" for i in range(1000)),
        "alias of itself": b"x: &x {<<: *x}\n", "key twice": good + b"nodes: {}\n",
        "two documents": good + b"---\n" + good, "list": b"[1, 2]\n", "scalar": b"hello\n",
        "nothing": b"~\n", "binary tag": with_value(b"!!binary aGVsbG8="),
        "foreign tag": b"!!python/object:os.system x\n",
        "long name": with_name(b"a" * 900), "long line": good + b"#" + b"x" * 1000000 + b"\n",
        "escape in a name": with_name(b'"\\e[31mred"'), "escape": good + b'"\x1b[31mq": 1\n',
        "from right to left": with_name("\u202eeno".encode()), "C1 control": with_name(b"o\xc2\x9be"),
        "emoji": with_name("\U0001f600".encode()), "path as name": with_name(b"../../etc/x"),
        "names alike": good.replace(b"two", b"one"),
        "many nodes": b"mkl: 1\nboard: {dtb: board.dtb}\nnodes:\n" + b"".join(
            b"  n%d: {cpu: %d, memory: 2M}\n" % (i, i) for i in range(1000)),
        "many keys": b"mkl: 1\n" + b"".join(b"k%d: 1\n" % i for i in range(300)),
        "directory as board": with_board(b"."), "no name as board": with_board(b'""'),
        "device as board": with_board(b"/dev/zero"), "long name as board": with_board(b"x" * 5000),
        "NUL in the board's name": with_board(b'"bo\\0ard.dtb"'),
        "the description as board": with_board(b"system.yaml"),
        "directory as root": with_value(b"64M, root: ."),
        "1 GiB as root": with_value(b"64M, root: large"),
    }


@needs_jsonschema
class Hostile(ProgramTest):
    def setUp(self):
        super().setUp()
        self.json = validator(ROOT / "schemas/findings.schema.json")
        self.sarif = sarif_validators()
        with (self.dir / "large").open("wb") as file:
            file.truncate(1 << 30)

    def check(self, path, form, command="check"):
        output = ("-o", self.dir / "out") if command == "image" else ()
        begin = time.monotonic()
        result = run(command, path, *output, "--format", form, timeout=4 * LIMIT_S,
                     preexec_fn=LIMIT, encoding="utf-8", errors="strict")
        self.assertLess(time.monotonic() - begin, 2 * LIMIT_S)
        self.assertIn(result.returncode, (0, 1), result.stderr)
        self.assertNotIn("bug in mkl", result.stderr)
        for steering in ("\x1b", "\x9b", "\u202e"):
            self.assertNotIn(steering, result.stderr)
        if form == "text":
            self.assertEqual(result.returncode == 1, "error: " in result.stderr)
            return
        document = json.loads(result.stdout)
        if form == "json":
            self.json.validate(document)
            self.assertEqual(result.returncode == 1, document["errors"] != 0)
        else:
            for schema in self.sarif:
                schema.validate(document)
            levels = [r["level"] for r in document["runs"][0]["results"]]
            self.assertEqual(result.returncode == 1, "error" in levels)

    def test_descriptions(self):
        for name, text in texts(self.system.read_bytes()).items():
            self.system.write_bytes(text)
            for form in ("text", "json", "sarif"):
                with self.subTest(name, form=form):
                    self.check(self.system, form, "image" if "root" in name else "check")
        self.assertFalse((self.dir / "out").exists())

    def test_what_is_no_file(self):
        os.mkfifo(self.dir / "fifo")
        os.symlink("loop", self.dir / "loop")
        paths = ["", "x" * 5000, "/dev/zero", "/dev/stdin", self.dir, self.dir / "none",
                 self.dir / "fifo", self.dir / "loop", self.dir / "large"]
        for path in paths:
            for form in ("text", "json", "sarif"):
                for command in ("check", "verify", "image"):
                    with self.subTest(str(path)[:40], form=form, command=command):
                        self.check(path, form, command)


if __name__ == "__main__":
    unittest.main()
