// SPDX-License-Identifier: BSD-2-Clause
// A kernel that fits has no finding; each way not to fit has one, and always the same.
#include <gtest/gtest.h>

#include <functional>

#include "fake_kernel.hpp"
#include "mkl/sel4/check.hpp"

namespace mkl::sel4 {
namespace {

using test::range;

/// node1 of two, on a GICv2 board of two CPUs entered at EL2.
struct Scene {
    System system;
    Hardware hardware;
    Plan plan;
    Kernel kernel;

    Scene() {
        hardware.controller.type = InterruptControllerType::gicv2;
        hardware.controller.distributor = range(0x8000000, 0x10000);
        hardware.controller.regions = {range(0x8010000, 0x10000)};
        hardware.psci = StartMethod::psci_smc;
        hardware.cpus.resize(2);
        for (uint32_t i = 0; i < 2; i++) {
            hardware.cpus[i].index = i;
            hardware.cpus[i].hwid.value = i;
            hardware.cpus[i].compatible = {"arm,cortex-a53"};
            PlanNode node;
            node.name = cat("node", i);
            node.cpu_index = i;
            node.hwid.value = i;
            node.memory = {range(i == 0 ? 0x40000000 : test::node_base, test::node_size)};
            plan.nodes.push_back(node);
            system.nodes.emplace_back();
        }
        plan.nodes[0].device_pages = {range(0x9000000, 0x1000)};
        kernel.origin.name = "kernel.elf";
        kernel.elf.entry = test::el1_window + test::node_base;
        kernel.elf.segments = {
            {7, 0x1000, 0x30000, kernel.elf.entry, test::node_base, 0x23d000}
        };
        std::string why;
        kernel.config = *parse_config(test::config_json(), why);
        kernel.config.printing = false;
        kernel.compiled.ram = plan.nodes[1].memory;
        kernel.compiled.devices = {range(0x8000000, 0x1000), range(0x8010000, 0x1000)};
        kernel.compiled.shared = {range(0x9000000, 0x1000)};
    }

    std::string findings() {
        DiagnosticSink sink;
        check_kernel(kernel, plan, 1, system, hardware, sink);
        std::string out;
        for (const Diagnostic& d : sink.all()) out += cat(out.empty() ? "" : " ", d.id);
        return out;
    }
};

struct Fault {
    const char* name;
    const char* expected;
    std::function<void(Scene&)> plant;
};

class Sel4Fault : public testing::TestWithParam<Fault> {};

TEST_P(Sel4Fault, IsOneFinding) {
    Scene s;
    GetParam().plant(s);
    EXPECT_EQ(s.findings(), GetParam().expected);
}

void use_gicv3(Scene& s) {
    s.hardware.controller.type = InterruptControllerType::gicv3;
    s.kernel.config.gicv3 = true;
}

/// node1's bridge has a window from 1 TiB on, where its kernel hands out nothing.
constexpr uint64_t beyond = uint64_t{1} << 40;
Device& bridge_beyond(Scene& s) {
    s.plan.nodes[1].devices.emplace_back("/pcie");
    s.plan.nodes[1].device_pages.push_back(range(beyond, 1 << 20));
    Device& bridge = s.hardware.devices.emplace_back();
    bridge.path = "/pcie";
    bridge.windows = {range(beyond, 1 << 20)};
    return bridge;
}

const Fault faults[] = {
    {"None",                    "",     [](Scene&) {}                                                            },
    {"OtherRam",                "E552", [](Scene& s) { s.kernel.compiled.ram = {range(0x50000000, 0x20000000)}; }},
    {"Smp",                     "E553", [](Scene& s) { s.kernel.config.max_nodes = 2; }                          },
    {"OneWithMcs",              "E556", [](Scene& s) { s.kernel.compiled.mcs = true; }                           },
    {"OneWithoutMcs",           "E556",
     [](Scene& s) {
         s.kernel.config.mcs = true;
         s.kernel.compiled.mcs = false;
     }                                                                                                           },
    {"InfoOfOtherNumber",       "E561",
     [](Scene& s) {
         s.kernel.config.loader_info = true;
         s.kernel.config.info_cpus = 3;
     }                                                                                                           },
    {"InfoIsToldItsRam",        "",
     [](Scene& s) {
         s.kernel.config.loader_info = true;
         s.kernel.config.info_cpus = 2;
         s.kernel.compiled.ram.clear();
         s.kernel.elf.segments[0].vaddr = s.kernel.elf.segments[0].paddr = s.kernel.elf.entry =
             0xffffffffff000000;
     }                                                                                                           },
    {"InfoLargerThanItsWindow", "E556",
     [](Scene& s) {
         s.kernel.config.loader_info = true;
         s.kernel.config.info_cpus = 2;
         s.kernel.elf.segments[0].memory_size = (12 << 20) + 1;
     }                                                                                                           },
    {"WrongGic",                "E554", [](Scene& s) { s.kernel.config.gicv3 = true; }                           },
    {"NinthCpu",                "E554",
     [](Scene& s) {
         use_gicv3(s);
         s.hardware.cpus.resize(9);
         s.plan.nodes[1].cpu_index = 8;
     }                                                                                                           },
    {"OtherDistributor",        "E555",
     [](Scene& s) { s.kernel.compiled.devices = {range(0x7000000, 0x1000)}; }                                    },
    {"RealInsteadOfDecoy",      "E555",
     [](Scene& s) {
         use_gicv3(s);
         s.plan.nodes[1].decoy = range(0x70010000, 0x10000);
     }                                                                                                           },
    {"Decoy",                   "",
     [](Scene& s) {
         use_gicv3(s);
         s.plan.nodes[1].decoy = range(0x70010000, 0x10000);
         s.kernel.compiled.devices = {range(0x8010000, 0x1000), range(0x70010000, 0x10000)};
     }                                                                                                           },
    {"NeighboursDevice",        "E555",
     [](Scene& s) {
         s.kernel.compiled.devices = {range(0x8000000, 0x1000), range(0x9000000, 0x1000)};
     }                                                                                                           },
    {"LinkedElsewhere",         "E556",
     [](Scene& s) {
         s.kernel.elf.segments[0].paddr = 0x40000000;
         s.kernel.elf.segments[0].vaddr = s.kernel.elf.entry = test::el1_window + 0x40000000;
     }                                                                                                           },
    {"OffsetOfOtherLevel",      "E556",
     [](Scene& s) {
         s.kernel.elf.segments[0].vaddr = s.kernel.elf.entry = 0x8000000000 + test::node_base;
     }                                                                                                           },
    {"LargerThanItsRam",        "E556",
     [](Scene& s) { s.kernel.elf.segments[0].memory_size = test::node_size + 1; }                                },
    {"HypOnEl1",                "E557",
     [](Scene& s) {
         s.kernel.config.hypervisor = true;
         s.kernel.elf.segments[0].vaddr = s.kernel.elf.entry = 0x8000000000 + test::node_base;
         s.hardware.psci = StartMethod::psci_hvc;
     }                                                                                                           },
    {"GroupsOfNoSecurity",      "E554",
     [](Scene& s) {
         s.kernel.config.hypervisor = true;
         s.kernel.config.platform = "zynqmp";
         s.kernel.elf.segments[0].vaddr = s.kernel.elf.entry = 0x8000000000 + test::node_base;
         s.system.board.qemu.emplace().secure = false;
     }                                                                                                           },
    {"AddressSize",             "E558",
     [](Scene& s) {
         s.kernel.config.hypervisor = true;
         s.kernel.config.pa_bits = 44;
         s.kernel.elf.segments[0].vaddr = s.kernel.elf.entry = 0x8000000000 + test::node_base;
     }                                                                                                           },
    {"DeviceBeyondTheTop",      "E555",
     [](Scene& s) { s.plan.nodes[1].device_pages.push_back(range(beyond, 4096)); }                               },
    {"WindowBeyondTheTop",      "W569", [](Scene& s) { bridge_beyond(s); }                                       },
    {"PartOfAPageBeyondTheTop", "W569",
     [](Scene& s) { bridge_beyond(s).windows = {range(beyond + 0x10, (1 << 20) - 0x20)}; }                       },
    {"WindowOfAnotherNode",     "E555", [](Scene& s) { bridge_beyond(s).path = "/other"; }                       },
    {"OtherHart",               "E559",
     [](Scene& s) {
         s.plan.architecture = s.kernel.config.architecture = Architecture::riscv64;
         s.hardware.controller.type = InterruptControllerType::plic;
         s.kernel.elf.segments[0].vaddr = s.kernel.elf.entry = 0xffffffff80000000 + 0x10000000;
     }                                                                                                           },
    {"OtherArchitecture",       "E550",
     [](Scene& s) { s.kernel.config.architecture = Architecture::riscv64; }                                      },
    {"PrintsElsewhere",         "W565", [](Scene& s) { s.kernel.config.printing = true; }                        },
};
INSTANTIATE_TEST_SUITE_P(All, Sel4Fault, testing::ValuesIn(faults),
                         [](const auto& p) { return std::string{p.param.name}; });

TEST(Sel4Window, RegistersInItAreStillAnError) {
    Scene s;
    bridge_beyond(s).registers = {range(beyond + 0x1000, 0x10)};
    EXPECT_EQ(s.findings(), "E555 W569 W569") << "the window below them and above";
}

TEST(Sel4Room, TooLittleRamAndTooFewSlots) {
    Scene s;
    DiagnosticSink sink;
    Room room{range(test::node_base + 0x300000, 0x100000), s.plan.nodes[1].memory, 100, {}, "n"};
    EXPECT_TRUE(check_room(s.kernel, room, sink));
    room.ram = {range(test::node_base, 0x410000)};
    EXPECT_FALSE(check_room(s.kernel, room, sink));
    room.ram = s.plan.nodes[1].memory;
    room.objects = 4096;
    EXPECT_FALSE(check_room(s.kernel, room, sink));
    ASSERT_EQ(sink.all().size(), 2u);
    EXPECT_EQ(sink.all()[0].id, "E566");
    EXPECT_EQ(sink.all()[1].id, "E566");
}

/// The verified ZynqMP configuration with 128 MiB and a root image that ends 0x246000 above its
/// base: its boot info gave 30,504 KiB of RAM, and 124,992 KiB with an image that ends at 4 MiB.
struct Verified {
    Scene scene;
    Room room{range(0x10240000, 0x6000), {range(0x10000000, 0x8000000)}, 100, {}, "n"};

    explicit Verified(uint32_t limit) {
        scene.kernel.config.untyped_limit = limit;
        scene.kernel.compiled.devices = {range(0xf9010000, 0x1000), range(0xf9020000, 0x1000),
                                         range(0xf9040000, 0x1000)};
    }
    std::optional<uint64_t> fit(DiagnosticSink& sink) {
        return fit_untypeds(scene.kernel, room, sink);
    }
};

TEST(Sel4Untypeds, TheLargestPiecesOfRamComeFirst) {
    DiagnosticSink sink;
    EXPECT_EQ(Verified{50}.fit(sink), 0x10400000u);
    ASSERT_EQ(sink.all().size(), 1u);
    EXPECT_EQ(sink.all()[0].id, "N567");
    const std::string& text = sink.all()[0].message;
    EXPECT_NE(text.find("50 untypeds, its devices and RAM are 62"), std::string::npos) << text;
    // 128 MiB less what stands in it (2,328 KiB), less what the kernel hands over.
    EXPECT_NE(text.find(cat(131072 - 2328 - 124992, " of 131072 KiB")), std::string::npos) << text;
    EXPECT_NE(text.find(cat("not ", 131072 - 2328 - 30504)), std::string::npos) << text;
}

TEST(Sel4Untypeds, AListThatIsLongEnoughIsLeftAlone) {
    DiagnosticSink sink;
    EXPECT_EQ(Verified{62}.fit(sink), 0x10246000u);
    EXPECT_TRUE(sink.all().empty());
}

TEST(Sel4Untypeds, WhatCannotBeCuredIsSaid) {
    DiagnosticSink sink;
    EXPECT_TRUE(Verified{43}.fit(sink));
    EXPECT_FALSE(Verified{40}.fit(sink));
    ASSERT_EQ(sink.all().size(), 2u);
    EXPECT_EQ(sink.all()[0].id, "W568");
    EXPECT_EQ(sink.all()[1].id, "E566");
}

}  // namespace
}  // namespace mkl::sel4
