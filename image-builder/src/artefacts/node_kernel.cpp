// SPDX-License-Identifier: BSD-2-Clause
#include "node_kernel.hpp"

#include <algorithm>

#include "mkl/support/text.hpp"

namespace mkl {

namespace {

/// Of mkl's own kernel, and of others that take its boot record.
constexpr capdl::KernelOffer own_offer{16, 256, 500, false};

class KernelLoader {
public:
    KernelLoader(const Plan& plan, size_t node, const System& system, const Hardware& hardware,
                 Inputs& inputs, DiagnosticSink& sink)
        : plan_{plan}, node_{node}, system_{system}, hardware_{hardware}, inputs_{inputs},
          sink_{sink}, choice_{system.nodes[node].kernel} {}

    std::optional<NodeKernel> load() {
        if (choice_.kind != KernelKind::elf) return own();
        const std::string protocol = choice_.protocol ? choice_.protocol->value : "sel4";
        NodeKernel kernel;
        kernel.origin = {choice_.elf->value, choice_.elf->where};
        const auto elf = inputs_.user_elf(*choice_.elf, "kernel");
        if (protocol == "mkl") {
            if (!elf) return std::nullopt;
            kernel.program = as_it_is(*elf);
            kernel.abi = sel4::abi_of(plan_.architecture, false, false);
            kernel.offer = own_offer;
            return kernel;
        }
        return sel4(elf, std::move(kernel));
    }

private:
    void report(std::string_view id, const SourceSpan& where, std::string message,
                std::string hint) {
        sink_.report({id, where, std::move(message), {}, std::move(hint)});
    }

    std::optional<NodeKernel> own() {
        NodeKernel kernel;
        const std::string_view name =
            choice_.kind == KernelKind::builtin ? "kernel.elf" : "kernel-release.elf";
        const auto elf = inputs_.share_elf(name);
        if (!elf) return std::nullopt;
        kernel.program = repacked(*elf, {}, plan_.architecture);
        kernel.origin = {std::string{name}, {}};
        kernel.offer = own_offer;
        kernel.abi = sel4::abi_of(plan_.architecture, false, false);
        return kernel;
    }

    /// seL4 16.0.0: six registers, a tree; everything else is compiled in. Or a kernel that is
    /// told.
    std::optional<NodeKernel> sel4(const std::optional<LoadedElf>& elf, NodeKernel kernel) {
        sel4::Kernel facts;
        facts.origin = kernel.origin;
        const auto config = read_config(facts.config_where);
        if (!elf || !config) return std::nullopt;
        facts.config = *config;
        facts.elf = elf->elf;
        auto compiled = sel4::compiled_in(*elf->bytes, elf->elf, *config);
        if (!compiled) compiled = read_platform(*config);
        if (!compiled) return std::nullopt;
        facts.compiled = std::move(*compiled);
        if (config->loader_info != choice_.takes_loader_info()) {
            report("E560", kernel.origin.where,
                   cat("'", kernel.origin.name, "' takes ", config->loader_info ? "" : "no ",
                       "loader info (ENABLE_MULTIKERNEL_SUPPORT)"),
                   config->loader_info ? "say `protocol: sel4-loader-info`"
                                       : "leave `protocol:` out");
            return std::nullopt;
        }
        if (config->loader_info && !system_.nodes[node_].root) {
            report("E563", kernel.origin.where,
                   cat("node '", plan_.nodes[node_].name,
                       "' has no root task for a kernel that takes loader info: mkl's initialiser "
                       "makes system calls as seL4 16.0.0 numbers them, and such kernels do not"),
                   "give it a root task of its own (`root:`), or a stock kernel");
            return std::nullopt;
        }
        if (!check_kernel(facts, plan_, node_, system_, hardware_, sink_)) return std::nullopt;
        kernel.program = as_it_is(*elf);
        kernel.protocol = config->loader_info ? MKL_PROTOCOL_LOADER_INFO : MKL_PROTOCOL_SEL4;
        kernel.abi = sel4::abi_of(config->architecture, config->hypervisor, config->mcs);
        kernel.offer.domains = config->domains;
        kernel.offer.domain_entries = config->domain_entries;
        kernel.offer.ticks_per_second = config->domain_hz;
        kernel.offer.smc = config->smc;
        kernel.sel4 = std::move(facts);
        return kernel;
    }

    std::optional<sel4::Config> read_config(SourceSpan& where) {
        if (!choice_.config) {
            report("E550", choice_.where,
                   cat("nothing says what '", choice_.elf->value, "' is configured for"),
                   "name its build's gen_config.json: `config: FILE`; a kernel that takes a boot "
                   "record is `protocol: mkl`");
            return std::nullopt;
        }
        where = choice_.config->where;
        const auto text = inputs_.user_text(*choice_.config, "kernel configuration");
        if (!text) return std::nullopt;
        std::string why;
        auto config = sel4::parse_config(*text, why);
        if (!config)
            report("E550", where, cat("'", choice_.config->value, "' is no gen_config.json: ", why),
                   "give gen_config.json (not .yaml, not .h) of this kernel's build");
        return config;
    }

    std::optional<sel4::Compiled> read_platform(const sel4::Config& config) {
        if (!choice_.platform) {
            report("E551", choice_.elf->where,
                   cat("nothing says what RAM '", choice_.elf->value,
                       "' was built for: it has no symbols, and no `platform:` is named"),
                   "name its build's platform_gen.json: `platform: FILE`");
            return std::nullopt;
        }
        const auto text = inputs_.user_text(*choice_.platform, "kernel platform file");
        if (!text) return std::nullopt;
        std::string why;
        auto compiled = sel4::parse_platform(*text, config.device_top, why);
        if (!compiled)
            report("E551", choice_.platform->where,
                   cat("'", choice_.platform->value, "' is no platform_gen.json: ", why),
                   "give platform_gen.json of this kernel's build");
        return compiled;
    }

    const Plan& plan_;
    size_t node_;
    const System& system_;
    const Hardware& hardware_;
    Inputs& inputs_;
    DiagnosticSink& sink_;
    const KernelChoice& choice_;
};

}  // namespace

std::optional<NodeKernel> load_kernel(const Plan& plan, size_t node, const System& system,
                                      const Hardware& hardware, Inputs& inputs,
                                      DiagnosticSink& sink) {
    return KernelLoader{plan, node, system, hardware, inputs, sink}.load();
}

}  // namespace mkl
