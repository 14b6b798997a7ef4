// SPDX-License-Identifier: BSD-2-Clause
// Every decision: who owns what, and where it stands. Made by partition, read by everything after
// it, changed by nobody. Same System and Hardware, same Plan. plan.json is its public form.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "mkl/model/hardware.hpp"
#include "mkl/model/system.hpp"

namespace mkl {

struct SgiSend {
    uint32_t id = 0;               ///< 0..15; RISC-V 0
    uint64_t target = 0;           ///< as the controller wants it (mkl/abi/boot_record.h, sgi_send)
    size_t to = 0;                 ///< node index
    size_t connection = 0;         ///< index in System::connections
    bool back = false;             ///< from the connection's `to` to its `from`
    std::optional<uint32_t> word;  ///< shares the interrupt: its counter in the doorbell page
};
struct SgiReceive {
    std::optional<uint32_t> id;  ///< nullopt on RISC-V
    size_t from = 0;             ///< node index
    size_t connection = 0;
    std::optional<std::pair<uint32_t, uint32_t>> mux;  ///< doorbell word, bit (0)
    bool back = false;                                 ///< as in SgiSend
};

struct PlanNode {
    std::string name;
    uint32_t cpu_index = 0;
    HwCpuId hwid;
    uint32_t cpu_number = 0;              ///< GICv2 CPU interface number, PLIC context
    std::vector<PhysRange> memory;        ///< sorted; all RAM of the node, kernel included
    std::vector<std::string> devices;     ///< claimed device paths (console included), tree order
    std::vector<PhysRange> device_pages;  ///< their registers, grown to pages, sorted, disjoint
    std::vector<Irq> interrupts;          ///< SPIs or PLIC sources, ascending
    std::vector<SgiSend> sends;
    std::vector<SgiReceive> receives;
    std::optional<std::string> console;  ///< device path; nullopt: log
    std::optional<PhysRange> log;        ///< its log ring
    PhysRange status;                    ///< its status page
    bool prints_logs = false;            ///< owns stdout-path: prints the other nodes' logs
};

/// Memory that a cross-node connection occupies in a pool.
struct PoolSlice {
    size_t connection = 0;
    PhysRange range;  ///< page aligned
};
struct PlanPool {
    std::string name;
    PhysRange range;
    std::vector<std::pair<size_t, Rights>> nodes;  ///< node index, rights; ascending
    bool automatic = false;
    /// A doorbell page: nodes that signal over it and receive over it. No connection's memory.
    std::optional<std::pair<size_t, size_t>> doorbell;
    std::vector<PoolSlice> slices;  ///< ascending
};

struct PlanReserved {
    std::string what;  ///< "log", "status", "decoy", or ReservedRange::what
    PhysRange range;
    std::optional<size_t> node;
};

struct Plan {
    Architecture architecture = Architecture::aarch64;
    std::vector<PlanNode> nodes;  ///< YAML order
    std::vector<PlanPool> pools;  ///< YAML order, then automatic ones
    PhysRange loader;
    PhysRange status;  ///< all status pages: 4 KiB a node, in node order
    std::vector<PlanReserved> reserved;
    std::vector<PhysRange> ram;         ///< of the board, sorted, reserved included
    std::vector<PhysRange> unassigned;  ///< RAM that nobody has
};

/// plan.json, schema of docs/architecture.md; ends with a newline.
std::string to_json(const Plan& plan, const System& system, const Hardware& hardware);

}  // namespace mkl
