// SPDX-License-Identifier: BSD-2-Clause
// Programs of seL4's own interface, their capabilities, and domains.
#include <elf.h>
#include <gtest/gtest.h>

#include <cstring>

#include "capdl_support.hpp"
#include "mkl/capdl/write.hpp"

namespace mkl::capdl {
namespace {

using namespace mkl::capdl::test;

ComponentCap cap(std::string name, CapKind kind) {
    ComponentCap c;
    c.name.value = std::move(name);
    c.kind = kind;
    c.why = Located<std::string>{"test", {}};
    return c;
}

/// The client as a program for `abi` kernels, with `caps`.
Adder plain(const char* abi, std::vector<ComponentCap> caps) {
    Adder adder;
    ComponentRequest& client = adder.system.components[0];
    client.abi = Located<std::string>{abi, client.elf.where};
    client.caps = std::move(caps);
    for (size_t i = 0; i < client.caps.size(); i++)
        if (client.caps[i].is_authority())
            adder.plan.nodes[0].authority.push_back({0, i, client.caps[i].kind, {}});
    return adder;
}

/// The spec of its first node.
Spec built(Adder& adder) {
    DiagnosticSink sink;
    return build(adder, 0, sink).value();
}

std::string held(const Spec& spec, uint64_t slot) {
    for (const Cap& c : object(spec, "client_cnode").slots)
        if (c.slot == slot) return spec.objects[c.object].name;
    return "";
}

TEST(Plain, HasItsOwnObjectsWhereTheInitialThreadHasThem) {
    Adder adder = plain("classic", {});
    const Spec spec = built(adder);
    EXPECT_EQ(held(spec, 1), "client_tcb");
    EXPECT_EQ(held(spec, 2), "client_cnode");
    EXPECT_EQ(held(spec, 3), "client_vspace");
    const Object& cnode = object(spec, "client_cnode");
    EXPECT_GE(cnode.size_bits, 8) << "room for what it makes";
    for (const Cap& c : cnode.slots) {
        EXPECT_TRUE(c.slot < 4 || c.slot >= 16) << c.slot;
        if (c.slot == 2) {
            EXPECT_EQ(c.guard_size, 64u - cnode.size_bits);
        }
    }
}

TEST(Plain, StartsAsCStartUpCodeExpects) {
    Adder adder = plain("classic", {});
    const Spec spec = built(adder);
    const Tcb& tcb = *object(spec, "client_tcb").tcb;
    EXPECT_EQ(tcb.sp % 16, 0u);
    const Object& top = object(spec, "client_stack_0x100ffff000");
    const Fill& fill = top.fills.at(0);
    const uint64_t base = MKL_VA_STACK_TOP - 0x1000 + fill.dest_offset;
    EXPECT_EQ(tcb.sp, base);
    EXPECT_EQ(fill.dest_offset + fill.length, 0x1000u);
    const auto word = [&](uint64_t at) {
        uint64_t value = 0;
        std::memcpy(&value, fill.data->data() + (at - base), sizeof value);
        return value;
    };
    EXPECT_EQ(word(tcb.sp), 1u);
    EXPECT_STREQ(reinterpret_cast<const char*>(fill.data->data() + (word(tcb.sp + 8) - base)),
                 "client");
    EXPECT_EQ(word(tcb.sp + 16), 0u);
    EXPECT_EQ(word(tcb.sp + 24), 0u);
    std::map<uint64_t, uint64_t> vector;
    for (uint64_t at = tcb.sp + 32; word(at) != MKL_AUX_NULL; at += 16)
        vector[word(at)] = word(at + 8);
    EXPECT_EQ(vector[MKL_AUX_IPC_BUFFER], MKL_VA_IPC_BUFFER);
    EXPECT_EQ(vector[MKL_AUX_TCB], 1u);
    EXPECT_EQ(vector[MKL_AUX_CNODE], 2u);
    EXPECT_EQ(vector[MKL_AUX_VSPACE], 3u);
    EXPECT_EQ(vector[MKL_AUX_PROGRAM_HEADER_COUNT], 2u);
    Elf64_Phdr first;
    std::memcpy(&first, fill.data->data() + (vector[MKL_AUX_PROGRAM_HEADERS] - base), sizeof first);
    EXPECT_EQ(first.p_type, uint32_t{PT_LOAD});
    EXPECT_EQ(first.p_vaddr, 0x400000u);
}

TEST(Plain, IsBoundToItsAbi) {
    Adder adder = plain("mcs", {});
    EXPECT_EQ(build_failure(adder), "E520");
    DiagnosticSink sink;
    EXPECT_TRUE(build(adder, 0, sink, MKL_ABI_AARCH64_MCS));
    Adder hyp = plain("hyp", {});
    EXPECT_FALSE(build(hyp, 0, sink, MKL_ABI_AARCH64_HYP_MCS));
}

TEST(Plain, HasRoomForItsProgramHeaders) {
    for (const size_t count : {16, 17}) {
        Adder adder = plain("classic", {});
        std::vector<NewElfSegment> segments(count);
        for (size_t i = 0; i < count; i++) {
            segments[i].data = ByteRope{mkl::test::filled(0x100, 1)};
            segments[i].vaddr = segments[i].paddr = 0x400000 + i * 0x1000;
            segments[i].memory_size = 0x100;
            segments[i].flags = elf_readable | elf_executable;
        }
        adder.files.files["/ex/client.elf"] =
            write_elf(Architecture::aarch64, 0x400000, segments).bytes.flatten();
        DiagnosticSink sink;
        EXPECT_EQ(build(adder, 0, sink).has_value(), count == 16);
        EXPECT_EQ(sink.has("E520"), count != 16);
    }
}

TEST(Plain, MayHaveWritableCode) {
    for (const bool is_plain : {false, true}) {
        Adder adder = is_plain ? plain("classic", {}) : Adder{};
        NewElfSegment all;
        all.data = ByteRope{mkl::test::filled(0x100, 1)};
        all.vaddr = all.paddr = 0x400000;
        all.memory_size = 0x100;
        all.flags = elf_readable | elf_writable | elf_executable;
        adder.files.files["/ex/client.elf"] =
            write_elf(Architecture::aarch64, 0x400000, {all}).bytes.flatten();
        DiagnosticSink sink;
        EXPECT_EQ(build(adder, 0, sink).has_value(), is_plain);
    }
}

TEST(Authority, StandsWhereTheInitialThreadHasIt) {
    std::vector<ComponentCap> caps{cap("i", CapKind::irq_control), cap("a", CapKind::asid_control),
                                   cap("d", CapKind::domain), cap("m", CapKind::untyped),
                                   cap("s", CapKind::untyped)};
    caps[3].size = caps[4].size = Located<uint64_t>{0x10000, {}};
    caps[4].slot = Located<uint32_t>{300, {}};
    Adder adder = plain("classic", caps);
    const Spec spec = built(adder);
    EXPECT_EQ(held(spec, 4), "irq_control");
    EXPECT_EQ(held(spec, 5), "asid_control");
    EXPECT_EQ(held(spec, 11), "domain");
    EXPECT_EQ(held(spec, 300), "client_untyped_s");
    EXPECT_EQ(object(spec, "client_cnode").size_bits, 9);
    const mkl_end* const memory = end_of(startup_of(spec, "client"), "m", MKL_END_CAP);
    ASSERT_NE(memory, nullptr);
    EXPECT_EQ(held(spec, memory->a), "client_untyped_m");
    EXPECT_EQ(memory->b, MKL_OBJ_UNTYPED);
    EXPECT_EQ(memory->c, 16u);
    // Words of the language, not objects; v5.0.0's JSON lacks two of them.
    const std::string text = to_cdl(spec);
    EXPECT_EQ(text.find("irq_control ="), std::string::npos);
    EXPECT_NE(text.find("0x4: irq_control\n"), std::string::npos);
    EXPECT_NE(text.find("client_untyped_m = ut (16 bits)\n"), std::string::npos);
    EXPECT_TRUE(needs_extension(spec));
}

TEST(Authority, DeviceUntypedIsItsPages) {
    std::vector<ComponentCap> caps{cap("clock", CapKind::device_untyped)};
    Adder adder = plain("classic", caps);
    adder.plan.nodes[0].authority[0].pages = {mkl::test::range(0x9010000, 0x3000)};
    const Spec spec = built(adder);
    const mkl_startup& s = startup_of(spec, "client");
    const mkl_end* const first = end_of(s, "clock", MKL_END_CAP);
    const mkl_end* const second = end_of(s, "clock1", MKL_END_CAP);
    ASSERT_TRUE(first != nullptr && second != nullptr);
    EXPECT_EQ(first->c, 13u);
    EXPECT_EQ(first->d, 0x9010000u);
    EXPECT_EQ(second->c, 12u);
    EXPECT_EQ(second->d, 0x9012000u);
    EXPECT_TRUE(object(spec, "untyped_0x9010000").device);
}

TEST(Authority, DeviceUntypedIsNoLargerThanKernelsHave) {
    for (const Architecture architecture : {Architecture::aarch64, Architecture::riscv64}) {
        const unsigned most = architecture == Architecture::riscv64 ? 38 : 47;
        Adder adder = plain("classic", {cap("bus", CapKind::device_untyped)});
        adder.plan.architecture = architecture;
        adder.plan.nodes[0].authority[0].pages = {
            mkl::test::range(uint64_t{1} << 48, uint64_t{2} << most)};
        const Spec spec = built(adder);
        const mkl_startup& s = startup_of(spec, "client");
        for (const char* name : {"bus", "bus1"}) {
            const mkl_end* const piece = end_of(s, name, MKL_END_CAP);
            ASSERT_NE(piece, nullptr) << name;
            EXPECT_EQ(piece->c, most);
        }
        EXPECT_EQ(end_of(s, "bus2", MKL_END_CAP), nullptr);
    }
}

TEST(Authority, WhatTheKernelDoesNotHave) {
    for (const CapKind kind : {CapKind::sched_control, CapKind::smc}) {
        Adder adder = plain("classic", {cap("x", kind)});
        EXPECT_EQ(build_failure(adder), "E539");
    }
    Adder adder = plain("mcs", {cap("x", CapKind::sched_control)});
    DiagnosticSink sink;
    const auto spec = build(adder, 0, sink, MKL_ABI_AARCH64_MCS);
    ASSERT_TRUE(spec);
    EXPECT_NE(to_cdl(*spec).find("sched_control (core: 0)"), std::string::npos);
}

TEST(Authority, OpensNoLineBehindADecoy) {
    Adder adder = plain("classic", {cap("x", CapKind::irq_control)});
    adder.plan.nodes[0].decoy = mkl::test::range(0x41000000, 0x10000);
    EXPECT_EQ(build_failure(adder), "E539");
}

std::optional<Spec> with_domains(const KernelOffer& offer, std::vector<PlanDomain> turns,
                                 DiagnosticSink& sink) {
    Adder adder;
    adder.system.components[0].domain.value = turns.back().domain;
    adder.plan.nodes[0].domains = std::move(turns);
    return build(adder, 0, sink, MKL_ABI_AARCH64_CLASSIC, offer);
}

TEST(Domains, AreScheduledInTheKernelsUnit) {
    DiagnosticSink sink;
    const auto spec = with_domains(
        {
            4, 100, 500, false
    },
        {{0, 10000}, {3, 1000}}, sink);
    ASSERT_TRUE(spec);
    ASSERT_EQ(spec->domains.size(), 2u);
    EXPECT_EQ(spec->domains[0].ticks, 5u);
    EXPECT_EQ(spec->domains[1].ticks, 1u) << "at least one";
    EXPECT_EQ(object(*spec, "client_tcb").tcb->domain, 3u);
    EXPECT_NE(to_cdl(*spec).find("schedule: [(0, 5), (3, 1), (0, 0)]"), std::string::npos);
    EXPECT_NE(to_json(*spec).find("EndMarker"), std::string::npos);
}

TEST(Domains, ThatTheKernelDoesNotHave) {
    DiagnosticSink one, few;
    EXPECT_FALSE(with_domains(
        {
            3, 100, 500, false
    },
        {{0, 10000}, {3, 1000}}, one));
    EXPECT_TRUE(one.has("E539"));
    EXPECT_FALSE(with_domains(
        {
            4, 3, 500, false
    },
        {{0, 10000}, {3, 1000}}, few));
    EXPECT_TRUE(few.has("E539")) << "two turns and two entries that are not the node's";
    DiagnosticSink enough;
    EXPECT_TRUE(with_domains(
        {
            4, 4, 500, false
    },
        {{0, 10000}, {3, 1000}}, enough));
}

}  // namespace
}  // namespace mkl::capdl
