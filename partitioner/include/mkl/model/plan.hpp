// SPDX-License-Identifier: BSD-2-Clause
// Every decision: who owns what, and where it stands. Made by partition, read by everything after
// it, changed by nobody. Same System and Hardware, same Plan. plan.json is its public form.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mkl/model/hardware.hpp"
#include "mkl/model/system.hpp"

namespace mkl {

struct SgiSend {
    uint32_t id = 0;               ///< 0..15; RISC-V 0; polled: 0
    uint64_t target = 0;           ///< as the controller wants it (mkl/abi/boot_record.h, sgi_send)
    size_t to = 0;                 ///< node index
    size_t connection = 0;         ///< index in System::connections
    bool back = false;             ///< from the connection's `to` to its `from`
    std::optional<uint32_t> word;  ///< shares the interrupt: its counter in the doorbell page
    bool polled = false;           ///< raises no interrupt: the receiver watches `word`
};
struct SgiReceive {
    std::optional<uint32_t> id;  ///< nullopt on RISC-V, and if polled
    size_t from = 0;             ///< node index
    size_t connection = 0;
    std::optional<std::pair<uint32_t, uint32_t>> mux;  ///< doorbell word, bit (0)
    bool back = false;                                 ///< as in SgiSend
    bool polled = false;                               ///< as in SgiSend
};

/// Who keeps a node to its part of a resource.
enum class Enforcer { hardware, kernel, loader, initialiser, nobody };

/// One row of a node's guarantee table.
struct Guarantee {
    std::string_view resource;  ///< "ram", "registers", "interrupts", ...
    Enforcer by = Enforcer::nobody;
    std::string text;  ///< in words, a sentence or two
};

/// Who has a provider (clock, reset, power domain, pins, DMA channel, firmware service) behind a
/// device of a node.
enum class ProviderVerdict {
    owned,           ///< the node has it
    infrastructure,  ///< nothing to program: every node may have it
    firmware,        ///< no node has it: it stays as firmware set it, the node's tree has a stub
    shared,          ///< `share:` gives it to an owner, and this node uses it as it is
    elsewhere,       ///< another node has it and may change it under this one: E227
};

struct ProviderUse {
    std::string device, provider;  ///< paths
    ProviderVerdict verdict = ProviderVerdict::firmware;
    std::optional<size_t> owner;  ///< shared, elsewhere: the node that may program it
    std::string why;              ///< shared: the reason in the YAML
};

/// An entry of `files:`, in RAM of its node that the kernel leaves alone.
struct PlanFile {
    size_t file = 0;  ///< index in System::files
    PhysRange range;  ///< page aligned
};

/// A capability of authority that a component of the node holds.
struct PlanAuthority {
    size_t component = 0, cap = 0;  ///< in System::components, in its `caps:`
    CapKind kind = CapKind::untyped;
    std::vector<PhysRange> pages;  ///< device_untyped
};

/// A piece of a node's domain schedule; it runs from the first to the last and again.
struct PlanDomain {
    uint32_t domain = 0;
    uint64_t time_us = 0;
};

struct PlanNode {
    std::string name;
    uint32_t cpu_index = 0;
    HwCpuId hwid;
    uint32_t cpu_number = 0;           ///< GICv2 CPU interface number, PLIC context
    std::vector<PhysRange> memory;     ///< sorted; all RAM of the node, kernel included
    std::vector<std::string> devices;  ///< claimed device paths (console included), tree order
    /// Their registers and windows onto PCI buses, grown to pages, sorted, disjoint.
    std::vector<PhysRange> device_pages;
    std::vector<Irq> interrupts;  ///< SPIs or PLIC sources, ascending
    std::vector<SgiSend> sends;
    std::vector<SgiReceive> receives;
    std::optional<std::string> console;  ///< device path; nullopt: log
    std::optional<PhysRange> log;        ///< its log ring
    PhysRange status;                    ///< its status page
    bool prints_logs = false;            ///< owns stdout-path: prints the other nodes' logs
    std::vector<Guarantee> guarantees;   ///< who keeps it to the above
    std::vector<ProviderUse> providers;  ///< behind its devices, in tree order of the devices
    /// What its kernel is built to take for the GICv3 distributor: private RAM (InterruptKeeper).
    std::optional<PhysRange> decoy;
    std::vector<PlanAuthority> authority;   ///< YAML order
    std::vector<PlanDomain> domains;        ///< empty: all in domain 0
    std::vector<uint32_t> used_interrupts;  ///< of `interrupts`, those that somebody handles
    std::vector<PlanFile> files;            ///< ascending, inside `memory`

    /// RAM that its kernel may use: `memory` without the files.
    std::vector<PhysRange> kernel_ram() const;
};

/// Who keeps device interrupts where they belong. An unmodified seL4 sets up the whole controller
/// when it boots: the last one to boot has every line. docs/real-sel4.md, "Interrupts".
enum class InterruptKeeper {
    loader,    ///< no such kernel: set up once, kernels touch their own lines
    alone,     ///< one node: its kernel has the controller to itself
    contexts,  ///< PLIC: a kernel sets up its own context, which is compiled in
    unused,    ///< such kernels, and no line that anybody handles
    decoys,    ///< GICv3: each such kernel sets up a block of RAM
    steward,   ///< a CPU of no node repairs routes and enables once every node is ready
    last,      ///< one node has lines, and it starts when the others are ready
};

/// Memory that a cross-node connection occupies in a pool, or a driver's DMA memory.
struct PoolSlice {
    static constexpr size_t no_connection = SIZE_MAX;
    size_t connection = 0;                         ///< index, or no_connection
    PhysRange range;                               ///< page aligned
    std::optional<std::pair<size_t, size_t>> dma;  ///< component, index in its `dma:`
};
struct PlanPool {
    std::string name;
    PhysRange range;
    std::vector<std::pair<size_t, Rights>> nodes;  ///< node index, rights; ascending
    bool automatic = false;
    /// A doorbell page: nodes that signal over it and receive over it. No connection's memory.
    std::optional<std::pair<size_t, size_t>> doorbell;
    /// DMA memory of one node's drivers: no other node sees it, and no CPU caches it.
    bool dma = false;
    std::vector<PoolSlice> slices;  ///< ascending

    /// nullopt: not a member.
    std::optional<Rights> rights_of(size_t node) const;
};

struct PlanReserved {
    std::string what;  ///< "log", "status", "decoy", or ReservedRange::what
    PhysRange range;
    std::optional<size_t> node;
};

/// A device that reads and writes memory by itself.
struct BusMaster {
    std::string device;
    std::optional<size_t> node;         ///< owner; nullopt: nobody, as firmware left it
    std::string iommu;                  ///< path of the one that it stands behind; "" if none
    std::vector<PhysRange> reach;       ///< RAM that it can address while no IOMMU stops it
    std::string trusted;                ///< the reason in `dma-trusted:`; "" if not acknowledged
    std::vector<ProviderLine> streams;  ///< what IOMMUs tell it by, as far as the tree says
};

/// Firmware that answers calls: PSCI, SCMI, a secure world.
struct FirmwareService {
    std::string path;
    std::string kind;             ///< "PSCI", "SCMI", ...
    std::vector<size_t> callers;  ///< nodes that are told of it
};

struct Plan {
    Architecture architecture = Architecture::aarch64;
    std::vector<PlanNode> nodes;  ///< YAML order
    std::vector<PlanPool> pools;  ///< YAML order, then automatic ones
    PhysRange loader;
    PhysRange status;  ///< all status pages: 4 KiB a node, in node order
    InterruptKeeper keeper = InterruptKeeper::loader;
    std::optional<size_t> steward;  ///< index in Hardware::cpus
    std::optional<size_t> last;     ///< node index
    std::vector<PlanReserved> reserved;
    std::vector<PhysRange> ram;          ///< of the board, sorted, reserved included
    std::vector<PhysRange> unassigned;   ///< RAM that nobody has
    std::vector<BusMaster> bus_masters;  ///< enabled ones, in tree order
    std::vector<FirmwareService> firmware;

    /// RAM of no node that `node` reaches: its pools, status pages, the logs it writes or prints.
    std::vector<PhysRange> common_ram(size_t node) const;
};

/// "hardware", "kernel", "loader", "initialiser", "nobody".
std::string_view to_text(Enforcer enforcer);
/// "decoys", "steward", ...: plan.json's interrupt_keeper.
std::string_view to_text(InterruptKeeper keeper);
/// "owned", "infrastructure", "firmware", "shared", "elsewhere".
std::string_view to_text(ProviderVerdict verdict);
/// The sentence that opens every guarantee table.
std::string_view guarantee_preamble();

/// plan.json, schema of docs/architecture.md; ends with a newline.
std::string to_json(const Plan& plan, const System& system, const Hardware& hardware);

}  // namespace mkl
