// SPDX-License-Identifier: BSD-2-Clause
// Inter-processor interrupts: an id at the receiver and a target at the sender for each
// notification that crosses nodes, and one each way for queues and rpc.
#include <algorithm>
#include <map>

#include "mkl/claims/claims.hpp"
#include "mkl/support/text.hpp"
#include "steps.hpp"

namespace mkl::placement {

namespace {

/// mkl/abi/boot_record.h, mkl_rec_sgi_send.
uint64_t target_of(const Hardware& hardware, const PlanNode& node) {
    switch (hardware.controller.type) {
    case InterruptControllerType::gicv2:
        return node.cpu_number;
    case InterruptControllerType::gicv3:
        // MPIDR_EL1 has Aff3 in bits 39:32 (Arm DDI 0487, D17.2.101); packed: in bits 31:24.
        return (node.hwid.value >> 8 & 0xff000000) | (node.hwid.value & 0x00ffffff);
    default:
        return node.hwid.value;
    }
}

std::vector<uint32_t> usable_ids(const Context& c) {
    if (c.system.board.sgis) return c.system.board.sgis->value;
    std::vector<uint32_t> ids;
    for (uint32_t i = 0; i < info(c.hardware.architecture).sgi_count; i++) ids.push_back(i);
    return ids;
}

void report_too_many(Context& c, size_t connection, size_t to, size_t limit) {
    const ConnectionRequest& r = c.system.connections[connection];
    Diagnostic d{.id = "E307",
                 .where = r.where,
                 .message = cat("connection '", r.name.value, "' would be signal number ",
                                limit + 1, " to node '", c.plan.nodes[to].name, "'; ", limit,
                                " interrupts are there to tell them apart"),
                 .hint = "let one notification stand for several events"};
    if (c.system.board.sgis) d.notes.push_back({c.system.board.sgis->where, "allowed here"});
    c.sink.report(std::move(d));
}

}  // namespace

namespace {

/// One signal from a node to another.
struct Edge {
    size_t from, to, connection;
};

/// Notifications have one, queues and rpc one each way: there is data, there is room.
std::vector<Edge> edges_of(const System& system) {
    std::vector<Edge> out;
    for (size_t i = 0; i < system.connections.size(); i++) {
        const ConnectionRequest& r = system.connections[i];
        const std::optional<size_t> from = node_of(system, r.from), to = node_of(system, r.to);
        if (r.type == ConnectionType::shared_data || !from || !to || *from == *to) continue;
        out.push_back({*from, *to, i});
        if (r.type != ConnectionType::notification) out.push_back({*to, *from, i});
    }
    return out;
}

}  // namespace

bool plan_signals(Context& c) {
    const std::vector<uint32_t> ids = usable_ids(c);
    const bool one_only = c.hardware.architecture == Architecture::riscv64;
    std::map<std::pair<size_t, size_t>, uint32_t> bits;  // of (from, to), RISC-V
    bool fits = true;
    for (const Edge& e : edges_of(c.system)) {
        PlanNode &sender = c.plan.nodes[e.from], &receiver = c.plan.nodes[e.to];
        SgiReceive in{
            .id = std::nullopt, .from = e.from, .connection = e.connection, .mux = std::nullopt};
        if (one_only) {
            in.mux = {static_cast<uint32_t>(e.from), bits[{e.from, e.to}]++};
        } else if (receiver.receives.size() < ids.size()) {
            in.id = ids[receiver.receives.size()];
        } else {
            report_too_many(c, e.connection, e.to, ids.size());
            fits = false;
            continue;
        }
        sender.sends.push_back(
            {in.id.value_or(0), target_of(c.hardware, receiver), e.to, e.connection});
        receiver.receives.push_back(in);
    }
    return fits;
}

}  // namespace mkl::placement
