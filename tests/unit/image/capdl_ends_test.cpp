// SPDX-License-Identifier: BSD-2-Clause
// What a component gets: faults, DMA memory, time, queues, drivers.
#include <cstring>

#include "capdl_support.hpp"
#include "mkl/abi/queue.h"
#include "mkl/capdl/write.hpp"

namespace mkl::capdl::test {
namespace {

TEST(Capdl, FaultsGoToTheComponentThatIsNamed) {
    for (const uint32_t abi : {MKL_ABI_AARCH64_CLASSIC, MKL_ABI_AARCH64_MCS}) {
        Adder adder;
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
    Adder adder;  // on another node
    adder.system.components[0].fault = Located<std::string>{"adder", {}};
    EXPECT_EQ(build_failure(adder), "E536");
}

TEST(Capdl, DmaMemoryIsUncachedAndKnown) {
    Adder adder;
    adder.system.components[0].dma.push_back({
        "ring", {0x2000, {}}
    });
    PlanPool pool;
    pool.name = "dma-node0";
    pool.dma = true;
    pool.nodes = {
        {0, Rights::read_write}
    };
    pool.range = mkl::test::range(0x70000000, 0x200000);
    pool.slices.push_back({
        PoolSlice::no_connection, mkl::test::range(0x70000000, 0x2000),
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
    Adder adder;
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

/// Between kernels that cannot raise an interrupt at another: a word to count up, and one to watch.
TEST(Capdl, PolledSignalsHaveAWordAndNoInterrupt) {
    Adder adder;
    const auto page = [&](size_t from, size_t to, uint64_t base) {
        PlanPool pool;
        pool.name = "doorbell";
        pool.nodes = {
            {0, from == 0 ? Rights::read_write : Rights::read_only},
            {1, from == 1 ? Rights::read_write : Rights::read_only}
        };
        pool.doorbell = {from, to};
        pool.range = mkl::test::range(base, 0x1000);
        adder.plan.pools.push_back(pool);
    };
    page(0, 1, 0x70000000);
    page(1, 0, 0x70001000);
    SgiSend& send = adder.plan.nodes[0].sends.at(0);
    send.polled = true;
    send.word = 3;
    SgiReceive& receive = adder.plan.nodes[0].receives.at(0);
    receive.polled = true;
    receive.id.reset();
    receive.mux = {5, 0};
    DiagnosticSink sink;
    const auto spec = build(adder, 0, sink);
    ASSERT_TRUE(spec);
    for (const Object& o : spec->objects)
        EXPECT_TRUE(o.type != Type::irq && o.type != Type::sgi_signal) << o.name;
    const mkl_startup& client = startup_of(*spec, "client");
    const mkl_end* const out = end_of(client, "irq2", MKL_END_EMIT);
    ASSERT_NE(out, nullptr);
    EXPECT_EQ(out->a, 0u);
    const auto map = mappings(*spec, "client");
    ASSERT_TRUE(map.contains(out->b - 3 * sizeof(uint64_t)));
    EXPECT_EQ(spec->objects[map.at(out->b - 3 * sizeof(uint64_t)).object].paddr, 0x70000000u);
    ASSERT_EQ(spec->doorbells.size(), 1u);
    EXPECT_FALSE(spec->doorbells[0].irq);
    EXPECT_EQ(spec->doorbells[0].page, 0x70001000u);
    EXPECT_EQ(spec->doorbells[0].bells.at(0).word, 5u);
    const mkl_end* const in = end_of(client, "irq", MKL_END_CONSUME);
    ASSERT_NE(in, nullptr);
    EXPECT_EQ(in->a, spec->doorbells[0].bells[0].badge);
    EXPECT_EQ(in->b, 0u);
    const Bytes bytes = to_binary(*spec).flatten();
    mkl_spec_header header;
    std::memcpy(&header, bytes.data(), sizeof header);
    mkl_spec_doorbell doorbell;
    std::memcpy(&doorbell, bytes.data() + header.doorbells.offset, sizeof doorbell);
    EXPECT_EQ(doorbell.irq, ~0u);
}

/// Adds connection "q" of `type` from client.q to adder.q, both on node 0.
std::optional<Spec> with_queue(ConnectionType type, uint64_t size, std::optional<uint32_t> depth,
                               DiagnosticSink& sink) {
    Adder adder;
    adder.system.components[1].node.value = "node0";
    ConnectionRequest c = adder.system.connections[0];
    adder.system.connections.assign(1, c);
    c.name.value = "q";
    c.type = type;
    c.size = size;
    c.depth = depth;
    c.from = Adder::end("client", "q");
    c.to = Adder::end("adder", "q");
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
void add_clock(Adder& adder, size_t owner) {
    Device clock;
    clock.path = "/rtc@9010000";
    clock.registers = {mkl::test::range(0x9010080, 0x100)};
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
    Adder adder;
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
    Adder adder;
    add_clock(adder, 1);
    EXPECT_EQ(build_failure(adder), "E533");
}

TEST(Capdl, DriverOfWhatIsNotThere) {
    Adder adder;
    add_clock(adder, 0);
    adder.hardware.devices.back().interrupts.clear();
    EXPECT_EQ(build_failure(adder), "E534");
    adder.system.components[0].devices.back().irq.clear();
    adder.system.components[0].devices.push_back(adder.system.components[0].devices.back());
    adder.system.components[0].devices.back().device.text = "/nothing";
    EXPECT_EQ(build_failure(adder), "E534");
}

}  // namespace
}  // namespace mkl::capdl::test
