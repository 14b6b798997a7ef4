// SPDX-License-Identifier: BSD-2-Clause
#include <set>

#include "capdl_support.hpp"
#include "golden.hpp"
#include "mkl/capdl/write.hpp"

namespace mkl::capdl::test {
namespace {

TEST(Capdl, TextOfTheAdder) {
    mkl::test::expect_golden(to_cdl(adder_spec(0)), "adder.node0.cdl");
    mkl::test::expect_golden(to_cdl(adder_spec(1)), "adder.node1.cdl");
}

// Stage 2 translation with 40-bit addresses has one level of tables less, and a root of two pages.
TEST(Capdl, HypervisorKernelHasThreeLevelsOfTables) {
    const Spec spec = adder_spec(0, MKL_ABI_AARCH64_HYP);
    const Object& root = object(spec, "client_vspace");
    EXPECT_EQ(retype_bits(root, spec.abi), 13);
    std::set<uint32_t> levels;
    for (const Object& o : spec.objects)
        if (o.type == Type::page_table) levels.insert(o.level);
    EXPECT_EQ(levels, (std::set<uint32_t>{1, 2}));
    bool stub_table = false;  // 64 GiB is entry 64 of a root that maps 1 GiB an entry
    for (const Cap& c : root.slots) stub_table = stub_table || c.slot == MKL_VA_STUB >> 30;
    EXPECT_TRUE(stub_table);
    EXPECT_NE(to_cdl(spec).find("client_vspace = pud\n"), std::string::npos);
}

TEST(Capdl, McsThreadsRunOnSchedulingContexts) {
    for (const uint32_t abi : {MKL_ABI_AARCH64_MCS, MKL_ABI_AARCH64_HYP_MCS}) {
        const Spec spec = adder_spec(0, abi);
        const Object& time = object(spec, "client_time");
        EXPECT_EQ(time.type, Type::sched_context);
        EXPECT_EQ(time.budget, time.period) << "a time slice";
        EXPECT_GT(time.budget, 0u);
        bool held = false;
        for (const Cap& c : object(spec, "client_tcb").slots)
            held = held || (c.slot == MKL_TCB_SLOT_SC && spec.objects[c.object].name == time.name);
        EXPECT_TRUE(held);
    }
    for (const Object& o : adder_spec(0).objects) EXPECT_NE(o.type, Type::sched_context);
}

TEST(Capdl, MapsWhatTheContractSays) {
    const Spec spec = adder_spec(0);
    const auto map = mappings(spec, "client");
    const auto rights_at = [&](uint64_t at) { return map.contains(at) ? map.at(at).rights : 0xff; };
    EXPECT_EQ(rights_at(MKL_VA_STUB), right_read | right_execute);
    EXPECT_EQ(rights_at(MKL_VA_STARTUP), right_read);
    EXPECT_EQ(rights_at(MKL_VA_CONSOLE), right_read | right_write);
    EXPECT_EQ(rights_at(MKL_VA_IPC_BUFFER), right_read | right_write);
    EXPECT_EQ(rights_at(0x400000), right_read | right_execute);
    EXPECT_EQ(rights_at(0x401000), right_read | right_write);
    EXPECT_EQ(rights_at(0x402000), right_read | right_write);  // BSS
    EXPECT_EQ(rights_at(MKL_VA_STACK_TOP - 0x1000), right_read | right_write);
    EXPECT_FALSE(map.contains(MKL_VA_STACK_TOP - 0x5000));
    EXPECT_EQ(rights_at(MKL_VA_SHARED), right_read | right_write);
    for (const auto& [at, cap] : map) {
        const bool writable = (cap.rights & right_write) != 0;
        const bool executable = (cap.rights & right_execute) != 0;
        EXPECT_FALSE(writable && executable) << std::hex << at;
    }
}

TEST(Capdl, BothEndsMeanTheSameFrameAndInterrupt) {
    const Spec client = adder_spec(0), adder = adder_spec(1);
    EXPECT_EQ(object(client, "s_frame_0").paddr, 0x60000000u);
    EXPECT_EQ(object(adder, "s_frame_0").paddr, 0x60000000u);
    EXPECT_TRUE(object(client, "s_frame_0").device);
    EXPECT_EQ(object(client, "irq_sgi").irq, object(adder, "irq_irq").irq);
    EXPECT_EQ(object(client, "irq_sgi").target, 1u);
    EXPECT_TRUE(object(adder, "irq_irq").edge);
}

TEST(Capdl, StartupPageNamesTheEnds) {
    const Spec spec = adder_spec(0);
    const mkl_startup& s = startup_of(spec, "client");
    EXPECT_EQ(s.magic, MKL_STARTUP_MAGIC);
    EXPECT_EQ(s.crc32, mkl_crc32_skipping(&s, s.total_size, offsetof(mkl_startup, crc32)));
    EXPECT_STREQ(s.name, "client");
    EXPECT_STREQ(s.node, "node0");
    ASSERT_EQ(s.end_count, 3u);
    EXPECT_STREQ(s.ends[0].name, "d");
    EXPECT_EQ(s.ends[0].kind, MKL_END_BUFFER);
    EXPECT_EQ(s.ends[0].a, MKL_VA_SHARED);
    const mkl_end* const emit = s.ends + 1;
    const mkl_end* const consume = s.ends + 2;
    EXPECT_STREQ(emit->name, "irq2");
    EXPECT_EQ(emit->kind, MKL_END_EMIT);
    EXPECT_STREQ(consume->name, "irq");
    EXPECT_EQ(consume->kind, MKL_END_CONSUME);
    const Object& cnode = object(spec, "client_cnode");
    const auto in_slot = [&](uint64_t slot) -> std::string {
        for (const Cap& c : cnode.slots)
            if (c.slot == slot) return spec.objects[c.object].name;
        return "";
    };
    EXPECT_EQ(in_slot(emit->a), "irq_sgi");
    EXPECT_EQ(in_slot(consume->b), "irq2_irq");
    EXPECT_EQ(in_slot(s.inbox), "client_inbox");
    EXPECT_EQ(in_slot(s.console_signal), "console");
    EXPECT_EQ(object(spec, "irq2_irq").slots.at(0).badge, consume->a);
}

TEST(Capdl, MovingAComponentKeepsItsEnds) {
    Adder adder;
    adder.system.components[0].node.value = "node1";
    for (PlanNode& n : adder.plan.nodes) {
        n.sends.clear();
        n.receives.clear();
    }
    adder.plan.pools[0].slices.clear();
    DiagnosticSink sink;
    const auto spec = build(adder, 1, sink);
    ASSERT_TRUE(spec);
    EXPECT_TRUE(spec->peers.empty());
    EXPECT_EQ(spec->consoles.size(), 2u);
    const mkl_startup& s = startup_of(*spec, "client");
    ASSERT_EQ(s.end_count, 3u);
    EXPECT_EQ(s.ends[1].kind, MKL_END_EMIT);
    EXPECT_EQ(s.ends[2].b, 0u);  // nothing to acknowledge
    EXPECT_FALSE(object(*spec, "s_frame_0").paddr);
    // One frame, seen by both.
    const auto client = mappings(*spec, "client"), other = mappings(*spec, "adder");
    EXPECT_EQ(client.at(MKL_VA_SHARED).object, other.at(MKL_VA_SHARED).object);
    EXPECT_EQ(client.at(MKL_VA_STUB).object, other.at(MKL_VA_STUB).object);
    EXPECT_NE(client.at(0x400000).object, other.at(0x400000).object);
}

TEST(Capdl, LargeSharedMemoryHasLargeFrames) {
    Adder adder;
    adder.system.connections[0].size = 0x500000;
    adder.plan.pools[0].slices = {
        {0, mkl::test::range(0x601ff000, 0x500000)}
    };
    DiagnosticSink sink;
    const auto spec = build(adder, 0, sink);
    ASSERT_TRUE(spec);
    size_t large = 0, small = 0;
    for (const auto& [at, cap] : mappings(*spec, "client")) {
        const Object& o = spec->objects[cap.object];
        if (!o.paddr) continue;
        EXPECT_EQ(at - MKL_VA_SHARED - 0x1ff000, *o.paddr - 0x601ff000);
        (o.size_bits == 21 ? large : small)++;
    }
    EXPECT_EQ(large, 2u);
    EXPECT_EQ(small, 0x100u);  // one before, the rest behind
}

TEST(Capdl, ReadOnlyMemberCannotWrite) {
    Adder adder;
    adder.plan.pools[0].nodes[0].second = Rights::read_only;
    DiagnosticSink sink;
    const auto spec = build(adder, 0, sink);
    ASSERT_TRUE(spec);
    EXPECT_EQ(mappings(*spec, "client").at(MKL_VA_SHARED).rights, right_read);
    EXPECT_EQ(startup_of(*spec, "client").ends[0].c, MKL_RIGHT_READ);
}

TEST(Capdl, ObjectsAreSortedAndTextIsStable) {
    const Spec spec = adder_spec(0);
    bool fixed = true;
    uint64_t paddr = 0;
    int bits = 64;
    for (const Object& o : spec.objects) {
        if (o.paddr) {
            EXPECT_TRUE(fixed);
            EXPECT_GE(*o.paddr, paddr);
            paddr = *o.paddr;
            continue;
        }
        fixed = false;
        EXPECT_LE(retype_bits(o, spec.abi), bits);
        bits = retype_bits(o, spec.abi);
    }
    EXPECT_EQ(to_binary(spec).flatten(), to_binary(adder_spec(0)).flatten());
}

TEST(Capdl, BinaryTablesAreInsideAndCovered) {
    const Spec spec = adder_spec(0);
    const Bytes bytes = to_binary(spec).flatten();
    mkl_spec_header h{};
    std::memcpy(&h, bytes.data(), sizeof h);
    EXPECT_EQ(h.magic, MKL_SPEC_MAGIC);
    EXPECT_EQ(h.total_size, bytes.size());
    EXPECT_EQ(h.crc32,
              mkl_crc32_skipping(bytes.data(), h.tables_size, offsetof(mkl_spec_header, crc32)));
    EXPECT_EQ(h.objects.count, spec.objects.size());
    EXPECT_EQ(h.logs.count, 1u);
    EXPECT_EQ(h.peers.count, 1u);
    size_t embedded = 0;
    for (uint32_t i = 0; i < h.fills.count; i++) {
        mkl_spec_fill f{};
        std::memcpy(&f, bytes.data() + h.fills.offset + i * sizeof f, sizeof f);
        if (f.kind != MKL_FILL_EMBED) continue;
        embedded++;
        EXPECT_EQ(f.data % 4096, 0u);
        EXPECT_LE(f.data + 4096, bytes.size());
    }
    EXPECT_EQ(embedded, 4u);  // code, data, startup page, stub
}

TEST(Capdl, RefusesProgramsThatCannotBeMapped) {
    Adder adder;
    adder.files.files["/ex/client.elf"] = mkl::test::program(0xfffff000, 1);
    EXPECT_EQ(build_failure(adder), "E521");
    std::vector<NewElfSegment> one(1);
    one[0].data = ByteRope{mkl::test::filled(16, 1)};
    one[0].vaddr = 0x400000;
    one[0].memory_size = 16;
    one[0].flags = elf_readable | elf_writable | elf_executable;
    adder.files.files["/ex/client.elf"] =
        write_elf(Architecture::aarch64, 0x400000, one).bytes.flatten();
    EXPECT_EQ(build_failure(adder), "E522");
    adder.files.files["/ex/client.elf"] = mkl::test::program(0x400000, 1);
    adder.system.components[0].stack.value = 240 << 20;
    adder.plan.nodes[0].memory = {mkl::test::range(0x40000000, 0x40000000)};
    adder.system.components[0].stack.value = uint64_t{257} << 20;
    EXPECT_EQ(build_failure(adder), "E523");
    adder.system.components[0].stack.value = 4096;
    adder.system.components[0].heap = uint64_t{1} << 40;
    EXPECT_EQ(build_failure(adder), "E529");
}

TEST(Capdl, RefusesNamesAndCountsThatDoNotFit) {
    Adder adder;
    adder.system.connections[0].to.name = std::string(32, 'x');
    EXPECT_EQ(build_failure(adder), "E524");
    adder.system.connections[0].to.name = "d";
    for (size_t i = 0; i < MKL_STARTUP_MAX_ENDS - 2; i++) {
        ConnectionRequest c = adder.system.connections[0];
        c.name.value = "more" + std::to_string(i);
        adder.system.connections.push_back(c);
        adder.plan.pools[0].slices.push_back({adder.system.connections.size() - 1,
                                              mkl::test::range(0x60001000 + i * 0x1000, 0x1000)});
    }
    EXPECT_EQ(build_failure(adder), "E524");
}

}  // namespace
}  // namespace mkl::capdl::test
