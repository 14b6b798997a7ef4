// SPDX-License-Identifier: BSD-2-Clause
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "adder.hpp"
#include "golden.hpp"
#include "mkl/abi/queue.h"
#include "mkl/capdl/build.hpp"
#include "mkl/capdl/write.hpp"
#include "mkl/support/json_reader.hpp"

namespace mkl::capdl {
namespace {

std::optional<Spec> build(test::Adder& adder, size_t node, DiagnosticSink& sink,
                          uint32_t abi = MKL_ABI_AARCH64_CLASSIC) {
    NodeImages images;
    images.abi = abi;
    images.stub = std::make_shared<const Bytes>(test::filled(0x1000, 0x50));
    for (size_t i = 0; i < adder.system.components.size(); i++) {
        const ComponentRequest& c = adder.system.components[i];
        if (c.node.value != adder.system.nodes[node].name.value) continue;
        auto bytes =
            std::make_shared<const Bytes>(adder.files.files[adder.system.resolve(c.elf.value)]);
        auto elf = read_elf(*bytes, Architecture::aarch64, {c.elf.value, c.elf.where}, sink);
        if (!elf) return std::nullopt;
        images.components.push_back({i, bytes, *elf});
    }
    return build_spec(adder.plan, node, adder.system, adder.hardware, images, sink);
}

Spec adder_spec(size_t node, uint32_t abi = MKL_ABI_AARCH64_CLASSIC) {
    test::Adder adder;
    DiagnosticSink sink;
    auto spec = build(adder, node, sink, abi);
    EXPECT_TRUE(spec);
    return spec ? *spec : Spec{};
}

const Object& object(const Spec& spec, std::string_view name) {
    for (const Object& o : spec.objects)
        if (o.name == name) return o;
    ADD_FAILURE() << "no object " << name;
    static const Object none;
    return none;
}

/// Virtual addresses at which a component's tables map frames: address to (frame, cap).
std::map<uint64_t, Cap> mappings(const Spec& spec, const std::string& component) {
    std::map<uint64_t, Cap> found;
    const auto walk = [&](const auto& self, const Object& table, uint64_t base,
                          uint32_t shift) -> void {
        for (const Cap& c : table.slots) {
            const uint64_t at = base + (uint64_t{c.slot} << shift);
            if (spec.objects[c.object].type == Type::frame)
                found[at] = c;
            else
                self(self, spec.objects[c.object], at, shift - 9);
        }
    };
    walk(walk, object(spec, component + "_vspace"), 0, 39);
    return found;
}

TEST(Capdl, TextOfTheAdder) {
    test::expect_golden(to_cdl(adder_spec(0)), "adder.node0.cdl");
    test::expect_golden(to_cdl(adder_spec(1)), "adder.node1.cdl");
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

const mkl_startup& startup_of(const Spec& spec, const std::string& component) {
    const Object& page = object(spec, component + "_startup");
    return *reinterpret_cast<const mkl_startup*>(page.fills.at(0).data->data());
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
    test::Adder adder;
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
    test::Adder adder;
    adder.system.connections[0].size = 0x500000;
    adder.plan.pools[0].slices = {
        {0, test::range(0x601ff000, 0x500000)}
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
    test::Adder adder;
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
    EXPECT_EQ(to_binary(spec), to_binary(adder_spec(0)));
}

TEST(Capdl, BinaryTablesAreInsideAndCovered) {
    const Spec spec = adder_spec(0);
    const Bytes bytes = to_binary(spec);
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

std::string build_failure(test::Adder& adder) {
    DiagnosticSink sink;
    EXPECT_FALSE(build(adder, 0, sink));
    EXPECT_EQ(sink.all().size(), 1u);
    return sink.all().empty() ? "" : std::string{sink.all().front().id};
}

TEST(Capdl, RefusesProgramsThatCannotBeMapped) {
    test::Adder adder;
    adder.files.files["/ex/client.elf"] = test::program(0xfffff000, 1);
    EXPECT_EQ(build_failure(adder), "E521");
    std::vector<NewElfSegment> one(1);
    one[0].data = ByteRope{test::filled(16, 1)};
    one[0].vaddr = 0x400000;
    one[0].memory_size = 16;
    one[0].flags = elf_readable | elf_writable | elf_executable;
    adder.files.files["/ex/client.elf"] =
        write_elf(Architecture::aarch64, 0x400000, one).bytes.flatten();
    EXPECT_EQ(build_failure(adder), "E522");
    adder.files.files["/ex/client.elf"] = test::program(0x400000, 1);
    adder.system.components[0].stack = 240 << 20;
    adder.plan.nodes[0].memory = {test::range(0x40000000, 0x40000000)};
    adder.system.components[0].stack = uint64_t{257} << 20;
    EXPECT_EQ(build_failure(adder), "E523");
    adder.system.components[0].stack = 4096;
    adder.system.components[0].heap = uint64_t{1} << 40;
    EXPECT_EQ(build_failure(adder), "E529");
}

TEST(Capdl, FaultsGoToTheComponentThatIsNamed) {
    for (const uint32_t abi : {MKL_ABI_AARCH64_CLASSIC, MKL_ABI_AARCH64_MCS}) {
        test::Adder adder;
        adder.system.components[1].node.value = "node0";
        adder.system.connections.clear();
        adder.system.components[0].fault = Located<std::string>{"adder", {}};
        DiagnosticSink sink;
        const auto spec = build(adder, 0, sink, abi);
        ASSERT_TRUE(spec);
        const Object& client = object(*spec, "client_cnode");
        const uint64_t fault_slot = object(*spec, "client_tcb").tcb->fault_ep;
        uint64_t badge = 0;
        for (const Cap& c : client.slots)
            if (c.slot == fault_slot && spec->objects[c.object].name == "adder_faults")
                badge = c.badge;
        EXPECT_EQ(badge, 1u);
        const mkl_startup& s = startup_of(*spec, "adder");
        ASSERT_EQ(s.end_count, 1u);
        EXPECT_STREQ(s.ends[0].name, "client");
        EXPECT_EQ(s.ends[0].kind, MKL_END_FAULTS);
        EXPECT_EQ(s.ends[0].b, badge);
        bool receives = false, answers = false;
        for (const Cap& c : object(*spec, "adder_cnode").slots) {
            receives = receives || (c.slot == s.ends[0].a && c.rights == right_read);
            answers = answers ||
                      (c.slot == MKL_SLOT_REPLY && spec->objects[c.object].type == Type::reply);
        }
        EXPECT_TRUE(receives);
        EXPECT_EQ(answers, abi == MKL_ABI_AARCH64_MCS);
    }
    test::Adder adder;  // on another node
    adder.system.components[0].fault = Located<std::string>{"adder", {}};
    EXPECT_EQ(build_failure(adder), "E536");
}

TEST(Capdl, DmaMemoryIsUncachedAndKnown) {
    test::Adder adder;
    adder.system.components[0].dma.push_back({
        "ring", {0x2000, {}}
    });
    PlanPool pool;
    pool.name = "dma-node0";
    pool.dma = true;
    pool.nodes = {
        {0, Rights::read_write}
    };
    pool.range = test::range(0x70000000, 0x200000);
    pool.slices.push_back({
        PoolSlice::no_connection, test::range(0x70000000, 0x2000),
        std::pair<size_t, size_t>{0, 0}
    });
    adder.plan.pools.push_back(pool);
    DiagnosticSink sink;
    const auto spec = build(adder, 0, sink);
    ASSERT_TRUE(spec);
    const mkl_startup& s = startup_of(*spec, "client");
    const mkl_end* ring = s.ends + s.end_count - 1;
    EXPECT_STREQ(ring->name, "ring");
    EXPECT_EQ(ring->kind, MKL_END_DMA);
    EXPECT_EQ(ring->b, 0x2000u);
    EXPECT_EQ(ring->c, 0x70000000u);
    const auto map = mappings(*spec, "client");
    for (uint64_t at = 0; at < 0x2000; at += 0x1000) {
        ASSERT_TRUE(map.contains(ring->a + at));
        EXPECT_TRUE(map.at(ring->a + at).uncached);
        EXPECT_EQ(spec->objects[map.at(ring->a + at).object].paddr, 0x70000000u + at);
    }
    EXPECT_FALSE(map.contains(ring->a + 0x2000));
}

TEST(Capdl, BudgetNeedsAnMcsKernel) {
    test::Adder adder;
    adder.system.components[0].budget_us = 2000;
    adder.system.components[0].period_us = 10000;
    EXPECT_EQ(build_failure(adder), "E528");
    DiagnosticSink sink;
    const auto spec = build(adder, 0, sink, MKL_ABI_AARCH64_MCS);
    ASSERT_TRUE(spec);
    EXPECT_EQ(object(*spec, "client_time").budget, 2000u);
    EXPECT_EQ(object(*spec, "client_time").period, 10000u);
    adder.system.components[0].period_us = 1000;
    EXPECT_FALSE(build(adder, 0, sink, MKL_ABI_AARCH64_MCS));
}

TEST(Capdl, RefusesNamesAndCountsThatDoNotFit) {
    test::Adder adder;
    adder.system.connections[0].to.name = std::string(32, 'x');
    EXPECT_EQ(build_failure(adder), "E524");
    adder.system.connections[0].to.name = "d";
    for (size_t i = 0; i < MKL_STARTUP_MAX_ENDS - 2; i++) {
        ConnectionRequest c = adder.system.connections[0];
        c.name.value = "more" + std::to_string(i);
        adder.system.connections.push_back(c);
        adder.plan.pools[0].slices.push_back(
            {adder.system.connections.size() - 1, test::range(0x60001000 + i * 0x1000, 0x1000)});
    }
    EXPECT_EQ(build_failure(adder), "E524");
}

const mkl_end* end_of(const mkl_startup& s, std::string_view name, uint32_t kind) {
    for (uint32_t i = 0; i < s.end_count; i++)
        if (s.ends[i].name == name && s.ends[i].kind == kind) return s.ends + i;
    return nullptr;
}

/// Adds connection "q" of `type` from client.q to adder.q, both on node 0.
std::optional<Spec> with_queue(ConnectionType type, uint64_t size, std::optional<uint32_t> depth,
                               DiagnosticSink& sink) {
    test::Adder adder;
    adder.system.components[1].node.value = "node0";
    ConnectionRequest c = adder.system.connections[0];
    adder.system.connections.assign(1, c);
    c.name.value = "q";
    c.type = type;
    c.size = size;
    c.depth = depth;
    c.from = test::Adder::end("client", "q");
    c.to = test::Adder::end("adder", "q");
    adder.system.connections.push_back(c);
    adder.plan.pools[0].slices.clear();
    return build(adder, 0, sink);
}

TEST(Capdl, QueueEndsShareMemoryAndHaveASignalEachWay) {
    DiagnosticSink sink;
    const auto spec = with_queue(ConnectionType::queue, 0x10000, 8, sink);
    ASSERT_TRUE(spec);
    const mkl_startup &client = startup_of(*spec, "client"), &adder = startup_of(*spec, "adder");
    const mkl_end* const send = end_of(client, "q", MKL_END_QUEUE_SEND);
    const mkl_end* const receive = end_of(adder, "q", MKL_END_QUEUE_RECEIVE);
    ASSERT_TRUE(send != nullptr && receive != nullptr);
    EXPECT_EQ(send->b, receive->b);
    const uint64_t depth = send->b >> 32, message = send->b & 0xffffffff;
    EXPECT_EQ(depth, 8u);
    EXPECT_LE(mkl_queue_bytes(depth, message), 0x10000u);
    EXPECT_GT(mkl_queue_bytes(depth, message + 8), 0x10000u);
    const auto map = mappings(*spec, "client"), other = mappings(*spec, "adder");
    EXPECT_EQ(map.at(send->a).object, other.at(receive->a).object);
    // Each side's outgoing signal is the other's incoming one.
    const auto part = [](const mkl_startup& s, uint64_t index, uint32_t kind) {
        EXPECT_LT(index, s.end_count);
        EXPECT_EQ(s.ends[index].kind, kind);
        EXPECT_EQ(s.ends[index].flags, MKL_END_FLAG_PART);
        return s.ends + index;
    };
    const mkl_end* const ring = part(client, send->c & 0xffffffff, MKL_END_EMIT);
    const mkl_end* const heard = part(adder, receive->c >> 32, MKL_END_CONSUME);
    part(adder, receive->c & 0xffffffff, MKL_END_EMIT);
    part(client, send->c >> 32, MKL_END_CONSUME);
    for (const Cap& c : object(*spec, "client_cnode").slots)
        if (c.slot == ring->a) {
            EXPECT_EQ(c.badge, heard->a);
        }
}

TEST(Capdl, RpcHasTwoQueues) {
    DiagnosticSink sink;
    const auto spec = with_queue(ConnectionType::rpc, 0x1000, std::nullopt, sink);
    ASSERT_TRUE(spec);
    const mkl_end* const call = end_of(startup_of(*spec, "client"), "q", MKL_END_RPC_CLIENT);
    ASSERT_NE(call, nullptr);
    EXPECT_EQ(call->b >> 32, 1u);
    EXPECT_LE(2 * mkl_queue_bytes(1, call->b & 0xffffffff), 0x1000u);
    EXPECT_NE(end_of(startup_of(*spec, "adder"), "q", MKL_END_RPC_SERVER), nullptr);
}

TEST(Capdl, QueueWithoutRoomForAMessage) {
    for (const uint64_t size : {0u, 64u, 128u, 256u}) {
        DiagnosticSink sink;
        EXPECT_FALSE(with_queue(ConnectionType::queue, size, 16, sink)) << size;
        EXPECT_TRUE(sink.has("E531")) << size;
    }
    DiagnosticSink sink;
    EXPECT_TRUE(with_queue(ConnectionType::queue, 128 + 16 * 16, 16, sink));
}

/// The adder with a clock on the board, which `owner` owns and the client drives.
void add_clock(test::Adder& adder, size_t owner) {
    Device clock;
    clock.path = "/rtc@9010000";
    clock.registers = {test::range(0x9010080, 0x100)};
    clock.interrupts = {
        {"/intc", Irq{34, Trigger::level}, false}
    };
    adder.hardware.devices.push_back(clock);
    adder.plan.nodes[owner].devices.push_back(clock.path);
    ComponentDevice use;
    use.device.text = clock.path;
    use.map = "regs";
    use.irq = "tick";
    adder.system.components[0].devices.push_back(use);
}

TEST(Capdl, DriverGetsRegistersAndInterrupt) {
    test::Adder adder;
    add_clock(adder, 0);
    DiagnosticSink sink;
    const auto spec = build(adder, 0, sink);
    ASSERT_TRUE(spec);
    const mkl_startup& s = startup_of(*spec, "client");
    const mkl_end* const regs = end_of(s, "regs", MKL_END_DEVICE);
    ASSERT_NE(regs, nullptr);
    EXPECT_EQ(regs->a, MKL_VA_DEVICES + 0x80);
    EXPECT_EQ(regs->b, 0x100u);
    EXPECT_EQ(regs->c, 0x9010080u);
    const Cap page = mappings(*spec, "client").at(MKL_VA_DEVICES);
    EXPECT_TRUE(page.uncached);
    EXPECT_EQ(spec->objects[page.object].paddr, 0x9010000u);
    EXPECT_TRUE(spec->objects[page.object].device);
    const mkl_end* const tick = end_of(s, "tick", MKL_END_CONSUME);
    ASSERT_NE(tick, nullptr);
    EXPECT_NE(tick->b, 0u);
    const Object& irq = object(*spec, "irq_34");
    EXPECT_FALSE(irq.edge);
    EXPECT_EQ(irq.slots.at(0).badge, tick->a);
}

TEST(Capdl, DriverOfAnotherNodesDevice) {
    test::Adder adder;
    add_clock(adder, 1);
    EXPECT_EQ(build_failure(adder), "E533");
}

TEST(Capdl, DriverOfWhatIsNotThere) {
    test::Adder adder;
    add_clock(adder, 0);
    adder.hardware.devices.back().interrupts.clear();
    EXPECT_EQ(build_failure(adder), "E534");
    adder.system.components[0].devices.back().irq.clear();
    adder.system.components[0].devices.push_back(adder.system.components[0].devices.back());
    adder.system.components[0].devices.back().device.text = "/nothing";
    EXPECT_EQ(build_failure(adder), "E534");
}

/// What check_spec says after `spoil` has changed a sound spec.
template <class Spoil>
bool survives(Spoil spoil) {
    Spec spec = adder_spec(0);
    spoil(spec);
    DiagnosticSink sink;
    return check_spec(spec, {}, sink);
}

Object& find(Spec& spec, std::string_view name) {
    for (Object& o : spec.objects)
        if (o.name == name) return o;
    throw std::runtime_error("no such object");
}

TEST(Capdl, CheckFindsWhatCapdlsOwnToolDoesNot) {
    EXPECT_TRUE(survives([](Spec&) {}));
    EXPECT_FALSE(survives([](Spec& s) { find(s, "client_cnode").slots.back().slot = 1000; }));
    EXPECT_FALSE(survives([](Spec& s) { find(s, "client_vspace").slots.back().slot = 512; }));
    EXPECT_FALSE(survives([](Spec& s) { find(s, "s_frame_0").paddr = 0x60000800; }));
    EXPECT_FALSE(survives([](Spec& s) { find(s, "irq_sgi").irq = 16; }));
    EXPECT_FALSE(survives(
        [](Spec& s) { find(s, "client_tcb").slots.erase(find(s, "client_tcb").slots.begin()); }));
    EXPECT_FALSE(survives([](Spec& s) { find(s, "client_tcb").tcb->sp += 8; }));
    EXPECT_FALSE(survives([](Spec& s) { find(s, "irq2_irq").slots.clear(); }));
    EXPECT_FALSE(survives([](Spec& s) { find(s, "client_inbox").name = "console"; }));
    EXPECT_FALSE(survives([](Spec& s) {
        Object second = find(s, "s_frame_0");
        second.name = "twin";
        s.objects.insert(s.objects.begin() + 1, second);
        for (Object& o : s.objects)
            for (Cap& c : o.slots)
                if (c.object != 0) c.object++;
    }));
}

/// "a,b,c" of an object; the variant's name and a colon before it where it is an enum's value.
std::string members(const JsonValue& value) {
    std::string text;
    for (const JsonMember& m : value.members) text += (text.empty() ? "" : ",") + m.key;
    return text;
}
std::string shape(const JsonValue& value) {
    if (value.kind == JsonValue::Kind::text) return value.text;
    if (value.members.size() != 1) return "not one variant: " + members(value);
    return value.members[0].key + ":" + members(value.members[0].value);
}

TEST(CapdlJson, HasTheMembersOfRustSel4) {
    // Every member without a default, and no other: spec types of v5.0.0.
    const std::set<std::string> objects{
        "Endpoint",
        "Notification",
        "CNode:size_bits,slots",
        "Tcb:slots,extra",
        "Frame:size_bits,paddr,init",
        "PageTable:is_root,level,slots",
        "ArmIrq:slots,extra",
        "SGISignal:irq,target",  // the extension
    };
    const std::set<std::string> caps{
        "Endpoint:object,badge,rights",
        "Notification:object,badge,rights",
        "CNode:object,guard,guard_size",
        "Frame:object,rights,cached,executable",
        "PageTable:object",
        "ArmIrqHandler:object",
        "SGISignal:object",
    };
    const Spec spec = adder_spec(0);
    std::string error;
    const auto json = parse_json(to_json(spec), error);
    ASSERT_TRUE(json) << error;
    EXPECT_EQ(members(*json),
              "objects,irqs,domain_schedule,domain_set_start,domain_idx_shift,asid_slots,"
              "root_objects,untyped_covers");
    const auto& list = json->member("objects")->members;
    ASSERT_EQ(list.size(), spec.objects.size());
    for (const JsonMember& entry : list) {
        EXPECT_EQ(members(entry.value), "name,object");
        const JsonValue& object = *entry.value.member("object");
        EXPECT_TRUE(objects.contains(shape(object))) << shape(object);
        if (object.members.empty()) continue;
        const JsonValue& body = object.members[0].value;
        if (const JsonValue* slots = body.member("slots")) {
            for (const JsonMember& s : slots->members) {
                EXPECT_TRUE(caps.contains(shape(*s.value.member("cap"))));
                EXPECT_LT(s.value.member("cap")->members[0].value.member("object")->whole(),
                          list.size());
            }
        }
        if (shape(object).starts_with("Tcb")) {
            EXPECT_EQ(
                members(*body.member("extra")),
                "ipc_buffer_addr,affinity,prio,max_prio,fpu_disabled,resume,domain,ip,sp,gprs,"
                "master_fault_ep");
        }
    }
    EXPECT_TRUE(needs_sgi_extension(spec));
    test::Adder adder;
    adder.system.components.pop_back();
    adder.system.connections.clear();
    DiagnosticSink sink;
    const auto alone = build(adder, 0, sink);
    ASSERT_TRUE(alone);
    EXPECT_FALSE(needs_sgi_extension(*alone)) << "this one is v5.0.0's";
}

}  // namespace
}  // namespace mkl::capdl
