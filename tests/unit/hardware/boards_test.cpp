// SPDX-License-Identifier: BSD-2-Clause
// Facts read from the boards in tests/boards.
#include "board.hpp"

#include "mkl/abi/boot_record.h"
#include "mkl/hardware/tree_view.hpp"

namespace mkl {
namespace {

using test::load_board;
using test::memory_range;
using test::range;

const Device& device(const Hardware& hardware, const std::string& path) {
    const Device* found = hardware.device(path);
    EXPECT_NE(found, nullptr) << path;
    static const Device none;
    return found == nullptr ? none : *found;
}

std::vector<uint32_t> lines(const Device& d) {
    std::vector<uint32_t> out;
    for (const DeviceInterrupt& i : d.interrupts) out.push_back(i.root ? i.root->id : 0);
    return out;
}

TEST(Boards, Gicv2) {
    const Hardware h = load_board("gicv2.dts");
    EXPECT_EQ(h.architecture, Architecture::aarch64);
    EXPECT_EQ(h.psci, StartMethod::psci_hvc);
    ASSERT_EQ(h.cpus.size(), 2u);
    EXPECT_EQ(h.cpus[1].path, "/cpus/cpu@1");
    EXPECT_EQ(h.cpus[1].start, StartMethod::psci_hvc);
    EXPECT_EQ(h.cpus[1].why_not_startable, "");
    ASSERT_EQ(h.ram.size(), 1u);
    EXPECT_EQ(h.ram[0].range, range(0x40000000, 0x40000000));
    EXPECT_EQ(h.controller.type, InterruptControllerType::gicv2);
    EXPECT_EQ(h.controller.distributor, range(0x8000000, 0x10000));
    EXPECT_EQ(h.controller.regions, std::vector{range(0x8010000, 0x10000)});
    EXPECT_EQ(h.controller.others,
              (std::vector{range(0x8030000, 0x10000), range(0x8040000, 0x10000),
                           range(0x8020000, 0x1000)}));
    EXPECT_EQ(h.timer.id, 27u);
    EXPECT_EQ(h.stdout_path, "/serial@9000000");
}

TEST(Boards, ANinthCpuOfAGicv2RunsNoNode) {
    const auto text = [](std::string_view t) {
        Bytes out;
        for (const char c : t) out.push_back(static_cast<std::byte>(c));
        out.push_back({});
        return out;
    };
    DeviceTree tree = load_board("gicv2.dts").tree;
    for (DtNode& n : tree.root.children) {
        if (n.name != "cpus") continue;
        for (uint32_t i = 2; i < 10; i++) {
            Bytes reg;
            append_cell(reg, 0x100 + i);
            n.children.push_back({
                "cpu@10" + std::to_string(i),
                {{"device_type", text("cpu")},
                                      {"compatible", text("arm,cortex-a53")},
                                      {"enable-method", text("psci")},
                                      {"reg", reg}},
                {              }
            });
        }
    }
    DiagnosticSink sink;
    const auto h = read_hardware(std::move(tree), {}, {}, sink);
    ASSERT_TRUE(h && h->cpus.size() == 10) << test::text_of(sink);
    EXPECT_EQ(h->cpus[7].why_not_startable, "");
    EXPECT_EQ(h->cpus[8].why_not_startable, "a GICv2 has interfaces for eight CPUs");
    EXPECT_EQ(h->cpus[9].start, StartMethod::none);
}

TEST(Boards, Gicv2ReservationsAndSeeds) {
    const Hardware h = load_board("gicv2.dts");
    ASSERT_EQ(h.reserved.size(), 2u);  // the dynamic pool has no place yet
    EXPECT_EQ(h.reserved[0].range, range(0x7f000000, 0x1000000));
    EXPECT_TRUE(h.reserved[0].no_map);
    EXPECT_FALSE(h.reserved[1].no_map);
    const DtNode* chosen = h.tree.find("/chosen");
    ASSERT_NE(chosen, nullptr);
    EXPECT_EQ(chosen->property("rng-seed"), nullptr);
    EXPECT_EQ(chosen->property("kaslr-seed"), nullptr);
    EXPECT_NE(chosen->property("bootargs"), nullptr);
}

TEST(Boards, Gicv2Devices) {
    const Hardware h = load_board("gicv2.dts");
    const Device& uart = device(h, "/serial@9000000");
    EXPECT_EQ(uart.registers, std::vector{range(0x9000000, 0x1000)});
    EXPECT_EQ(lines(uart), std::vector<uint32_t>{33});
    EXPECT_EQ(uart.interrupts.at(0).root->trigger, Trigger::level);
    EXPECT_EQ(uart.aliases, std::vector<std::string>{"serial0"});
    EXPECT_EQ(uart.labels, std::vector<std::string>{"uart0"});
    EXPECT_EQ(uart.providers, std::vector<std::string>{"/clock-24m"});
    EXPECT_EQ(device(h, "/rtc@9010000").interrupts.at(0).root->trigger, Trigger::edge);
    EXPECT_FALSE(device(h, "/sensor@9060000").enabled);
    EXPECT_EQ(lines(device(h, "/pmu")), (std::vector<uint32_t>{92, 93}));
    const auto driver = uart_of(h, uart);
    ASSERT_TRUE(driver);
    EXPECT_EQ(driver->driver, MKL_CONSOLE_PL011);
    EXPECT_FALSE(uart_of(h, device(h, "/rtc@9010000")));
}

TEST(Boards, Gicv3) {
    const Hardware h = load_board("gicv3.dts");
    EXPECT_EQ(h.psci, StartMethod::psci_smc);
    ASSERT_EQ(h.cpus.size(), 4u);
    EXPECT_EQ(h.cpus[0].hwid.value, 0x100u);
    EXPECT_EQ(h.cpus[3].hwid.value, 0x100000000u);
    EXPECT_TRUE(h.cpus[1].enabled) << "disabled with an enable-method is quiescent";
    EXPECT_EQ(h.cpus[1].start, StartMethod::psci_smc);
    EXPECT_FALSE(h.cpus[3].enabled);
    EXPECT_EQ(h.cpus[3].why_not_startable, "its status is \"fail\"");
    ASSERT_EQ(h.ram.size(), 3u);
    EXPECT_EQ(h.ram[1].range, range(0xc0000000, 0x20000000));
    EXPECT_EQ(h.ram[2].range, range(0x880000000, 0x40000000));
    ASSERT_EQ(h.reserved.size(), 1u);
    EXPECT_EQ(h.reserved[0].what, "/memreserve/");
    EXPECT_EQ(h.reserved[0].range, range(0x80000000, 0x10000));
    EXPECT_EQ(h.timer.id, 27u);
}

TEST(Boards, Gicv3Controller) {
    const Hardware h = load_board("gicv3.dts");
    EXPECT_EQ(h.controller.type, InterruptControllerType::gicv3);
    EXPECT_EQ(h.controller.distributor, range(0x31000000, 0x10000));
    EXPECT_EQ(h.controller.regions,
              (std::vector{range(0x31080000, 0x80000), range(0x31180000, 0x80000)}));
    EXPECT_EQ(h.controller.redistributor_stride, 0x40000u);
    EXPECT_EQ(h.controller.others,
              (std::vector{range(0x31300000, 0x2000), range(0x31040000, 0x20000)}));
}

TEST(Boards, Gicv3InterruptMapHasParentUnitAddresses) {
    const Hardware h = load_board("gicv3.dts");
    const Device& pcie = device(h, "/pcie@10000000");
    EXPECT_EQ(lines(pcie), (std::vector<uint32_t>{35, 36}));  // the third row repeats a line
    EXPECT_TRUE(pcie.has_dma);
    EXPECT_EQ(pcie.registers, std::vector{range(0x4010000000, 0x10000000)});
    EXPECT_EQ(pcie.windows, std::vector{range(0x10000000, 0x2eff0000)});
    const auto uart = uart_of(h, device(h, "/soc@0/serial@2000000"));
    ASSERT_TRUE(uart);
    EXPECT_EQ(uart->driver, MKL_CONSOLE_NS16550);
    EXPECT_EQ(uart->reg_shift, 2u);
    EXPECT_EQ(uart->io_width, 4u);
    EXPECT_EQ(uart->registers, range(0x32000000, 0x100));
}

TEST(Boards, RiscV) {
    const Hardware h = load_board("riscv.dts");
    EXPECT_EQ(h.architecture, Architecture::riscv64);
    ASSERT_EQ(h.cpus.size(), 3u);
    EXPECT_EQ(h.cpus[0].why_not_startable, "it has no MMU (mmu-type)");
    EXPECT_EQ(h.cpus[1].start, StartMethod::sbi_hsm);
    EXPECT_EQ(h.controller.type, InterruptControllerType::plic);
    EXPECT_EQ(h.controller.plic_context, (std::vector<uint32_t>{UINT32_MAX, 2, 4}));
    EXPECT_EQ(h.timer.id, 5u);
    EXPECT_EQ(h.timer_frequency, 1'000'000u);
    EXPECT_EQ(lines(device(h, "/soc/serial@10010000")), std::vector<uint32_t>{4});
}

Hardware nasty() {
    Board board;
    board.memory = {memory_range(0x80000000, 0x20000000)};
    return load_board("nasty.dts", board);
}

TEST(Boards, NastyRangesAreTranslatedThroughEveryBus) {
    const Hardware h = nasty();
    EXPECT_EQ(h.controller.distributor, range(0x10001000, 0x1000));
    EXPECT_EQ(device(h, "/soc/bus@1,0").registers, std::vector{range(0x200ff000, 0x1000)});
    EXPECT_EQ(device(h, "/soc/bus@1,0/serial@1100").registers,
              std::vector{range(0x20001000, 0x20)});
    EXPECT_EQ(device(h, "/soc/i2c@0,9999/expander@20").registers, std::vector<PhysRange>{})
        << "an I2C address is not a CPU address";
}

TEST(Boards, NastyInterrupts) {
    const Hardware h = nasty();
    const Device& mapped = device(h, "/soc/bus@1,0/serial@1100");
    EXPECT_EQ(lines(mapped), std::vector<uint32_t>{65});  // SPI 33 through the extirq's map
    EXPECT_EQ(mapped.interrupts[0].controller, "/soc/extirq@0,5000");
    EXPECT_EQ(mapped.providers, std::vector<std::string>{"/soc/clock-controller@0,8000"});
    const Device& nested = device(h, "/soc/bus@1,0/serial@2100");
    ASSERT_EQ(nested.interrupts.size(), 1u);
    EXPECT_FALSE(nested.interrupts[0].root);
    EXPECT_EQ(nested.interrupts[0].controller, "/soc/gpio@0,6000");
    const Device& expander = device(h, "/soc/i2c@0,9999/expander@20");
    EXPECT_EQ(expander.providers, std::vector<std::string>{"/soc/gpio@0,6000"});
    EXPECT_EQ(expander.lines, (std::vector{
                                  ProviderLine{ProviderLine::Kind::gpio, "/soc/gpio@0,6000", {2}}
    }))
        << "without its flags";
}

TEST(Boards, NastyCpus) {
    const Hardware h = nasty();
    ASSERT_EQ(h.cpus.size(), 3u);
    EXPECT_EQ(h.cpus[0].start, StartMethod::spin_table);
    EXPECT_EQ(h.cpus[1].release_address, 0xe0u);
    EXPECT_EQ(h.cpus[2].start, StartMethod::none);
    EXPECT_NE(h.cpus[2].why_not_startable.find("no psci node"), std::string::npos);
}

TEST(Boards, RamLeftToFirmwareIsOneFindingWithTheCure) {
    HostFileSystem files;
    const System system = test::system_with_board("nasty.dts");
    DiagnosticSink sink;
    EXPECT_FALSE(load_hardware(files, system, sink));
    ASSERT_EQ(sink.all().size(), 1u) << test::text_of(sink);
    const Diagnostic& d = sink.all().front();
    EXPECT_EQ(d.id, "E420");
    EXPECT_EQ(d.where.node, "/memory");
    EXPECT_NE(d.hint.find("memory: [{base: 0x80000000, size: 2G}]"), std::string::npos) << d.hint;
}

TEST(Boards, BoardMemoryMustAgreeWithTheTree) {
    HostFileSystem files;
    System system = test::system_with_board("gicv2.dts");
    system.board.memory = {memory_range(0x40000000, 0x20000000)};
    DiagnosticSink sink;
    EXPECT_FALSE(load_hardware(files, system, sink));
    ASSERT_EQ(sink.all().size(), 1u) << test::text_of(sink);
    EXPECT_EQ(sink.all()[0].id, "E421");
    EXPECT_NE(sink.all()[0].message.find("[0x40000000, 0x60000000)"), std::string::npos);
    EXPECT_NE(sink.all()[0].message.find("[0x40000000, 0x80000000)"), std::string::npos);

    system.board.memory = {memory_range(0x60000000, 0x20000000),
                           memory_range(0x40000000, 0x20000000)};  // the same in two pieces
    DiagnosticSink agreeing;
    EXPECT_TRUE(load_hardware(files, system, agreeing)) << test::text_of(agreeing);
}

TEST(Boards, BoardReserve) {
    Board board;
    board.reserve = {
        {{0x48000000, {}}, {0x80000, {}}, "OpenSBI"}
    };
    const Hardware h = load_board("gicv2.dts", board);
    ASSERT_FALSE(h.reserved.empty());
    EXPECT_EQ(h.reserved.back().what, "board.reserve: OpenSBI");
    EXPECT_EQ(h.reserved.back().range, range(0x48000000, 0x80000));
}

TEST(Boards, OddCells) {
    const Hardware h = load_board("odd/cells.dts");
    const auto at = [&](const char* path) { return device(h, path).registers; };
    EXPECT_EQ(at("/localbus@9000000/serial@1,0,0"), std::vector{range(0x9100000, 0x100)});
    EXPECT_TRUE(at("/localbus@9000000/serial@2,0,0").empty()) << "a chip select without a window";
    EXPECT_EQ(at("/pcie@10000000/pci@0,0/serial@1,0"), std::vector{range(0x11001000, 0x100)});
    EXPECT_EQ(at("/outer/middle@100000/inner@7,0/serial@1000"),
              std::vector{range(0x20301000, 0x100)});
    EXPECT_EQ(at("/defaults/serial@22000000"), std::vector{range(0x22000000, 0x100)});
    EXPECT_EQ(at("/no-size-cells/serial@1000"), std::vector{range(0x23001000, 0x100)});
    EXPECT_TRUE(at("/no-ranges/thing@4").empty());
}

TEST(Boards, OddInterrupts) {
    const Hardware h = load_board("odd/interrupts.dts");
    EXPECT_EQ(lines(device(h, "/soc/serial@9000000")), std::vector<uint32_t>{32 + 40});
    EXPECT_EQ(lines(device(h, "/soc/serial@9001000")), std::vector<uint32_t>{32 + 41});
    EXPECT_EQ(lines(device(h, "/soc/serial@9002000")),
              (std::vector<uint32_t>{32 + 50, 0, 32 + 42}));
    EXPECT_EQ(lines(device(h, "/soc/gpio@9010000")), std::vector<uint32_t>{32 + 43});
    EXPECT_EQ(device(h, "/soc/sensor@9030000").interrupts.at(0).controller,
              "/soc/combiner@9020000");
    EXPECT_EQ(lines(device(h, "/soc/lost@9040000")), std::vector<uint32_t>{0});
}

TEST(Boards, OddCpus) {
    const Hardware h = load_board("odd/cpus.dts");
    ASSERT_EQ(h.cpus.size(), 6u);
    EXPECT_EQ(h.cpus[0].hwid.value, 0x100000300u);
    EXPECT_EQ(h.cpus[4].why_not_startable, "its reg is that of /cpus/cpu@10200");
    EXPECT_EQ(h.cpus[5].start, StartMethod::none);
    EXPECT_EQ(h.cpus[2].why_not_startable, "");
}

TEST(Boards, PsciWithFunctionIdsOfItsOwn) {
    for (const uint32_t cpu_on : {0x84000003U, 0x95c1ba60U}) {
        Hardware h = load_board("odd/memory.dts");
        for (DtNode& n : h.tree.root.children)
            if (n.name == "psci") {
                n.properties = {
                    {"compatible", {}},
                    {"method",     {}},
                    {"cpu_on",     {}}
                };
                const auto put = [&](size_t at, std::string_view text) {
                    const auto bytes = as_bytes(text);
                    n.properties[at].value.assign(bytes.begin(), bytes.end());
                    n.properties[at].value.push_back(std::byte{0});
                };
                put(0, "arm,psci");
                put(1, "smc");
                append_cell(n.properties[2].value, cpu_on);
            }
        DiagnosticSink sink;
        const auto again = read_hardware(h.tree, {}, {}, sink);
        ASSERT_TRUE(again);
        EXPECT_EQ(again->cpus[1].why_not_startable.empty(), cpu_on == 0x84000003U);
    }
}

TEST(Boards, OddMemory) {
    const Hardware h = load_board("odd/memory.dts");
    ASSERT_EQ(h.ram.size(), 3u);
    EXPECT_EQ(h.ram[0].range, range(0x880000000, 0x20000000));
    EXPECT_EQ(h.reserved.size(), 7u) << "not the dynamic one, not the one that is off";
}

TEST(Boards, OddPlic) {
    const Hardware h = load_board("odd/plic.dts");
    EXPECT_EQ(h.architecture, Architecture::riscv64);
    EXPECT_NE(h.cpus[0].why_not_startable, "");
    EXPECT_EQ(h.cpus[2].start, StartMethod::sbi_hsm) << "riscv,isa-base";
    EXPECT_EQ(h.controller.plic_context.at(1), 4u);
    EXPECT_EQ(h.controller.plic_context.at(2), 2u);
    for (const Device& d : h.devices)
        EXPECT_EQ(d.interrupts_harts, d.path == "/soc/clint@2000000") << d.path;
}

TEST(Boards, OddBroken) {
    HostFileSystem files;
    DiagnosticSink sink;
    const auto hardware = load_hardware(files, test::system_with_board("odd/broken.dts"), sink);
    ASSERT_TRUE(hardware) << test::text_of(sink);
    const std::string text = test::text_of(sink);
    for (const char* expected :
         {"W441 /soc/adc@2000:", "W441 /soc/far@800000:", "W440 /soc/i2c@1000:"})
        EXPECT_NE(text.find(expected), std::string::npos) << text;
}

}  // namespace
}  // namespace mkl
