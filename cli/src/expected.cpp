// SPDX-License-Identifier: BSD-2-Clause
// The plan in the plain values that verify compares an image with.
#include "mkl/abi/boot_record.h"
#include "mkl/capdl/spec.hpp"
#include "mkl/image/image.hpp"
#include "mkl/support/text.hpp"
#include "pipeline.hpp"

namespace mkl::cli {

Expected expected_of(const Plan& plan, const System& system, const Hardware& hardware) {
    Expected out;
    out.arch = info(plan.architecture).abi_number;
    for (size_t i = 0; i < plan.nodes.size(); i++) {
        const PlanNode& n = plan.nodes[i];
        ExpectedNode e;
        e.name = n.name;
        e.hwid = n.hwid.value;
        e.memory = n.memory;
        e.device_pages = n.device_pages;
        for (const Irq& irq : n.interrupts)
            e.interrupts.emplace_back(irq.id, irq.trigger == Trigger::edge ? MKL_TRIGGER_EDGE
                                                                           : MKL_TRIGGER_LEVEL);
        for (const SgiSend& s : n.sends)
            if (!s.polled) e.sends.emplace_back(s.id, s.target);
        for (const PlanFile& f : n.files)
            e.files.push_back({cat(n.name, "/files/", system.files[f.file].name.value), f.range});
        for (const PlanAuthority& a : n.authority) {
            const auto type = static_cast<uint32_t>(capdl::type_of(a.kind));
            if (a.pages.empty()) e.authority.emplace_back(type, 0);
            for (const PhysRange p : a.pages) e.authority.emplace_back(type, p.base().value);
        }
        if (plan.keeper == InterruptKeeper::steward) e.enabled = n.used_interrupts;
        e.start_timeout_ms = system.nodes[i].start_limit();
        e.last = plan.last == i;
        out.nodes.push_back(std::move(e));
    }
    for (const PlanPool& p : plan.pools) {
        ExpectedPool pool{p.name, p.range, {}};
        for (const auto& [node, rights] : p.nodes)
            pool.nodes.emplace_back(node, rights == Rights::read_write
                                              ? MKL_RIGHT_READ | MKL_RIGHT_WRITE
                                              : MKL_RIGHT_READ);
        out.pools.push_back(std::move(pool));
    }
    out.loader = plan.loader;
    out.status = plan.status;
    if (plan.steward) out.steward = hardware.cpus[*plan.steward].hwid.value;
    return out;
}

void expect_loader(Expected& expected, Architecture architecture, SharedBytes loader) {
    if (!loader || !loader_params(architecture, *loader)) return;
    expected.loader_with = [architecture,
                            loader = std::move(loader)](const mkl_loader_params& params) {
        return loader_with(architecture, *loader, params);
    };
}

}  // namespace mkl::cli
