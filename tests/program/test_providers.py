# SPDX-License-Identifier: BSD-2-Clause
"""What stands behind devices of two nodes, one kind at a time: left to firmware it is explained;
owned by one of them it is a finding with both places; one line or channel of two is named."""
import json
import subprocess
import unittest

from program import HAS_TARGETS, ROOT, ProgramTest, run

BOARD = """\
/dts-v1/;
/ {{
    #address-cells = <1>;
    #size-cells = <1>;
    compatible = "test,board";
    interrupt-parent = <&gic>;
    cpus {{
        #address-cells = <1>;
        #size-cells = <0>;
        cpu@0 {{ device_type = "cpu"; compatible = "arm,cortex-a53"; reg = <0>; enable-method = "psci"; }};
        cpu@1 {{ device_type = "cpu"; compatible = "arm,cortex-a53"; reg = <1>; enable-method = "psci"; }};
    }};
    psci {{ compatible = "arm,psci-1.0"; method = "smc"; }};
    timer {{ compatible = "arm,armv8-timer"; interrupts = <1 13 4>, <1 14 4>, <1 11 4>, <1 10 4>; }};
    memory@40000000 {{ device_type = "memory"; reg = <0x40000000 0x40000000>; }};
    gic: interrupt-controller@8000000 {{
        compatible = "arm,gic-v3";
        interrupt-controller;
        #interrupt-cells = <3>;
        #address-cells = <1>;
        #size-cells = <1>;
        ranges;
        reg = <0x8000000 0x10000>, <0x80a0000 0xf60000>;
        its: msi-controller@8080000 {{
            compatible = "arm,gic-v3-its";
            msi-controller;
            #msi-cells = <1>;
            reg = <0x8080000 0x20000>;
        }};
    }};
    provider: provider@1000 {{ compatible = "test,provider"; reg = <0x1000 0x1000>; {cells} }};
    one@2000 {{ compatible = "test,device"; reg = <0x2000 0x1000>; {first} }};
    two@3000 {{ compatible = "test,device"; reg = <0x3000 0x1000>; {second} }};
}};
"""
SYSTEM = """\
mkl: 1
board: {{dts: board.dts}}
nodes:
  one: {{cpu: 0, memory: 64M, devices: [/one@2000]}}
  two: {{cpu: 1, memory: 64M, devices: [/two@3000{more}]}}
{share}"""

# Property of the device, cells of the provider (None: a group of pins, a regulator, a region).
SETTINGS = [("clocks", "#clock-cells"), ("resets", "#reset-cells"),
            ("power-domains", "#power-domain-cells"), ("phys", "#phy-cells"),
            ("interconnects", "#interconnect-cells"), ("pwms", "#pwm-cells"),
            ("hwlocks", "#hwlock-cells"), ("pinctrl-0", None), ("vdd-supply", None),
            ("syscon", None)]
LINES = [("reset-gpios", "#gpio-cells", "GPIO line"), ("dmas", "#dma-cells", "DMA channel"),
         ("mboxes", "#mbox-cells", "mailbox channel")]


class Providers(ProgramTest):
    def check(self, prop, cells, first=4, second=4, more="", share=""):
        entry = "{} = <&provider{}>;"
        number = (lambda n: "") if cells is None else (lambda n: f" {n}")
        (self.dir / "board.dts").write_text(BOARD.format(
            cells="" if cells is None else f"{cells} = <1>;",
            first=entry.format(prop, number(first)), second=entry.format(prop, number(second))))
        self.system.write_text(SYSTEM.format(more=more, share=share))
        return run("check", self.system, "--format", "json")

    def ids(self, result):
        """W250 left out: a node that owns a DMA controller has a bus master, too."""
        return [f["id"] for f in json.loads(result.stdout)["findings"] if f["id"] != "W250"]

    def places(self, result, identifier):
        """Lines of the YAML that the finding and its notes name."""
        finding, = [f for f in json.loads(result.stdout)["findings"] if f["id"] == identifier]
        places = [finding["where"]] + [note["where"] for note in finding["notes"]]
        return sorted(place["line"] for place in places if "line" in place)

    def verdict(self):
        out = self.dir / "out"
        self.assertEqual(run("partition", self.system, "-o", out).returncode, 0)
        plan = json.loads((out / "plan.json").read_text())
        return [use["verdict"] for node in plan["nodes"] for use in node["providers"]
                if use["provider"] == "/provider@1000"]

    def test_what_no_node_owns_stays_as_firmware_set_it(self):
        for prop, cells in SETTINGS + [line[:2] for line in LINES]:
            with self.subTest(prop):
                self.assertEqual(self.ids(self.check(prop, cells, 4, 5)), [])
                self.assertEqual(self.verdict(), ["firmware", "firmware"])
                self.assertIn("needs /provider@1000, which stays as firmware set it",
                              run("why", "/one@2000", self.system).stdout)

    def test_one_setting_of_two_nodes_stays_as_firmware_set_it(self):
        for prop, cells in SETTINGS:
            with self.subTest(prop):
                self.assertEqual(self.ids(self.check(prop, cells)), [])
                self.assertEqual(self.verdict(), ["firmware", "firmware"])

    def test_what_the_other_node_owns_is_a_finding(self):
        for prop, cells in SETTINGS + [line[:2] for line in LINES]:
            with self.subTest(prop):
                result = self.check(prop, cells, more=", /provider@1000")
                self.assertEqual(self.ids(result), ["E227"])
                self.assertEqual(self.places(result, "E227"), [4, 5])

    def test_a_line_that_two_name_is_a_finding(self):
        for prop, cells, what in LINES:
            with self.subTest(prop):
                result = self.check(prop, cells)
                self.assertEqual(self.ids(result), ["W253"])
                self.assertEqual(self.places(result, "W253"), [4, 5])
                self.assertIn(f"{what} 4 of /provider@1000, as /two@3000 of two",
                              run("why", "/one@2000", self.system).stdout)

    def test_shared_with_a_reason_is_none(self):
        share = "share: [{device: /provider@1000, owner: two, why: it switches nothing off}]"
        for prop, cells in SETTINGS + [line[:2] for line in LINES]:
            with self.subTest(prop):
                self.assertEqual(
                    self.ids(self.check(prop, cells, more=", /provider@1000", share=share)), [])
                self.assertEqual(self.verdict(), ["shared", "owned"])

    def test_messages_go_to_the_owner_of_their_controller(self):
        self.assertEqual(self.ids(self.check("msi-parent", "#msi-cells")), ["W228", "W228"])
        result = self.check("msi-parent", "#msi-cells", more=", /provider@1000")
        self.assertEqual(self.ids(result), ["E229"])
        self.assertEqual(self.places(result, "E229"), [4, 5])

    def test_messages_to_the_root_controller_are_nobodys(self):
        (self.dir / "board.dts").write_text(BOARD.format(
            cells="", first="msi-parent = <&its 4>;", second="msi-parent = <&its 4>;"))
        self.system.write_text(SYSTEM.format(more="", share=""))
        result = run("check", self.system, "--format", "json")
        self.assertEqual(self.ids(result), ["N254", "N254"])
        self.assertIn("MSI id 4 of /interrupt-controller@8000000/msi-controller@8080000, as "
                      "/two@3000 of two", run("why", "/one@2000", self.system).stdout)

    def test_one_stream_of_two_masters_is_refused_whoever_has_the_iommu(self):
        for more in ("", ", /provider@1000"):
            result = self.check("iommus", "#iommu-cells", more=more)
            self.assertIn("E227" if more else "E252", self.ids(result))
        self.assertEqual(self.ids(self.check("iommus", "#iommu-cells", 4, 5)), [])


class Bridges(ProgramTest):
    """tests/boards/streams.dts: PCI host bridges behind IOMMUs."""

    def use(self, first, second):
        self.system.write_text(f"""\
mkl: 1
board: {{dts: {ROOT / "tests/boards/streams.dts"}}}
nodes:
  one: {{cpu: 0, memory: 64M, devices: [{first}]}}
  two: {{cpu: 1, memory: 64M, devices: [{second}]}}
""")

    def test_streams_that_meet_are_found_with_both_places(self):
        for first, second, meet in (("/pcie@d000000", "/masked@a010000", True),
                                    ("/pcie@c000000", "/pcie@b000000", False),
                                    ("/pair@a000000", "/masked@a010000", False)):
            with self.subTest(first):
                self.use(first, second)
                result = run("check", self.system, "--format", "json")
                found = [f for f in json.loads(result.stdout)["findings"] if f["id"] == "E252"]
                places = [(f["where"]["line"], f["notes"][0]["where"]["line"]) for f in found]
                self.assertEqual(places, [(5, 4)] if meet else [])

    @unittest.skipUnless(HAS_TARGETS, "needs mkl's own programs")
    def test_an_image_with_the_windows_of_a_bridge_is_proved(self):
        self.use("/pcie@b000000", "/pcie@c000000")
        out = self.dir / "out"
        result = run("image", self.system, "-o", out)
        self.assertEqual(result.returncode, 0, result.stderr)
        plan = json.loads((out / "plan.json").read_text())
        self.assertEqual(plan["nodes"][0]["device_pages"],
                         [{"base": "0xb000000", "size": "0x1000000"},
                          {"base": "0x30000000", "size": "0x10000000"},
                          {"base": "0x60000000", "size": "0x20000000"}])
        masters = {m["device"]: m for m in plan["bus_masters"]}
        self.assertEqual(masters["/pcie@c000000"]["streams"],
                         [{"iommu": "/iommu@9020000", "ids": [{"first": 0x480, "last": 0x4bf},
                                                              {"first": 0x500, "last": 0x51f}]}])
        self.assertIn("0x480 to 0x4bf, 0x500 to 0x51f", (out / "report.txt").read_text())


if __name__ == "__main__":
    unittest.main()
