# SPDX-License-Identifier: BSD-2-Clause
"""mkl why --node with the tree that a node's own kernel is built from."""
import unittest

from program import ProgramTest, run

# Another tree of the same board: no bus, other names.
KERNEL_TREE = """\
/dts-v1/;
/ {
    #address-cells = <2>;
    #size-cells = <2>;
    interrupt-parent = <&gic>;
    gic: interrupt-controller@31000000 {
        compatible = "arm,gic-v3";
        interrupt-controller;
        #interrupt-cells = <3>;
        reg = <0 0x31000000 0 0x10000>, <0 0x31080000 0 0x80000>;
    };
    memory@80000000 { device_type = "memory"; reg = <0 0x80000000 0 0x20000000>; };
    UART
};
"""
UART = 'uart@32000000 { compatible = "snps,dw-apb-uart"; reg = <0 0x32000000 0 0x100>; STATUS };'
DEVICE = "/soc@0/serial@2000000"


class KernelTree(ProgramTest):
    def why(self, uart, thing=DEVICE):
        """What `mkl why --node one` says of the kernel's tree."""
        (self.dir / "kernel.dts").write_text(KERNEL_TREE.replace("UART", uart))
        self.system.write_text(self.system.read_text().replace(
            "{cpu: 0, memory: 64M}", "{cpu: 0, memory: 64M, kernel: {elf: k.elf, config: c.json, "
            "platform: p.json, tree: kernel.dts}}"))
        lines = run("why", thing, self.system, "--node", "one").stdout.splitlines()
        self.assertIn("  in the tree of one: disabled", lines)
        return [line for line in lines if "of its kernel" in line]

    def test_the_same_registers_are_the_same_device(self):
        self.assertEqual(self.why(UART.replace("STATUS", "")),
                         ["  in the tree of its kernel, kernel.dts: /uart@32000000, enabled"])

    def test_a_disabled_one_is_told(self):
        self.assertEqual(self.why(UART.replace("STATUS", 'status = "disabled";')),
                         ["  in the tree of its kernel, kernel.dts: /uart@32000000, disabled"])

    def test_below_a_disabled_bus_it_is_disabled(self):
        bus = ('bus { compatible = "simple-bus"; #address-cells = <2>; #size-cells = <2>; ranges; '
               'status = "disabled"; ' + UART.replace("STATUS", "") + " };")
        self.assertEqual(self.why(bus),
                         ["  in the tree of its kernel, kernel.dts: /bus/uart@32000000, disabled"])

    def test_an_absent_one_is_absent(self):
        self.assertEqual(self.why(""), ["  in the tree of its kernel, kernel.dts: absent: a kernel "
                                        "built from it knows no such device"])

    def test_a_tree_that_is_no_source(self):
        self.assertEqual(self.why("}"), ["  in the tree of its kernel, kernel.dts: not valid source"])


if __name__ == "__main__":
    unittest.main()
