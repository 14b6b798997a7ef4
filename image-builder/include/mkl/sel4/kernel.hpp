// SPDX-License-Identifier: BSD-2-Clause
// An unmodified seL4 kernel of the user's own: what it was built for, and whether that is the plan.
//
// In       kernel.elf, gen_config.json, platform_gen.json of one build; seL4 16.0.0
// Out      Kernel: facts only. Nothing here trusts a file to agree with another.
// Errors   E550 to E569 (mkl/sel4/findings.hpp)
// Limits   docs/real-sel4.md, "What works by chance, and what mkl makes of it"
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mkl/formats/elf.hpp"
#include "mkl/model/architecture.hpp"
#include "mkl/support/phys_range.hpp"

namespace mkl::sel4 {

/// gen_config.json, the keys that matter for booting.
struct Config {
    Architecture architecture = Architecture::aarch64;
    std::string platform;
    bool hypervisor = false;  ///< AArch64: runs at EL2
    bool gicv3 = false;
    bool mcs = false;
    bool smp = false;
    bool printing = false;       ///< writes to a UART of its own choice
    bool loader_info = false;    ///< takes loader-provided info (multikernel branches)
    uint32_t max_nodes = 1;      ///< MAX_NUM_NODES
    uint32_t info_cpus = 0;      ///< loader_info: MULTIKERNEL_NUM_CPUS
    uint32_t pa_bits = 0;        ///< AArch64: 40 or 44
    uint32_t first_hart = 0;     ///< RISC-V
    uint32_t untyped_limit = 0;  ///< boot info holds that many untypeds
    uint32_t root_cnode_bits = 0;
    uint32_t domains = 1;
    uint32_t domain_entries = 2;  ///< of its schedule
    uint64_t domain_hz = 500;     ///< unit of its times: a tick of 2 ms, or (MCS) of the timer
    bool smc = false;             ///< gives its root task SMC calls
    uint64_t device_top = 0;      ///< physical addresses below are the root task's
};
/// nullopt and `why` ("it has no MAX_NUM_NODES").
std::optional<Config> parse_config(std::string_view text, std::string& why);

/// What is compiled in and no configuration names.
struct Compiled {
    std::vector<PhysRange> ram;  ///< sorted, joined; empty for a kernel that is told (loader info)
    std::vector<PhysRange>
        devices;  ///< the kernel's alone: interrupt controller, timers; sorted, joined
    std::vector<PhysRange>
        shared;                 ///< mapped by the kernel and left to the root task as well: UART
    bool from_symbols = false;  ///< else from platform_gen.json
    std::optional<bool> mcs;    ///< what its symbols say of KernelIsMCS; nullopt: nothing
};
/// From the ELF's symbol table; nullopt if it has not both symbols, or they make no sense.
std::optional<Compiled> compiled_in(std::span<const std::byte> elf_bytes, const ElfFile& elf,
                                    const Config& config);
/// From platform_gen.json; nullopt and `why`.
std::optional<Compiled> parse_platform(std::string_view text, uint64_t device_top,
                                       std::string& why);

struct Kernel {
    ElfOrigin origin;  ///< kernel.elf
    SourceSpan config_where;
    ElfFile elf;
    Config config;
    Compiled compiled;
};

/// The initialiser and stub page that serve it: MKL_ABI_* and "classic", "hyp", "mcs", "hyp-mcs".
struct Abi {
    uint32_t number = 0;
    std::string_view name;
};
Abi abi_of(Architecture architecture, bool hypervisor, bool mcs);

}  // namespace mkl::sel4
