// SPDX-License-Identifier: BSD-2-Clause
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "mkl/abi/common.h"
#include "mkl/qemu/qemu.hpp"

namespace mkl {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

PhysRange range(uint64_t base, uint64_t size) {
    return *PhysRange::from_base_size(PhysAddr{base}, size);
}

class Arguments : public testing::Test {
protected:
    Arguments() {
        system.board.qemu = QemuMachine{.machine = "virt",
                                        .gic_version = 3,
                                        .virtualization = true,
                                        .secure = {},
                                        .cpus = 2,
                                        .memory = uint64_t{1} << 30,
                                        .cpu = "cortex-a72",
                                        .where = {}};
        plan.ram = {range(0x40000000, uint64_t{1} << 30)};
        plan.loader = range(0x70000000, 64 << 20);
    }
    QemuRun run() { return {plan, system, hardware, "out", 1 << 20}; }

    Plan plan;
    System system;
    Hardware hardware;
    DiagnosticSink sink;
};

TEST_F(Arguments, DirectBootIsOneKernelOption) {
    const auto argv = qemu_arguments(run(), {}, {}, sink);
    ASSERT_TRUE(argv);
    EXPECT_EQ(argv->front(), "qemu-system-aarch64");
    EXPECT_EQ((*argv)[1], "-machine");
    EXPECT_THAT((*argv)[2], HasSubstr("gic-version=3"));
    EXPECT_THAT((*argv)[2], HasSubstr("virtualization=on"));
    EXPECT_THAT((*argv)[2], Not(HasSubstr("memory-backend")));
    EXPECT_THAT(std::vector(argv->end() - 2, argv->end()), ElementsAre("-kernel", "out/image.bin"));
    EXPECT_THAT(*argv, Contains("1024M"));
    EXPECT_THAT(*argv, Contains("cortex-a72"));
    EXPECT_TRUE(sink.all().empty());
}

TEST_F(Arguments, GuestMemoryAndFurtherUartsAreWiredOnlyForARun) {
    QemuWiring wiring;
    wiring.memory_path = "/proc/self/fd/7";
    wiring.serial_fds = {9};
    const auto argv = qemu_arguments(run(), {}, wiring, sink);
    ASSERT_TRUE(argv);
    EXPECT_THAT((*argv)[2], HasSubstr(",memory-backend=ram"));
    EXPECT_THAT(*argv, Contains("memory-backend-file,id=ram,size=1073741824,"
                                "mem-path=/proc/self/fd/7,share=on"));
    EXPECT_THAT(*argv, Contains("socket,id=uart1,fd=9"));
}

TEST_F(Arguments, NoMachineIsAFinding) {
    system.board.qemu.reset();
    EXPECT_FALSE(qemu_arguments(run(), {}, {}, sink));
    EXPECT_TRUE(sink.has("E704"));
}

TEST_F(Arguments, NoUbootForOtherMachinesOrSecureFirmware) {
    QemuOptions options;
    options.boot = QemuBoot::fit;
    system.board.qemu->machine.value = "xlnx-zcu102";
    EXPECT_FALSE(qemu_arguments(run(), options, {}, sink));
    EXPECT_TRUE(sink.has("E703"));
}

TEST_F(Arguments, DebuggerWaits) {
    QemuOptions options;
    options.gdb = true;
    const auto argv = qemu_arguments(run(), options, {}, sink);
    ASSERT_TRUE(argv);
    EXPECT_THAT(*argv, Contains("-S"));
    EXPECT_THAT(*argv, Contains("tcp::1234"));
}

TEST_F(Arguments, ImageAddressKeepsClearOfTheLoader) {
    EXPECT_EQ(uboot_image_address(run()), 0x48000000u);
    plan.loader = range(0x48000000, 64 << 20);
    const auto other = uboot_image_address(run());
    ASSERT_TRUE(other);
    EXPECT_FALSE(plan.loader.overlaps(range(*other, 1 << 20)));
    plan.ram = {range(0x40000000, 64 << 20)};
    EXPECT_FALSE(uboot_image_address(run()));
}

TEST(UbootEnvironment, IsWhatMkenvimageWrites) {
    const std::string env = uboot_environment(QemuBoot::booti, 0x48000000);
    ASSERT_EQ(env.size(), uboot_environment_size);
    uint32_t crc = 0;
    std::memcpy(&crc, env.data(), 4);
    EXPECT_EQ(crc, mkl_crc32(0, env.data() + 4, env.size() - 4));
    EXPECT_STREQ(env.c_str() + 4, "bootdelay=-2");
    EXPECT_STREQ(env.c_str() + 4 + sizeof "bootdelay=-2",
                 "bootcmd=booti 0x48000000 - ${fdtcontroladdr}");
    EXPECT_EQ(env.back(), '\xff');
    EXPECT_NE(uboot_environment(QemuBoot::fit, 0x48000000).find("bootm 0x48000000#conf - "),
              std::string::npos);
    EXPECT_NE(uboot_environment(QemuBoot::uimage, 0x48000000).find("bootm 0x48000000 - "),
              std::string::npos);
}

TEST(GdbScript, ConnectsAndAddsSymbols) {
    const std::string script =
        gdb_script(1234,
                   {
                       "loader.elf", 0x70000000
    },
                   {{"node0", 0, {{"kernel.elf", 0}}}, {"node1", 3, {{"kernel.elf", 0}}}});
    EXPECT_THAT(script, HasSubstr("target remote :1234\n"));
    EXPECT_THAT(script, HasSubstr("add-symbol-file loader.elf -o 0x70000000\n"));
    EXPECT_THAT(script, HasSubstr("define cpu-node1\n  thread 4\nend\n"));
    EXPECT_THAT(script, HasSubstr("define symbols-node0\n  cpu-node0\n  symbol-file\n"));
    EXPECT_THAT(script, HasSubstr("  add-symbol-file kernel.elf\n"));
}

TEST_F(Arguments, RiscvUbootFindsItsCommandInTheTree) {
    const DeviceTree tree = uboot_tree({}, QemuBoot::uimage, 0x88000000);
    const DtNode* config = tree.root.child("config");
    ASSERT_NE(config, nullptr);
    EXPECT_EQ(config->cell("bootdelay"), 0xfffffffeu);
    EXPECT_EQ(config->text("bootcmd"), "bootm 0x88000000 - ${fdtcontroladdr}");
}

}  // namespace
}  // namespace mkl
