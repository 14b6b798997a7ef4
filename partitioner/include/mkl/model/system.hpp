// SPDX-License-Identifier: BSD-2-Clause
// What the user asked for: the system description, version 1, as values with positions.
// Read by manifest, checked by rules, solved by partition. docs/system-yaml.md is its manual.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "mkl/support/phys_range.hpp"
#include "mkl/support/source.hpp"

namespace mkl {

/// Paths in a System are as written; resolve() makes them relative to the YAML file.
struct QemuMachine {
    Located<std::string> machine;  ///< "virt"
    std::optional<uint32_t> gic_version;
    std::optional<bool> virtualization, secure;
    Located<uint32_t> cpus{1, {}};
    Located<uint64_t> memory;  ///< bytes; 0: QEMU's default
    Located<std::string> cpu;  ///< "" : mkl's default for the machine (cortex-a53 on virt)
    SourceSpan where;
};

struct ReserveRequest {
    Located<uint64_t> base, size;
    std::string why;
};

struct MemoryRange {
    Located<uint64_t> base, size;
};

struct Board {
    std::optional<Located<std::string>> dtb, dts;
    std::optional<QemuMachine> qemu;
    std::vector<MemoryRange> memory;
    std::vector<ReserveRequest> reserve;
    std::optional<Located<std::vector<uint32_t>>>
        sgis;  ///< ids firmware leaves us; default 0-15 (all)
    std::optional<Located<std::string>> firmware_tree;
    bool dma_strict = false;
    SourceSpan where;
};

struct LoaderRequest {
    std::optional<Located<uint64_t>> base, size;
    SourceSpan where;
};

/// `cpu:` of a node.
struct CpuChoice {
    enum class By { index, path, hwid } by = By::index;
    uint64_t number = 0;  ///< index or hwid
    std::string path;
    SourceSpan where;
};

/// Where what has no base may be placed.
struct PlacementLimits {
    std::optional<Located<uint64_t>> above;  ///< lowest first byte
    std::optional<Located<uint64_t>> below;  ///< the last byte is below this
    std::optional<Located<uint64_t>> align;  ///< a power of two
};

/// One element of `memory:`: a size, or base and size.
struct MemoryRequest {
    std::optional<Located<uint64_t>> base;
    Located<uint64_t> size;
    SourceSpan where;
    PlacementLimits limits = {};
};

enum class KernelKind { builtin, builtin_release, elf };
struct KernelChoice {
    KernelKind kind = KernelKind::builtin;
    std::vector<Located<std::string>> build;  ///< command line, may be empty
    std::optional<Located<std::string>> elf, config, platform, tree;
    std::optional<Located<std::string>> protocol;  ///< mkl | sel4 | sel4-loader-info
    SourceSpan where;

    /// A seL4 as its project ships it: sets up the whole interrupt controller itself, maps shared
    /// memory non-shareable, and takes no boot record.
    bool is_stock_sel4() const {
        return kind == KernelKind::elf && (!protocol || protocol->value == "sel4");
    }
    /// One of the multikernel branches: as stock, but the loader tells it its RAM and sets up the
    /// interrupt controller, of which it masks lines when it boots.
    bool takes_loader_info() const {
        return kind == KernelKind::elf && protocol && protocol->value == "sel4-loader-info";
    }
    bool is_sel4() const { return is_stock_sel4() || takes_loader_info(); }
};

/// One element of `devices:`.
struct DeviceSelector {
    enum class Kind { path, alias, label, glob, compatible, all_except } kind = Kind::path;
    std::string text;                    ///< path, alias, label without &, glob, compatible
    std::vector<DeviceSelector> except;  ///< all_except
    SourceSpan where;
};

struct DmaTrust {
    DeviceSelector device;
    std::string why;
};

/// A piece of a node's domain schedule.
struct DomainTime {
    Located<uint32_t> domain;
    uint64_t time_us = 0;
};

struct NodeRequest {
    Located<std::string> name;
    CpuChoice cpu;
    std::vector<MemoryRequest> memory;
    KernelChoice kernel;
    std::optional<DeviceSelector> console;  ///< nullopt: log
    std::vector<DeviceSelector> devices;
    std::optional<Located<std::string>> root;  ///< foreign root task ELF
    std::vector<DmaTrust> dma_trusted;
    std::optional<Located<uint64_t>> start_timeout_ms;
    std::vector<DomainTime> domains;  ///< schedule; empty: equal turns
    SourceSpan where;                 ///< the node's key

    /// In milliseconds: the loader waits that long for its CPU, and for its root task.
    uint32_t start_limit() const {
        constexpr uint64_t usual = 5000;
        const uint64_t asked = start_timeout_ms ? start_timeout_ms->value : usual;
        return static_cast<uint32_t>(asked < UINT32_MAX ? asked : UINT32_MAX);
    }
    /// The same for root tasks of other nodes; 0: they wait for ever. mkl's initialiser always
    /// says how it fares, so it is given the time that it needs.
    uint32_t peer_limit() const { return root || start_timeout_ms ? start_limit() : 0; }
};

enum class Rights { read_only, read_write };
struct PoolRequest {
    Located<std::string> name;
    std::optional<Located<uint64_t>> base;
    Located<uint64_t> size;
    std::vector<std::pair<Located<std::string>, Rights>> nodes;  ///< in YAML order
    SourceSpan where;
    PlacementLimits limits = {};
};

struct ComponentDevice {
    DeviceSelector device;
    std::string map;  ///< end name of the registers; "" if not mapped
    std::string irq;  ///< end name of the interrupt; "" if not delivered
};
struct ComponentDma {
    std::string name;
    Located<uint64_t> size;
};
/// A capability that a component is given beside its connections. All but `untyped` are authority:
/// over what is not the component's alone.
enum class CapKind {
    irq_control,
    asid_control,
    domain,
    sched_control,
    smc,
    device_untyped,
    untyped,
};
inline constexpr size_t cap_kinds = 7;
/// As the YAML writes it: "irq-control".
std::string_view to_text(CapKind kind);
struct ComponentCap {
    Located<std::string> name;
    CapKind kind = CapKind::untyped;
    std::optional<DeviceSelector> device;     ///< device_untyped
    std::optional<Located<uint64_t>> size;    ///< untyped
    std::optional<Located<uint32_t>> slot;    ///< of its CNode; nullopt: any
    std::optional<Located<std::string>> why;  ///< authority: that it is meant

    bool is_authority() const { return kind != CapKind::untyped; }
};
struct ComponentRequest {
    Located<std::string> name;
    Located<std::string> node;
    Located<std::string> elf;
    Located<uint32_t> priority{100, {}};
    std::optional<Located<uint32_t>> max_priority;
    Located<uint64_t> stack{16 << 10, {}};
    uint64_t heap = 0;
    Located<uint32_t> domain;
    std::optional<Located<std::string>> abi;  ///< a program for seL4 kernels of that ABI
    std::vector<ComponentCap> caps;
    std::optional<Located<std::string>> fault;
    std::vector<ComponentDevice> devices;
    std::vector<ComponentDma> dma;
    std::vector<Located<std::string>> files;  ///< names in System::files
    std::optional<uint64_t> budget_us, period_us;
    SourceSpan where;
};

/// COMPONENT.NAME, or NODE.NAME where that node has a `root:`.
struct EndName {
    std::string owner, name;
    SourceSpan where;
};
enum class ConnectionType { shared_data, notification, rpc, queue };
struct ConnectionRequest {
    Located<std::string> name;
    ConnectionType type = ConnectionType::shared_data;
    EndName from, to;
    uint64_t size = 4096;                    ///< shared-data, queue, rpc: bytes of memory
    std::optional<uint32_t> depth;           ///< queue, rpc: messages at once
    bool queued = false;                     ///< rpc: queued instead of blocking
    std::optional<Located<std::string>> in;  ///< pool
    SourceSpan where;
};

/// Bytes of memory that both ends see; 0 for a notification.
uint64_t connection_bytes(const ConnectionRequest& connection);

/// Whether it also signals from `to` to `from`: replies, room in a queue.
bool signals_back(const ConnectionRequest& connection);

struct FileRequest {
    Located<std::string> name, path, node;
    std::optional<Located<uint64_t>> base, size;  ///< size: room that is kept for it
    SourceSpan where;
    PlacementLimits limits = {};
    /// Of the file when the description was read, if it was there.
    std::optional<uint64_t> bytes = {};
    bool exists = false;  ///< at `path`, then: if `bytes` is empty, no regular file

    /// Memory it takes, whole pages; nullopt: neither its size nor the file is there.
    std::optional<uint64_t> room() const;
};

struct ShareRequest {
    DeviceSelector device;
    Located<std::string> owner;
    std::string why;
    SourceSpan where;
};

struct System {
    std::filesystem::path path;  ///< of the YAML, as given
    SourceSpan where;            ///< whole file
    Board board;
    std::optional<LoaderRequest> loader;
    std::vector<NodeRequest> nodes;
    std::vector<PoolRequest> shared;
    std::vector<ComponentRequest> components;
    std::vector<ConnectionRequest> connections;
    std::vector<FileRequest> files;
    std::vector<ShareRequest> share;

    std::optional<size_t> node_index(std::string_view name) const;
    /// Relative to the YAML file's directory unless absolute.
    std::filesystem::path resolve(std::string_view written) const;
};

}  // namespace mkl
