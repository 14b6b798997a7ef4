// SPDX-License-Identifier: BSD-2-Clause
// Boards as values, for tests of everything behind hardware/.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "mkl/model/hardware.hpp"

namespace mkl::test {

inline PhysRange range(uint64_t base, uint64_t size) {
    return *PhysRange::from_base_size(PhysAddr{base}, size);
}

/// A GICv3 board without devices: `cpus` CPUs in PSCI, RAM as given.
inline Hardware make_board(uint32_t cpus, const std::vector<PhysRange>& ram) {
    Hardware h;
    const auto file = std::make_shared<SourceFile>();
    file->path = "board.dtb";
    h.source = {file, 0, 0, 0, ""};
    h.model = "test board";
    for (uint32_t i = 0; i < cpus; i++)
        h.cpus.push_back({.index = i,
                          .path = "/cpus/cpu@" + std::to_string(i),
                          .hwid = {i},
                          .compatible = {"arm,cortex-a53"},
                          .enabled = true,
                          .start = StartMethod::psci_hvc,
                          .release_address = 0,
                          .why_not_startable = ""});
    for (const PhysRange r : ram) h.ram.push_back({r, "/memory"});
    h.controller.type = InterruptControllerType::gicv3;
    h.controller.path = "/intc@8000000";
    h.controller.distributor = range(0x8000000, 0x10000);
    h.controller.regions = {range(0x80a0000, 0xf60000)};
    h.timer = {27, Trigger::level};
    h.psci = StartMethod::psci_hvc;
    return h;
}

/// A device with registers and an interrupt line (0: none).
inline Device& add_device(Hardware& h, const std::string& path, std::vector<PhysRange> registers,
                          uint32_t line, std::vector<std::string> compatible = {}) {
    Device d;
    d.path = path;
    d.compatible = std::move(compatible);
    d.registers = std::move(registers);
    if (line != 0)
        d.interrupts.push_back({
            h.controller.path, Irq{line, Trigger::level},
             false
        });
    h.devices.push_back(std::move(d));
    return h.devices.back();
}

/// Much like QEMU's virt: `cpus` CPUs, 1 GiB at 0x40000000, a PL011 that is stdout, a clock that
/// it uses, an RTC, GPIO, virtio slots of which eight share a page, and a disabled UART.
inline Hardware make_virt(uint32_t cpus = 2) {
    Hardware h = make_board(cpus, {range(0x40000000, 0x40000000)});
    add_device(h, "/intc@8000000", {range(0x8000000, 0x10000)}, 0, {"arm,gic-v3"});
    add_device(h, "/intc@8000000/its@8080000", {range(0x8080000, 0x20000)}, 0);
    Device& uart = add_device(h, "/pl011@9000000", {range(0x9000000, 0x1000)}, 33, {"arm,pl011"});
    uart.aliases = {"serial0"};
    uart.providers = {"/apb-pclk"};
    h.stdout_path = uart.path;
    Device& second = add_device(h, "/pl011@9040000", {range(0x9040000, 0x1000)}, 40, {"arm,pl011"});
    second.aliases = {"serial1"};
    second.enabled = false;
    add_device(h, "/pl031@9010000", {range(0x9010000, 0x1000)}, 34, {"arm,pl031"});
    add_device(h, "/pl061@9030000", {range(0x9030000, 0x1000)}, 39, {"arm,pl061"});
    for (uint32_t i = 0; i < 8; i++) {
        const std::string slot = "/virtio_mmio@a000" + std::string(1, "02468ace"[i]) + "00";
        add_device(h, slot, {range(0xa000000 + 0x200 * i, 0x200)}, 48 + i, {"virtio,mmio"});
    }
    // Two timers on one line, in pages of their own; a bus with a device below it.
    add_device(h, "/soc", {}, 0, {"simple-bus"});
    add_device(h, "/soc/timer@b000000", {range(0xb000000, 0x1000)}, 70, {"test,timer"});
    add_device(h, "/soc/timer@b001000", {range(0xb001000, 0x1000)}, 70, {"test,timer"});
    // A clock controller with a UART behind it, a key on a GPIO line, a bus master.
    add_device(h, "/soc/clock@b100000", {range(0xb100000, 0x1000)}, 0, {"test,clock"});
    add_device(h, "/soc/uart@b200000", {range(0xb200000, 0x1000)}, 71).providers = {
        "/soc/clock@b100000"};
    Device& keys = add_device(h, "/soc/keys", {}, 0, {"gpio-keys"});
    keys.interrupts.push_back({"/pl061@9030000", std::nullopt, false});
    add_device(h, "/soc/ethernet@b300000", {range(0xb300000, 0x1000)}, 72).has_dma = true;
    add_device(h, "/apb-pclk", {}, 0, {"fixed-clock"});
    return h;
}

}  // namespace mkl::test
