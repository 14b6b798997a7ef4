// SPDX-License-Identifier: BSD-2-Clause
// Small cases against exhaustive search: the solver refuses exactly what cannot be placed.
//
// Method   RAM in units of 2 MiB, with holes that firmware keeps; nodes and pools of whole units,
//          some at fixed bases; every position of every request is tried. Sizes stay below 16 MiB,
//          from which on the solver may cut a node's RAM into pieces.
#include <gtest/gtest.h>

#include <cstdio>
#include <random>

#include "make_hardware.hpp"
#include "mkl/partition/partition.hpp"
#include "share_of.hpp"

namespace mkl {
namespace {

using test::range;

constexpr uint64_t unit = uint64_t{2} << 20, ram_base = 0x40000000;
/// The loader's 4 MiB, and status pages and log rings in one piece behind it.
constexpr uint32_t loader_units = 3;

struct SmallCase {
    Hardware hardware;
    System system;
    uint32_t taken = ~0u;         ///< bit n: unit n is no free RAM, or is at a fixed base
    bool fixed_are_free = true;   ///< no two fixed bases collide, none is outside free RAM
    std::vector<uint32_t> sizes;  ///< of what may go anywhere, in units, the loader included
};

class SmallCases {
public:
    explicit SmallCases(uint32_t seed) : engine_{seed} {}

    SmallCase next() {
        SmallCase c;
        make_ram(c);
        c.sizes.push_back(loader_units);
        const uint32_t nodes = 1 + below(4);
        for (uint32_t i = 0; i < nodes; i++) add_node(c, i);
        if (below(2) == 0) add_pool(c);
        return c;
    }

private:
    uint32_t below(uint32_t limit) { return static_cast<uint32_t>(engine_() % limit); }

    void make_ram(SmallCase& c) {
        std::vector<PhysRange> ram;
        uint32_t at = 0;
        for (uint32_t bank = 0; bank < 1 + below(3) && at < 20; bank++) {
            const uint32_t units = 2 + below(10);
            ram.push_back(range(ram_base + at * unit, units * unit));
            for (uint32_t u = at; u < at + units; u++) c.taken &= ~(1u << u);
            at += units + 1;
        }
        c.hardware = test::make_board(4, ram);
        for (uint32_t hole = below(3); hole != 0; hole--) {
            const uint32_t u = below(at);
            c.hardware.reserved.push_back({range(ram_base + u * unit, unit), "firmware", true, {}});
            c.taken |= 1u << u;
        }
    }

    /// Where a fixed request goes; nullopt: anywhere.
    std::optional<Located<uint64_t>> place(SmallCase& c, uint32_t units) {
        if (below(4) != 0) {
            c.sizes.push_back(units);
            return std::nullopt;
        }
        const uint32_t u = below(24);
        for (uint32_t i = u; i < u + units; i++) {
            if (i >= 32 || (c.taken & 1u << i) != 0) c.fixed_are_free = false;
            if (i < 32) c.taken |= 1u << i;
        }
        return Located<uint64_t>{ram_base + u * unit, {}};
    }

    void add_node(SmallCase& c, uint32_t index) {
        NodeRequest& node = c.system.nodes.emplace_back();
        node.name.value = "n" + std::to_string(index);
        node.cpu.number = index;
        const uint32_t units = 1 + below(5);
        MemoryRequest memory;
        memory.size.value = units * unit;
        memory.base = place(c, units);
        node.memory.push_back(memory);
    }

    void add_pool(SmallCase& c) {
        PoolRequest& pool = c.system.shared.emplace_back();
        pool.name.value = "pool";
        const uint32_t units = 1 + below(3);
        pool.size.value = units * unit;
        pool.base = place(c, units);
        pool.nodes.push_back({
            {"n0", {}},
            Rights::read_write
        });
    }

    std::mt19937 engine_;
};

/// Whether all of `sizes` from `index` on find room; every position is tried.
bool can_be_placed(uint32_t taken, const std::vector<uint32_t>& sizes, size_t index = 0) {
    if (index == sizes.size()) return true;
    const uint32_t block = (1u << sizes[index]) - 1;
    for (uint32_t at = 0; at + sizes[index] <= 32; at++)
        if ((taken & block << at) == 0 && can_be_placed(taken | block << at, sizes, index + 1))
            return true;
    return false;
}

TEST(Property, RefusalsOfSmallSystemsAreInfeasible) {
    SmallCases cases{20260408};
    const size_t count = test::share_of(100'000);
    size_t refused = 0;
    for (size_t i = 0; i < count; i++) {
        const SmallCase c = cases.next();
        DiagnosticSink sink;
        const bool planned = partition(c.system, c.hardware, sink).has_value();
        const bool possible = c.fixed_are_free && can_be_placed(c.taken, c.sizes);
        ASSERT_EQ(planned, possible)
            << "case " << i << ": " << (sink.all().empty() ? "" : sink.all().front().message);
        refused += planned ? 0 : 1;
    }
    std::printf("small systems against exhaustive search: %zu, refused %zu, all infeasible\n",
                count, refused);
    EXPECT_GT(refused, count / 20);
    EXPECT_LT(refused, count - count / 20);
}

}  // namespace
}  // namespace mkl
