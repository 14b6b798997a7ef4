// SPDX-License-Identifier: BSD-2-Clause
// Small random boards and systems on them, the same for the same seed on every machine.
#pragma once

#include <random>
#include <string>

#include "make_hardware.hpp"
#include "mkl/model/system.hpp"

namespace mkl::test {

struct RandomCase {
    Hardware hardware;
    System system;
};

class RandomCases {
public:
    explicit RandomCases(uint32_t seed) : engine_{seed} {}

    RandomCase next() {
        RandomCase c;
        make_ram(c);
        const size_t nodes = 1 + below(4);
        for (size_t i = 0; i < nodes; i++) add_node(c, i);
        if (below(2) == 0) add_pool(c);
        if (nodes > 1 && below(2) == 0) add_connections(c);
        for (uint64_t i = below(2) * below(4); i > 0; i--) add_file(c, i);
        return c;
    }

private:
    static constexpr uint64_t mib2 = uint64_t{2} << 20;

    /// 0..limit-1; not std::uniform_int_distribution, which differs between libraries.
    uint64_t below(uint64_t limit) { return engine_() % limit; }

    void make_ram(RandomCase& c) {
        std::vector<PhysRange> ram;
        uint64_t at = 0x40000000;
        for (uint64_t i = 0; i < 1 + below(3); i++) {
            const uint64_t size = mib2 * (2 + below(12)) + (below(4) == 0 ? 0x3000 : 0);
            ram.push_back(range(at, size));
            at += size + (below(2) == 0 ? 0x100000 * below(5) : 0);
            at = (at + 0xfff) & ~uint64_t{0xfff};
        }
        c.hardware = make_board(4, ram);
        if (below(2) == 0)
            c.hardware.reserved.push_back({range(0x40000000 + 0x1000 * below(6000), 0x1800),
                                           "/reserved-memory/x",
                                           false,
                                           {}});
    }

    void add_node(RandomCase& c, size_t i) {
        NodeRequest n;
        n.name.value = "n" + std::to_string(i);
        n.cpu.number = i;
        for (uint64_t k = 0; k < 1 + below(2); k++) {
            MemoryRequest m;
            m.size.value = mib2 * (1 + below(4));
            if (below(4) == 0) m.base = Located<uint64_t>{0x40000000 + mib2 * below(20), {}};
            n.memory.push_back(m);
        }
        c.system.nodes.push_back(std::move(n));
    }

    void add_pool(RandomCase& c) {
        PoolRequest p;
        p.name.value = "pool";
        p.size.value = 0x1000 * (1 + below(1024));
        for (size_t i = 0; i < c.system.nodes.size(); i++)
            if (below(3) != 0)
                p.nodes.push_back({
                    {c.system.nodes[i].name.value, {}},
                    below(3) == 0 ? Rights::read_only : Rights::read_write
                });
        c.system.shared.push_back(std::move(p));
    }

    void add_connections(RandomCase& c) {
        for (size_t i = 0; i < 3; i++) {
            ComponentRequest k;
            k.name.value = "c" + std::to_string(i);
            k.node.value = c.system.nodes[below(c.system.nodes.size())].name.value;
            c.system.components.push_back(std::move(k));
        }
        for (size_t i = 0; i < 1 + below(5); i++) {
            ConnectionRequest r;
            r.name.value = "e" + std::to_string(i);
            r.type = static_cast<ConnectionType>(below(4));
            const uint64_t from = below(3);
            r.from = {"c" + std::to_string(from), "f" + std::to_string(i), {}};
            r.to = {"c" + std::to_string((from + 1 + below(2)) % 3), "t" + std::to_string(i), {}};
            r.size = 1 + below(20000);
            c.system.connections.push_back(std::move(r));
        }
    }

    void add_file(RandomCase& c, size_t i) {
        FileRequest f;
        f.name.value = "file" + std::to_string(i);
        f.node.value = c.system.nodes[below(c.system.nodes.size())].name.value;
        f.bytes = 1 + below(0x300000);
        if (below(3) == 0) f.size = Located<uint64_t>{0x1000 * (1 + below(1024)), {}};
        const Located<uint64_t> somewhere{0x40000000 + 0x100000 * below(60), {}};
        switch (below(6)) {
        case 0:
            f.base = somewhere;
            break;
        case 1:
            f.limits.above = somewhere;
            break;
        case 2:
            f.limits.below = somewhere;
            break;
        case 3:
            f.limits.align = Located<uint64_t>{uint64_t{0x1000} << below(12), {}};
            break;
        default:
            break;
        }
        c.system.files.push_back(std::move(f));
    }

    std::mt19937 engine_;
};

}  // namespace mkl::test
