// SPDX-License-Identifier: BSD-2-Clause
// What a build's files say, and what is refused of them.
#include <gtest/gtest.h>

#include "fake_kernel.hpp"

namespace mkl::sel4 {
namespace {

using test::range;

TEST(Sel4Config, OfTheArmVirtPlatform) {
    std::string why;
    const auto config = parse_config(test::config_json(), why);
    ASSERT_TRUE(config) << why;
    EXPECT_EQ(config->architecture, Architecture::aarch64);
    EXPECT_EQ(config->platform, "qemu-arm-virt");
    EXPECT_FALSE(config->hypervisor || config->mcs || config->gicv3 || config->loader_info);
    EXPECT_EQ(config->pa_bits, 40u);
    EXPECT_EQ(config->untyped_limit, 230u);
    EXPECT_EQ(config->device_top, uint64_t{1} << 40);
}

TEST(Sel4Config, SaysWhichKeyIsMissing) {
    std::string why;
    EXPECT_FALSE(parse_config(R"({"SEL4_ARCH": "aarch64", "PLAT": "x"})", why));
    EXPECT_EQ(why, "it has no usable KERNEL_MCS");
    EXPECT_FALSE(parse_config("[]", why));
    EXPECT_EQ(why, "it is not an object");
    EXPECT_FALSE(parse_config("{\n\"PLAT\": ", why));
    EXPECT_EQ(why, "line 2: it ends in the middle");
    EXPECT_FALSE(parse_config(test::config_json(", \"PLAT\": \"again\""), why));
    EXPECT_NE(why.find("'PLAT' is there twice"), std::string::npos) << why;
    EXPECT_FALSE(parse_config(R"({"SEL4_ARCH": "x86_64"})", why));
    EXPECT_EQ(why, "it is for x86_64, which mkl has no loader for");
}

/// With a unit that is too small, a node does nothing but change domains.
TEST(Sel4Config, DomainsAreTimedInTheKernelsTicks) {
    std::string why;
    const auto hz = [&](bool mcs, std::string_view extra) {
        std::string text = test::config_json(extra);
        if (mcs) text.replace(text.find("\"KERNEL_MCS\": false"), 19, "\"KERNEL_MCS\": true");
        const auto config = parse_config(text, why);
        return config ? config->domain_hz : 0;
    };
    constexpr std::string_view timer = R"(, "TIMER_FREQUENCY": "62500000")";
    EXPECT_EQ(hz(false, timer), 500u);
    EXPECT_EQ(hz(false, R"(, "TIMER_TICK_MS": "5")"), 200u);
    EXPECT_EQ(hz(true, timer), 62'500'000u);
    EXPECT_EQ(hz(true, ""), 0u);
    EXPECT_EQ(why, "it has no usable TIMER_FREQUENCY");
}

TEST(Sel4Platform, HolesAreTheKernels) {
    std::string why;
    const auto got = parse_platform(
        R"({"devices": [{"start": 0, "end": 134217728}, {"start": 134221824, "end": 1099511627776}],
            "memory": []})",
        uint64_t{1} << 40, why);
    ASSERT_TRUE(got) << why;
    EXPECT_FALSE(got->from_symbols);
    EXPECT_EQ(got->devices, std::vector{range(0x8000000, 0x1000)});
    EXPECT_FALSE(parse_platform("{}", 0, why));
    EXPECT_FALSE(parse_platform(R"({"devices": [{"start": 2, "end": 1}], "memory": []})", 0, why));
}

TEST(Sel4Compiled, FromSymbols) {
    const Bytes file = test::kernel_elf(
        test::node_base,
        {
            {"avail_p_regs",         {0x50000000, 0x60000000}                       },
            {"kernel_device_frames",
             {0x9000000, 1, uint64_t{1} << 32 | 1, 0x8000000, 2, 1, 0x8010000, 3, 1}}
    });
    DiagnosticSink sink;
    const auto elf = read_elf(file, Architecture::aarch64, {"kernel.elf", {}}, sink);
    ASSERT_TRUE(elf);
    const auto got = compiled_in(file, *elf, Config{});
    ASSERT_TRUE(got);
    EXPECT_TRUE(got->from_symbols);
    EXPECT_EQ(got->ram, std::vector{range(0x50000000, 0x10000000)});
    EXPECT_EQ(got->devices, (std::vector{range(0x8000000, 0x1000), range(0x8010000, 0x1000)}));
    EXPECT_EQ(got->shared, std::vector{range(0x9000000, 0x1000)});
}

TEST(Sel4Compiled, MCSByItsSymbols) {
    const auto mcs = [](const std::vector<std::string>& more) {
        std::vector<test::Table> tables{
            {"avail_p_regs",         {0x50000000, 0x60000000}},
            {"kernel_device_frames", {0x8000000, 2, 1}       }
        };
        for (const std::string& name : more) tables.push_back({name, {0}});
        const Bytes file = test::kernel_elf(test::node_base, tables);
        DiagnosticSink sink;
        const auto elf = read_elf(file, Architecture::aarch64, {"kernel.elf", {}}, sink);
        return compiled_in(file, elf.value(), Config{}).value().mcs;
    };
    EXPECT_EQ(mcs({}), std::nullopt);
    EXPECT_EQ(mcs({"ksCurThread"}), false);
    EXPECT_EQ(mcs({"ksCurThread", "ksCurSC"}), true);
}

TEST(Sel4Compiled, NothingWithoutBothSymbols) {
    const Bytes file =
        test::kernel_elf(test::node_base, {
                                              {"avail_p_regs", {0x50000000, 0x60000000}}
    });
    DiagnosticSink sink;
    const auto elf = read_elf(file, Architecture::aarch64, {"kernel.elf", {}}, sink);
    ASSERT_TRUE(elf);
    EXPECT_FALSE(compiled_in(file, *elf, Config{}));
}

TEST(Sel4Abi, PerConfiguration) {
    EXPECT_EQ(abi_of(Architecture::aarch64, false, false).name, "classic");
    EXPECT_EQ(abi_of(Architecture::aarch64, true, false).name, "hyp");
    EXPECT_EQ(abi_of(Architecture::aarch64, false, true).name, "mcs");
    EXPECT_EQ(abi_of(Architecture::aarch64, true, true).name, "hyp-mcs");
    EXPECT_EQ(abi_of(Architecture::riscv64, false, true).name, "mcs");
}

}  // namespace
}  // namespace mkl::sel4
