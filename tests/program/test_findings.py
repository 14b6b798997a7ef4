# SPDX-License-Identifier: BSD-2-Clause
"""Findings for programs: JSON and SARIF of every planted fault against their schemas; text for
people: colour on a terminal only."""
import json
import os
import pathlib
import pty
import subprocess
import tempfile
import unittest

from program import HAS_TARGETS, MKL, ROOT, ProgramTest, run

try:
    import jsonschema
except ImportError:  # Debian: python3-jsonschema
    jsonschema = None

needs_jsonschema = unittest.skipUnless(jsonschema, "needs python3-jsonschema")


def validator(path):
    schema = json.loads(pathlib.Path(path).read_text())
    kind = jsonschema.validators.validator_for(schema)
    kind.check_schema(schema)
    return kind(schema)


def sarif_validators():
    """The part of the standard that mkl writes; and the standard's own schema, where somebody has
    it: MKL_SARIF_SCHEMA=sarif-schema-2.1.0.json."""
    out = [validator(ROOT / "tests/program/sarif-used.schema.json")]
    if os.environ.get("MKL_SARIF_SCHEMA"):
        out.append(validator(os.environ["MKL_SARIF_SCHEMA"]))
    return out


@needs_jsonschema
class Documents(unittest.TestCase):
    """Each file of tests/fixtures/bad, as bad_test writes it with MKL_FINDINGS_DIR."""

    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory(prefix="mkl-findings-")
        cls.dir = pathlib.Path(cls.temporary.name)
        subprocess.run([os.environ["MKL_BAD_TEST"], "--gtest_brief=1"], check=True,
                       stdout=subprocess.DEVNULL,
                       env={**os.environ, "MKL_FINDINGS_DIR": str(cls.dir)})

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def all_of(self, ending):
        paths = sorted(self.dir.glob("*" + ending))
        self.assertEqual(len(paths), len(list((ROOT / "tests/fixtures/bad").glob("*.yaml"))))
        return [(p.stem, json.loads(p.read_text())) for p in paths]

    def test_json(self):
        schema = validator(ROOT / "schemas/findings.schema.json")
        for name, document in self.all_of(".json"):
            with self.subTest(name):
                schema.validate(document)
                self.assertIn(name.split("_")[0], [f["id"] for f in document["findings"]])
                for kind in ("error", "warning", "note"):
                    self.assertEqual(document[kind + "s"],
                                     sum(f["severity"] == kind for f in document["findings"]))

    def test_sarif(self):
        schemas = sarif_validators()
        for name, document in self.all_of(".sarif"):
            with self.subTest(name):
                for schema in schemas:
                    schema.validate(document)
                rules = document["runs"][0]["tool"]["driver"]["rules"]
                for result in document["runs"][0]["results"]:
                    self.assertEqual(rules[result["ruleIndex"]]["id"], result["ruleId"])
                    self.assertEqual(
                        rules[result["ruleIndex"]]["defaultConfiguration"]["level"],
                        result["level"])


class Formats(ProgramTest):
    """With --format json|sarif the document is the result, and nothing else is there."""

    FAULTS = {
        "unknown key": ("memory: 64M", "memroy: 64M"),
        "no such CPU": ("cpu: 1", "cpu: 7"),
        "no such file": ("board.dtb", "bo%20rd.dtb"),
        "nothing wrong": ("", ""),
    }

    def documents(self, form):
        text = self.system.read_text()
        for name, (good, bad) in self.FAULTS.items():
            self.system.write_text(text.replace(good, bad, 1))
            result = run("check", self.system, "--format", form)
            self.assertEqual(result.stderr, "")
            self.assertEqual(result.returncode, 0 if name == "nothing wrong" else 1)
            yield name, json.loads(result.stdout)
        result = run("check", self.dir / "none.yaml", "--format", form, "--set", "loader.size=5x")
        yield "no system", json.loads(result.stdout)
        result = run("verify", self.dir / "board.dtb", "--format", form)
        yield "no image", json.loads(result.stdout)

    @needs_jsonschema
    def test_json(self):
        schema = validator(ROOT / "schemas/findings.schema.json")
        for name, document in self.documents("json"):
            with self.subTest(name):
                schema.validate(document)
                self.assertEqual(document["findings"] == [], name == "nothing wrong")

    @needs_jsonschema
    def test_sarif(self):
        schemas = sarif_validators()
        for name, document in self.documents("sarif"):
            with self.subTest(name):
                for schema in schemas:
                    schema.validate(document)

    @needs_jsonschema
    def test_schema_of_the_description(self):
        """`mkl schema` is a schema, and the examples follow it."""
        printed = run("schema").stdout
        self.assertEqual(printed, (ROOT / "schemas/system.schema.json").read_text())
        schema = json.loads(printed)
        kind = jsonschema.validators.validator_for(schema)
        kind.check_schema(schema)
        try:
            import yaml
        except ImportError:
            self.skipTest("needs python3-yaml for the examples")
        for path in sorted((ROOT / "examples").glob("*/system.yaml")):
            with self.subTest(path.parent.name):
                kind(schema).validate(yaml.safe_load(path.read_text()))

    def test_status_is_the_same_in_every_format(self):
        self.system.write_text(self.system.read_text().replace("cpu: 1", "cpu: 7"))
        for form in ("text", "json", "sarif"):
            self.assertEqual(run("check", self.system, "--format", form).returncode, 1)
            self.assertEqual(run("check", self.system, "--fromat", form).returncode, 2)


def on_terminal(arguments, environment):
    """What mkl prints to stderr when that is a terminal."""
    master, slave = pty.openpty()
    child = subprocess.Popen([MKL, *map(str, arguments)], stdin=subprocess.DEVNULL,
                             stdout=subprocess.DEVNULL, stderr=slave,
                             env={"PATH": os.environ["PATH"], "TERM": "xterm", **environment})
    os.close(slave)
    text = b""
    while True:
        try:
            piece = os.read(master, 65536)
        except OSError:
            break
        if not piece:
            break
        text += piece
    child.wait()
    os.close(master)
    return text.decode().replace("\r\n", "\n")


class Terminal(ProgramTest):
    def setUp(self):
        super().setUp()
        self.system.write_text(self.system.read_text().replace("cpu: 1", "cpu: 7"))

    def test_colour_on_a_terminal_only(self):
        plain = run("check", self.system).stderr
        self.assertNotIn("\x1b", plain)
        coloured = on_terminal(["check", self.system], {})
        self.assertIn("\x1b[", coloured)
        self.assertEqual(on_terminal(["check", self.system], {"NO_COLOR": "1"}), plain)
        self.assertEqual(on_terminal(["check", self.system], {"TERM": "dumb"}), plain)
        # no-color.org: an empty value is none.
        self.assertEqual(on_terminal(["check", self.system], {"NO_COLOR": ""}), coloured)

    def test_progress_on_a_terminal_only(self):
        """A QEMU that takes its time: a line says what mkl waits for, and is taken away again."""
        self.system.write_text("mkl: 1\nboard: {qemu: {machine: virt}}\n"
                               "nodes: {one: {cpu: 0, memory: 64M}}\n")
        slow = self.dir / "bin"
        slow.mkdir()
        for name in ("qemu-system-aarch64", "qemu-system-riscv64"):
            (slow / name).write_text("#!/bin/sh\nsleep 1\nexit 1\n")
            (slow / name).chmod(0o755)
        path = {"PATH": f"{slow}:{os.environ['PATH']}"}
        shown = on_terminal(["check", self.system], path)
        self.assertIn("\r\x1b[Kmkl: asking QEMU for its board's device tree (0 s)\r\x1b[K", shown)
        dumb = on_terminal(["check", self.system], {**path, "TERM": "dumb"})
        self.assertNotIn("asking QEMU", dumb)
        piped = run("check", self.system, env={**os.environ, **path})
        self.assertNotIn("asking QEMU", piped.stderr)
        self.assertEqual(piped.returncode, 1)

    def test_a_reader_that_goes_away(self):
        for arguments in (["schema"], ["check", str(self.system), "--format", "sarif"]):
            child = subprocess.Popen([MKL, *arguments], stdout=subprocess.PIPE,
                                     stderr=subprocess.PIPE)
            child.stdout.close()
            message = child.stderr.read().decode()
            child.stderr.close()
            self.assertNotEqual(child.wait(), 0)
            self.assertNotIn("bug in mkl", message)

    def test_a_full_disk_behind_standard_output(self):
        with open("/dev/full", "w", encoding="ascii") as full:
            result = subprocess.run([MKL, "schema"], stdout=full, stderr=subprocess.PIPE,
                                    text=True, check=False)
        self.assertEqual(result.returncode, 1)
        self.assertIn("No space left on device", result.stderr)


if __name__ == "__main__":
    unittest.main()
