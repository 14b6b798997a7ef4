// SPDX-License-Identifier: BSD-2-Clause
// Whether the built-in kernel can tell a node's root task of all that the node owns.
#include <algorithm>

#include "mkl/claims/claims.hpp"
#include "mkl/model/untypeds.hpp"
#include "mkl/support/text.hpp"
#include "steps.hpp"

namespace mkl::placement {

namespace {

/// Kernel, tree, boot record and root image at the base of the first range, the root task's objects
/// at the top of the last: about so much, since plans do not depend on the size of any ELF.
constexpr uint64_t about_used = uint64_t{4} << 20;

std::vector<PhysRange> device_ranges(const Plan& plan, size_t index) {
    const PlanNode& node = plan.nodes[index];
    std::vector<PhysRange> out = node.device_pages;
    for (const PlanFile& f : node.files) out.push_back(f.range);
    for (const PhysRange r : plan.common_ram(index)) out.push_back(r);
    return out;
}

}  // namespace

void check_untypeds(Context& c) {
    UntypedRules rules;
    if (c.plan.architecture == Architecture::riscv64) rules.max_bits = riscv64_max_untyped_bits;
    for (size_t i = 0; i < c.plan.nodes.size(); i++) {
        const PlanNode& node = c.plan.nodes[i];
        const bool builtin = c.system.nodes[i].kernel.kind != KernelKind::elf;
        if (!builtin || node.memory.empty()) continue;  // another kernel: image checks what it has
        std::vector<PhysRange> ram = node.kernel_ram();
        const PhysRange first = ram.front();
        const uint64_t used = std::min(about_used, first.size_bytes());
        ram.front() = PhysRange::between(PhysAddr{first.base().value + used}, first.end());
        const std::vector<PhysRange> devices = device_ranges(c.plan, i);
        const UntypedCount count = count_untypeds(devices, ram, rules);
        if (count.lost.empty()) continue;
        c.sink.report(
            {.id = "E311",
             .where = c.system.nodes[i].where,
             .message = cat("node '", node.name, "' needs ", count.device,
                            " untypeds for its device pages and pools and ", count.ram,
                            " for its RAM; the kernel lists ", rules.limit, ", so ",
                            count.lost_bytes() >> 10, " KiB would be lost, from ",
                            hex(count.lost.front().base()), " on"),
             .hint = cat("its devices are ", node.device_pages.size(),
                         " separate ranges of pages: claim fewer, or neighbouring ones")});
    }
}

}  // namespace mkl::placement
