// SPDX-License-Identifier: BSD-2-Clause
// gen_config.json: numbers are texts ("1"), booleans are booleans, what another architecture has
// is absent. Only keys that are true to their name are used: AARCH64_VSPACE_S2_START_L1 is not.
#include <algorithm>

#include "mkl/abi/component.h"
#include "mkl/sel4/kernel.hpp"
#include "mkl/support/json_reader.hpp"
#include "mkl/support/text.hpp"

namespace mkl::sel4 {

namespace {

class Reader {
public:
    Reader(const JsonValue& json, std::string& why) : json_{json}, why_{why} {}

    bool good() const { return why_.empty(); }
    bool flag(std::string_view key, bool needed = true) {
        const JsonValue* v = json_.member(key);
        if (v == nullptr && !needed) return false;
        if (v == nullptr || v->kind != JsonValue::Kind::boolean) {
            missing(key);
            return false;
        }
        return v->truth;
    }
    uint64_t number(std::string_view key, uint64_t limit = UINT32_MAX) {
        const JsonValue* v = json_.member(key);
        const auto value = v == nullptr ? std::nullopt : v->whole();
        if (!value || *value > limit) missing(key);
        return value.value_or(0);
    }
    uint32_t small(std::string_view key) { return static_cast<uint32_t>(number(key)); }
    /// `usual` where the key is absent.
    uint32_t small(std::string_view key, uint32_t usual) {
        return json_.member(key) == nullptr ? usual : small(key);
    }
    std::string text(std::string_view key) {
        const JsonValue* v = json_.member(key);
        if (v == nullptr || v->kind != JsonValue::Kind::text) {
            missing(key);
            return {};
        }
        return v->text;
    }

private:
    void missing(std::string_view key) {
        if (why_.empty()) why_ = cat("it has no usable ", key);
    }
    const JsonValue& json_;
    std::string& why_;
};

}  // namespace

std::optional<Config> parse_config(std::string_view text, std::string& why) {
    const auto json = parse_json(text, why);
    if (!json) return std::nullopt;
    if (json->kind != JsonValue::Kind::object) {
        why = "it is not an object";
        return std::nullopt;
    }
    why.clear();
    Reader read{*json, why};
    Config c;
    const std::string arch = read.text("SEL4_ARCH");
    if (arch != "aarch64" && arch != "riscv64" && why.empty())
        why = cat("it is for ", arch, ", which mkl has no loader for");
    c.architecture = arch == "riscv64" ? Architecture::riscv64 : Architecture::aarch64;
    c.platform = read.text("PLAT");
    c.mcs = read.flag("KERNEL_MCS");
    c.smp = read.flag("ENABLE_SMP_SUPPORT", false);
    c.printing = read.flag("PRINTING", false);
    c.max_nodes = read.small("MAX_NUM_NODES");
    c.untyped_limit = read.small("MAX_NUM_BOOTINFO_UNTYPED_CAPS");
    c.root_cnode_bits = read.small("ROOT_CNODE_SIZE_BITS");
    c.domains = read.small("NUM_DOMAINS", c.domains);
    c.domain_entries = read.small("NUM_DOMAIN_SCHEDULES", c.domain_entries);
    c.domain_hz =
        c.mcs ? read.small("TIMER_FREQUENCY") : 1000 / std::max(read.small("TIMER_TICK_MS", 2), 1u);
    c.smc = read.flag("ALLOW_SMC_CALLS", false);
    c.device_top = read.number("PADDR_USER_DEVICE_TOP", UINT64_MAX);
    c.loader_info = read.flag("ENABLE_MULTIKERNEL_SUPPORT", false);
    if (c.loader_info) c.info_cpus = read.small("MULTIKERNEL_NUM_CPUS");
    if (c.architecture == Architecture::aarch64) {
        c.hypervisor = read.flag("ARM_HYPERVISOR_SUPPORT");
        c.gicv3 = read.flag("ARM_GIC_V3_SUPPORT");
        c.pa_bits = read.flag("ARM_PA_SIZE_BITS_44") ? 44 : 40;
    } else {
        c.first_hart = read.small("FIRST_HART_ID");
        if (const uint32_t levels = read.small("PT_LEVELS"); levels != 3 && why.empty())
            why = cat("it has ", levels, " page table levels, the loader enters with Sv39 (3)");
    }
    if (c.root_cnode_bits > 40 && why.empty()) why = "its ROOT_CNODE_SIZE_BITS is absurd";
    if (!why.empty()) return std::nullopt;
    return c;
}

Abi abi_of(Architecture architecture, bool hypervisor, bool mcs) {
    if (architecture == Architecture::riscv64)
        return mcs ? Abi{MKL_ABI_RISCV64_MCS, "mcs"} : Abi{MKL_ABI_RISCV64_CLASSIC, "classic"};
    if (hypervisor)
        return mcs ? Abi{MKL_ABI_AARCH64_HYP_MCS, "hyp-mcs"} : Abi{MKL_ABI_AARCH64_HYP, "hyp"};
    return mcs ? Abi{MKL_ABI_AARCH64_MCS, "mcs"} : Abi{MKL_ABI_AARCH64_CLASSIC, "classic"};
}

}  // namespace mkl::sel4
