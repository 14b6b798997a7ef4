// SPDX-License-Identifier: BSD-2-Clause
// What the board is: facts read from a device tree, once. Every later stage reads these and never
// the tree's properties again (emission copies nodes, it does not interpret them).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mkl/model/architecture.hpp"
#include "mkl/model/device_tree.hpp"

namespace mkl {

/// How firmware names a CPU: MPIDR_EL1 affinity fields or hart id.
struct HwCpuId {
    uint64_t value{};
    constexpr auto operator<=>(const HwCpuId&) const = default;
};

enum class StartMethod { none, psci_smc, psci_hvc, spin_table, sbi_hsm };

struct Cpu {
    uint32_t index = 0;  ///< over /cpus children of device_type cpu in tree order
    std::string path;
    HwCpuId hwid;
    std::vector<std::string> compatible;
    bool enabled = true;  ///< status okay, or disabled with an enable-method (Spec 3.8.1)
    StartMethod start = StartMethod::none;
    uint64_t release_address = 0;   ///< spin table
    std::string why_not_startable;  ///< empty if it can run a node
};

struct RamRange {
    PhysRange range;
    std::string path;  ///< memory node, or "" from the YAML
};

/// RAM that is not free for nodes, or must stay as it is.
struct ReservedRange {
    PhysRange range;
    std::string what;  ///< "/reserved-memory/optee@...", "/memreserve/", "board.reserve"
    bool no_map = false;
    SourceSpan where;
};

enum class InterruptControllerType { gicv2, gicv3, plic, none };

struct InterruptController {
    InterruptControllerType type = InterruptControllerType::none;
    std::string path;
    uint32_t phandle = 0;
    PhysRange distributor;           ///< GICD or PLIC
    std::vector<PhysRange> regions;  ///< GICv2: GICC; GICv3: redistributor regions
    uint64_t redistributor_stride = 0x20000;
    std::vector<PhysRange> others;       ///< GICH, GICV, ITS, v2m frames: never a node's
    std::vector<uint32_t> plic_context;  ///< by CPU index: S-mode context number
};

enum class Trigger { level, edge };

/// An interrupt as the root controller counts it.
struct Irq {
    uint32_t id = 0;  ///< GIC INTID (SPI n is 32 + n, PPI n is 16 + n), PLIC source
    Trigger trigger = Trigger::level;
    auto operator<=>(const Irq&) const = default;
};

struct DeviceInterrupt {
    std::string controller;   ///< path of the controller that the specifier names
    std::optional<Irq> root;  ///< at the root controller; nullopt: ends in a nested one
    bool per_cpu = false;     ///< PPI or CPU-local
};

/// From the first to the last, both included.
struct IdRange {
    uint32_t first = 0, last = 0;
    auto operator<=>(const IdRange&) const = default;
};

/// What of a provider a device has to itself: an entry of `gpios`, `dmas`, `mboxes`, `msi-parent`
/// or `msi-map`, or what `iommus` and `iommu-map` say of one IOMMU.
struct ProviderLine {
    enum class Kind { stream, gpio, dma, mailbox, msi };
    Kind kind = Kind::stream;
    std::string provider;           ///< path of the node that the entry names
    std::vector<uint32_t> numbers;  ///< its cells; of a GPIO line without the last one, its flags
    /// Streams, ascending and apart, where the IOMMU's binding says how they are numbered; then
    /// `numbers` is empty.
    std::vector<IdRange> ids;
    uint32_t ignored = 0;  ///< bits of a stream's number that the IOMMU does not compare
    auto operator<=>(const ProviderLine&) const = default;
};

/// "GPIO line 3 of /gpio@1000", "streams 0x480 to 0x49f of /iommu@2000".
std::string to_text(const ProviderLine& line);
/// Of a stream, without the IOMMU: "0x480 to 0x49f"; "" if it has no number.
std::string ids_text(const ProviderLine& line);

/// Whether both name the same, or streams that the IOMMU cannot tell apart.
bool meet(const ProviderLine& a, const ProviderLine& b);

/// The one service that every node may be told of: it starts and stops its CPU.
inline constexpr std::string_view firmware_psci = "PSCI";

/// A node of the tree that is a claimable device (below /, not /cpus, /memory, /chosen, ...).
struct Device {
    std::string path;
    std::vector<std::string> aliases, labels, compatible;
    bool enabled = true;               ///< itself and all ancestors okay
    std::vector<PhysRange> registers;  ///< translated to CPU addresses through every `ranges`
    std::vector<PhysRange>
        windows;  ///< of a PCI host bridge onto its bus, as CPU addresses; no RAM
    std::vector<DeviceInterrupt> interrupts;
    std::vector<std::string>
        providers;  ///< paths of clocks, resets, power domains, pins, ... it names
    std::vector<ProviderLine> lines;  ///< in property order
    /// RISC-V: raises timer and software interrupts of the harts themselves (CLINT, ACLINT).
    bool interrupts_harts = false;
    std::string firmware;  ///< firmware that answers calls: firmware_psci, "SCMI", ...; "" if none
    bool has_dma =
        false;  ///< can master the bus as far as the tree tells (dma-*, iommus, known classes)
    std::string iommu;  ///< path of the enabled IOMMU that the tree puts before it; "" if none
    /// CPU addresses that it can reach where a `dma-ranges` above it limits them; sorted.
    std::optional<std::vector<PhysRange>> dma_windows;
};

/// UART facts for a console; the driver number is MKL_CONSOLE_* of mkl/abi/boot_record.h.
struct Uart {
    uint32_t driver = 0;
    uint32_t reg_shift = 0;
    uint32_t io_width = 4;
    PhysRange registers;
};

struct Hardware {
    Architecture architecture = Architecture::aarch64;
    DeviceTree tree;    ///< as imported: seeds stripped
    SourceSpan source;  ///< the board file (node "" ) or the `qemu:` line
    std::string model;
    std::vector<Cpu> cpus;
    std::vector<RamRange> ram;  ///< what memory nodes say, in tree order
    std::vector<ReservedRange> reserved;
    InterruptController controller;
    Irq timer;                             ///< GIC: virtual timer PPI INTID; RISC-V: 5
    uint64_t timer_frequency = 0;          ///< Hz; 0: CNTFRQ_EL0 knows
    StartMethod psci = StartMethod::none;  ///< psci_smc, psci_hvc: how to call firmware
    std::vector<Device> devices;           ///< in tree order
    std::string stdout_path;               ///< node path, options cut off; "" if none

    const Device* device(std::string_view path) const;
};

/// nullopt if mkl has no driver for it.
std::optional<Uart> uart_of(const Hardware& hardware, const Device& device);

}  // namespace mkl
