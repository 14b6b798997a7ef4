// SPDX-License-Identifier: BSD-2-Clause
// The reference example as values: what manifest, hardware and partition make of it is theirs to
// test, so the programs here are tiny ELF files and the board has one UART.
#pragma once

#include <cstring>

#include "mkl/abi/component.h"
#include "mkl/artefacts/artefacts.hpp"
#include "mkl/formats/elf.hpp"

namespace mkl::test {

inline PhysRange range(uint64_t base, uint64_t size) {
    return PhysRange::between(PhysAddr{base}, PhysAddr{base + size});
}

inline Bytes filled(size_t size, unsigned value) {
    return Bytes(size, static_cast<std::byte>(value));
}

/// Code at `base`, data and BSS one page further on.
inline Bytes program(uint64_t base, unsigned seed, uint64_t paddr_distance = 0) {
    std::vector<NewElfSegment> segments(2);
    segments[0].data = ByteRope{filled(0x120, seed)};
    segments[0].vaddr = base;
    segments[0].memory_size = 0x120;
    segments[0].flags = elf_readable | elf_executable;
    segments[1].data = ByteRope{filled(0x40, seed + 1)};
    segments[1].vaddr = base + 0x1000;
    segments[1].memory_size = 0x1100;
    segments[1].flags = elf_readable | elf_writable;
    for (NewElfSegment& s : segments) s.paddr = s.vaddr - paddr_distance;
    return write_elf(Architecture::aarch64, base, segments).bytes.flatten();
}

inline Bytes flat_loader() {
    Bytes loader = filled(0x2000, 0);
    mkl_loader_params params{};
    params.magic = MKL_LOADER_MAGIC;
    params.major = MKL_LOADER_MAJOR;
    params.arch = MKL_ARCH_AARCH64;
    params.image_size = loader.size();
    params.scratch_size = 0x10000;
    std::memcpy(loader.data() + MKL_LOADER_PARAMS_OFFSET, &params, sizeof params);
    return loader;
}

inline DtProperty property(std::string name, std::string_view value) {
    const auto bytes = as_bytes(value);
    return {std::move(name), Bytes(bytes.begin(), bytes.end())};
}

struct Adder {
    System system;
    Hardware hardware;
    Plan plan;
    MemoryFileSystem files;
    Share share{"/share"};

    Adder() {
        make_system();
        make_hardware();
        make_plan();
        files.files["/ex/client.elf"] = program(0x400000, 0x10);
        files.files["/ex/adder.elf"] = program(0x400000, 0x20);
        files.files["/share/aarch64/kernel.elf"] =
            program(0xffffff8040000000, 0x30, 0xffffff8040000000);
        files.files["/share/aarch64/initialiser-classic.elf"] = program(0x200000, 0x40);
        files.files["/share/aarch64/stub-classic.bin"] = filled(0x1000, 0x50);
        files.files["/share/aarch64/shim-classic.elf"] = program(0, 0x60);
        files.files["/share/aarch64/elfloader.bin"] = flat_loader();
    }

    static EndName end(std::string owner, std::string name) {
        return {std::move(owner), std::move(name), {}};
    }

    void make_system() {
        system.path = "/ex/system.yaml";
        const auto file = std::make_shared<SourceFile>(SourceFile{"system.yaml", ""});
        for (const char* name : {"node0", "node1"}) {
            NodeRequest node;
            node.name = {
                name, {file, 10, 1, 5, {}}
            };
            node.where = node.name.where;
            system.nodes.push_back(node);
        }
        const auto component = [&](const char* name, const char* node, const char* elf) {
            ComponentRequest c;
            c.name.value = name;
            c.node.value = node;
            c.elf = {
                elf, {file, 20, 5, 3, {}}
            };
            c.where = c.elf.where;
            system.components.push_back(c);
        };
        component("client", "node0", "client.elf");
        component("adder", "node1", "adder.elf");
        const auto connection = [&](const char* name, ConnectionType type, EndName from,
                                    EndName to) {
            ConnectionRequest c;
            c.name.value = name;
            c.type = type;
            c.from = std::move(from);
            c.to = std::move(to);
            c.where = {file, 30, 3, 1, {}};
            system.connections.push_back(c);
        };
        connection("s", ConnectionType::shared_data, end("adder", "d"), end("client", "d"));
        connection("irq", ConnectionType::notification, end("client", "irq2"), end("adder", "irq"));
        connection("irq2", ConnectionType::notification, end("adder", "irq2"),
                   end("client", "irq"));
    }

    void make_hardware() {
        hardware.tree.root.properties = {
            property("compatible", std::string_view{"vendor,board", 13}),
            property("model", std::string_view{"Board", 6})};
        DtNode cpus{"cpus", {}, {}};
        for (uint32_t i = 0; i < 2; i++) {
            Cpu cpu;
            cpu.index = i;
            cpu.path = i == 0 ? "/cpus/cpu@0" : "/cpus/cpu@1";
            cpu.hwid = {i};
            cpu.start = StartMethod::psci_hvc;
            hardware.cpus.push_back(cpu);
            cpus.children.push_back({
                i == 0 ? "cpu@0" : "cpu@1",
                {property("device_type", std::string_view{"cpu", 4}),
                                           property("reg", std::string_view{i == 0 ? "\0\0\0\0" : "\0\0\0\1", 4})},
                {     }
            });
        }
        hardware.tree.root.children.push_back(std::move(cpus));
        hardware.model = "Board";
        hardware.ram = {
            {range(0x40000000, 0x40000000), "/memory@40000000"}
        };
        hardware.controller.type = InterruptControllerType::gicv3;
        hardware.controller.distributor = range(0x8000000, 0x10000);
        hardware.controller.regions = {range(0x80a0000, 0xf60000)};
        hardware.timer = {27, Trigger::level};
        hardware.psci = StartMethod::psci_hvc;
    }

    void make_plan() {
        plan.loader = range(0x70000000, 0x4000000);
        plan.status = range(0x74010000, 0x2000);
        plan.ram = {range(0x40000000, 0x40000000)};
        for (uint32_t i = 0; i < 2; i++) {
            PlanNode node;
            node.name = i == 0 ? "node0" : "node1";
            node.cpu_index = i;
            node.hwid = {i};
            node.cpu_number = i;
            node.memory = {range(0x40000000 + i * 0x10000000, 0x10000000)};
            node.status = range(0x74010000 + i * 0x1000, 0x1000);
            node.prints_logs = i == 0;
            plan.nodes.push_back(node);
        }
        plan.nodes[0].device_pages = {range(0x9000000, 0x1000)};
        plan.nodes[0].interrupts = {
            {33, Trigger::level},
            {40, Trigger::edge }
        };
        plan.nodes[1].log = range(0x74000000, 0x10000);
        plan.nodes[0].sends = {
            {0, 1, 1, 1}
        };
        plan.nodes[1].receives = {
            {0, 0, 1, std::nullopt}
        };
        plan.nodes[1].sends = {
            {0, 0, 0, 2}
        };
        plan.nodes[0].receives = {
            {0, 1, 2, std::nullopt}
        };
        PlanPool pool;
        pool.name = "pool";
        pool.range = range(0x60000000, 0x10000000);
        pool.nodes = {
            {0, Rights::read_write},
            {1, Rights::read_write}
        };
        pool.slices = {
            {0, range(0x60000000, 0x1000)}
        };
        plan.pools.push_back(pool);
    }
};

}  // namespace mkl::test
