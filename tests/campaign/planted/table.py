#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Table of planted faults: each with the finding that it ends in and the places that this names.

  tests/campaign/planted/table.py --bin build/dev/tests

Exit status 1 if a fault is not found, or if a party to it has no place.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

# What is planted, its file in tests/fixtures/bad, how many parties it has.
FAULTS = [
    ("RAM of two nodes overlaps", "E211_memory_overlaps", 2),
    ("shared memory in a node's RAM", "E211_pool_in_node", 2),
    ("RAM outside the board's", "E212_memory_outside_ram", 2),
    ("RAM that firmware keeps", "E212_memory_reserved", 2),
    ("CPU owned twice", "E207_cpu_owned_twice", 2),
    ("CPU that does not exist", "E205_cpu_on_board", 2),
    ("CPU that cannot be started", "E206_cpu_startable", 2),
    ("device owned twice", "E223_device_owned_twice", 2),
    ("device that does not exist", "E220_device_unknown", 2),
    ("device that is disabled", "E221_device_disabled", 2),
    ("node named twice", "E003_node_twice", 2),
    ("component named as a node", "E202_component_named_as_node", 2),
    ("misspelt key", "E101_misspelt_key", 1),
    ("value that cannot be read", "E104_unparsable_value", 1),
    ("two files at one address", "E313_files_overlap", 2),
    ("file on the node's kernel", "E313_file_on_the_kernel", 1),
    ("loader where there is no RAM for it", "E305_loader_base", 2),
    ("interrupt line of two nodes", "E226_interrupt_shared", 2),
    ("interrupt through another node's GPIO", "E229_gpio_of_another_node", 2),
    ("interrupt through nobody's GPIO", "W228_interrupt_through_gpio", 2),
    ("interrupts as messages", "N254_messages", 2),
    ("interrupt controller claimed", "E222_interrupt_controller", 1),
    ("more signals than a node can tell apart", "E307_too_many_signals", 1),
    ("two nodes' devices in one page", "E225_page_shared", 2),
    ("clock controller of another node", "E227_clock_of_another_node", 2),
    ("GPIO line of two nodes", "W253_gpio_line_shared", 2),
    ("IOMMU stream of two nodes", "E252_stream_shared", 2),
    ("bus master that nothing contains", "W250_bus_master", 2),
    ("the same under `dma: strict`", "E250_bus_master_strict", 2),
    ("bus master trusted without a reason", "E251_trust_without_reason", 1),
]
# In a tree that mkl would write: the tests that plant it, and refuse it.
TREES = [
    ("dangling reference", "DanglingPhandle"),
    ("phandle of two nodes", "PhandleTwice"),
    ("specifier that ends early", "IncompleteSpecifier"),
    ("no interrupt parent", "LostInterruptParent"),
    ("unit address that is not reg's", "WrongUnitAddress"),
    ("CPU of another node", "ForeignCpu"),
    ("RAM of another node", "TooMuchRam"),
    ("device of another node", "ForeignDevice"),
    ("seeds", "Seeds"),
]


def place(where):
    """system.yaml:7:15, or the node of the board's tree; "" if it is neither."""
    if where.get("line"):
        return f"{where['file']}:{where['line']}:{where['column']}"
    if where.get("node"):
        return f"{where['file']}: {where['node']}"
    return where.get("file") or ""


def planted(bin_dir):
    """Rows of FAULTS, from what bad_test finds."""
    with tempfile.TemporaryDirectory() as directory:
        subprocess.run([bin_dir / "fixtures/bad_test"], check=False, stdout=subprocess.DEVNULL,
                       env={**os.environ, "MKL_FINDINGS_DIR": directory})
        for what, name, parties in FAULTS:
            identifier = name[:4]
            path = pathlib.Path(directory) / f"{name}.json"
            found = json.loads(path.read_text())["findings"] if path.exists() else []
            finding = next((f for f in found if f["id"] == identifier), None)
            if finding is None:
                yield what, "NOT FOUND", [], False
                continue
            places = [place(finding["where"])] + [place(n["where"]) for n in finding["notes"]]
            named = list(dict.fromkeys(p for p in places if p))
            yield what, identifier, named, len(named) >= parties


def refused(bin_dir):
    """Rows of TREES, from emit_test."""
    for what, name in TREES:
        result = subprocess.run([bin_dir / "unit/emit/emit_test", f"--gtest_filter=Prove.{name}"],
                                check=False, stdout=subprocess.PIPE, text=True)
        good = result.returncode == 0 and "[  PASSED  ] 1 test." in result.stdout
        yield what, "refused" if good else "NOT REFUSED", [f"Prove.{name}"], good


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--bin", type=pathlib.Path, required=True, help="build/dev/tests")
    bin_dir = parser.parse_args().bin
    missing = 0
    for title, rows in (("In the description", planted(bin_dir)),
                        ("In a node's tree", refused(bin_dir))):
        print(f"{title}\n")
        for what, identifier, places, good in rows:
            missing += not good
            print(f"  {what:<40} {identifier:<8} {', '.join(places)}{'' if good else '  INCOMPLETE'}")
        print()
    print(f"{len(FAULTS) + len(TREES)} faults, {missing} not found or without a place")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
