// SPDX-License-Identifier: BSD-2-Clause
// The guarantee table of a node: for each kind of resource, who keeps the node to its part. One
// table of sentences for each kind of kernel; nothing here decides anything.
// Reasons and measurements: docs/partitioning.md, "Who enforces what".
#include <algorithm>
#include <array>

#include "mkl/abi/capdl.h"
#include "mkl/claims/claims.hpp"
#include "mkl/support/join.hpp"
#include "mkl/support/text.hpp"
#include "steps.hpp"

namespace mkl::placement {

namespace {

struct Row {
    std::string_view resource;
    Enforcer by;
    std::string_view text;
};

// Protocol `mkl`: a kernel that takes its partition from the boot record.
constexpr auto record_kernel = std::to_array<Row>({
    {"ram",           Enforcer::kernel,
     "It makes untypeds of the RAM in its boot record only, and maps no other for itself."},
    {"registers",     Enforcer::kernel,
     "Device untypeds are the pages in its boot record, the interrupt controller's never among "
     "them."                                                                              },
    {"shared memory", Enforcer::kernel,
     "Pools of which the node is a member, with its right: frames of a read-only one carry no "
     "write right."                                                                       },
    {"interrupts",    Enforcer::kernel,
     "IRQControl refuses lines that are not in the boot record, and no register of another's line "
     "is written. Route and trigger were written once, by the loader."                    },
    {"signals",       Enforcer::kernel,
     "IRQControl refuses ids to take, and pairs of id and target to send, that are not in the boot "
     "record."                                                                            },
});

// seL4: unmodified, it knows its RAM from its build; or the loader tells it. Nothing of other
// nodes.
constexpr std::string_view stock_ram = "Normal untypeds are the RAM it was built for, which mkl "
                                       "compares with the plan. It maps the low "
                                       "255 GiB writable for itself.";
constexpr std::string_view told_ram =
    "Normal untypeds are the RAM in its loader info page. Device untypeds leave out all RAM that "
    "the "
    "page reserves: other nodes', the loader's, pools of others. It maps low memory writable for "
    "itself.";

constexpr Row any_signals{"signals", Enforcer::nobody,
                          "Its IRQControl may send any id to any CPU."};
constexpr Row no_signals{"signals", Enforcer::kernel,
                         "It can raise no interrupt at another hart, and takes none."};

const Row& sel4_signals(const Context& c) {
    return c.hardware.architecture == Architecture::riscv64 ? no_signals : any_signals;
}

std::string console_text(const Plan& plan, const PlanNode& node) {
    if (node.console) return "It writes to its own UART.";
    for (const PlanNode& other : plan.nodes)
        if (other.prints_logs)
            return cat("It writes to its log ring, which ", other.name, " prints.");
    return "It writes to its log ring, which nobody prints: no node with a UART has mkl's root "
           "task.";
}

std::string firmware_text(const Plan& plan, size_t index) {
    std::vector<std::string> calls;
    for (const FirmwareService& f : plan.firmware)
        if (std::find(f.callers.begin(), f.callers.end(), index) != f.callers.end())
            calls.push_back(cat(f.kind, " (", f.path, ")"));
    return cat("Firmware answers whatever kernel calls it, for every CPU. The node's tree names ",
               join_or("no service", calls), ".");
}

std::string dma_text(const Plan& plan, size_t index, Enforcer& by) {
    size_t open = 0, behind = 0;
    for (const BusMaster& m : plan.bus_masters) {
        if (m.node != index) continue;
        (m.iommu.empty() ? open : behind)++;
    }
    by = open + behind == 0 ? Enforcer::hardware : Enforcer::nobody;
    if (open + behind == 0) return "It owns no device that can master the bus.";
    return cat("Of its devices ", open, " can master the bus with no IOMMU before them, ", behind,
               " stand behind one, which mkl does not program. See the DMA report.");
}

void add_common(const Context& c, size_t index, std::vector<Guarantee>& out) {
    const PlanNode& node = c.plan.nodes[index];
    if (!node.files.empty())
        out.push_back({"files", Enforcer::loader,
                       "The loader compares each with its SHA-256 and copies it. The kernel has "
                       "no untyped over them but device ones, so nothing zeroes them."});
    out.push_back({"cpu", Enforcer::loader,
                   cat("The loader starts CPU ", node.cpu_index,
                       " for it and stops all that no node has. A kernel that calls firmware could "
                       "start or stop another.")});
    out.push_back({"console", Enforcer::kernel, console_text(c.plan, node)});
    out.push_back({"firmware", Enforcer::nobody, firmware_text(c.plan, index)});
    Enforcer by = Enforcer::nobody;
    std::string dma = dma_text(c.plan, index, by);
    out.push_back({"dma", by, std::move(dma)});
    out.push_back({"caches and time", Enforcer::nobody,
                   "Last-level cache, memory bandwidth and bus are everybody's; what one node does "
                   "with them another can measure."});
}

std::string ready_text(const Context& c, const NodeRequest& request) {
    std::string text{request.root
                         ? "mkl's root shim says so before its root task runs; signals until that "
                           "has handlers are kept by the controller."
                         : "It says so once its interrupt handlers stand; nobody signals it "
                           "before."};
    if (request.peer_limit() == 0) return text;
    text += cat(" Silent for ", request.peer_limit(), " ms, it counts as up");
    const auto& nodes = c.system.nodes;
    if (std::any_of(nodes.begin(), nodes.end(),
                    [](const NodeRequest& n) { return n.kernel.is_sel4(); }))
        text += "; to nodes whose kernel lets nobody tell time, only if a CPU stays in the loader";
    return text + ".";
}

/// What the YAML acknowledges: nobody keeps these components from it.
void add_authority(const Context& c, size_t index, std::vector<Guarantee>& out) {
    const bool stock = c.system.nodes[index].kernel.is_sel4();
    for (const PlanAuthority& a : c.plan.nodes[index].authority) {
        const ComponentRequest& component = c.system.components[a.component];
        const ComponentCap& cap = component.caps[a.cap];
        out.push_back({"authority", Enforcer::nobody,
                       cat("Component '", component.name.value, "' holds ", to_text(cap.kind), ": ",
                           authority_text(cap.kind, stock),
                           ". Acknowledged: ", cap.why ? cap.why->value : "", ".")});
    }
}

/// Words in shared memory in place of interrupts, where a node has such signals; else nothing.
std::string polled_text(const Context& c, size_t index) {
    const PlanNode& node = c.plan.nodes[index];
    const auto polled = [](const auto& signal) { return signal.polled; };
    const auto in = std::count_if(node.receives.begin(), node.receives.end(), polled);
    const auto out = std::count_if(node.sends.begin(), node.sends.end(), polled);
    if (in + out == 0) return "";
    std::string text =
        cat(" Polled: ", in, " in, ", out, " out; a sender counts up a word of its doorbell page.");
    if (in == 0) return text;
    return text + (c.system.nodes[index].root
                       ? " Its root task must watch those of the others."
                       : cat(" Its root task watches those of the others: under MCS every ",
                             MKL_POLL_PERIOD_US,
                             " microseconds, else whenever no component of the node wants to run, "
                             "with no other bound."));
}

/// A row as it is for this node: who repairs shared interrupts, which signals are polled.
Guarantee guarantee_of(const Context& c, size_t index, const Row& row) {
    const bool repaired =
        c.plan.keeper == InterruptKeeper::steward || c.plan.keeper == InterruptKeeper::last;
    if (repaired && row.resource == "interrupts") return keeper_guarantee(c, index);
    std::string text{row.text};
    if (row.resource == "signals") text += polled_text(c, index);
    return {row.resource, row.by, std::move(text)};
}

}  // namespace

void write_guarantees(Context& c) {
    for (size_t i = 0; i < c.plan.nodes.size(); i++) {
        const NodeRequest& request = c.system.nodes[i];
        std::vector<Guarantee>& out = c.plan.nodes[i].guarantees;
        if (!request.kernel.is_sel4()) {
            for (const Row& r : record_kernel) out.push_back(guarantee_of(c, i, r));
        } else {
            const bool foreign = request.root.has_value();
            out.push_back({"ram", Enforcer::kernel,
                           std::string{request.kernel.is_stock_sel4() ? stock_ram : told_ram}});
            // It hands every address that is not its RAM to its root task.
            out.push_back({"registers", Enforcer::initialiser,
                           foreign ? "mkl's root shim deletes every device untyped that is not the "
                                     "node's before the root task starts."
                                   : "mkl's initialiser holds the device untypeds, gives out the "
                                     "node's pages only, and withholds the rest."});
            out.push_back({"shared memory", Enforcer::initialiser,
                           foreign ? "As registers; whether to write is its root task's affair."
                                   : "mkl's initialiser maps the pools of which the node is a "
                                     "member, with its right."});
            out.push_back(keeper_guarantee(c, i));
            out.push_back(guarantee_of(c, i, sel4_signals(c)));
        }
        out.push_back({"ready", Enforcer::initialiser, ready_text(c, request)});
        add_authority(c, i, out);
        add_common(c, i, out);
    }
}

}  // namespace mkl::placement
