// SPDX-License-Identifier: BSD-2-Clause
// Inter-processor interrupts: an id at the receiver and a target at the sender for each signal
// that crosses nodes. A notification is one, a queue or rpc connection one each way. Where a node
// has more incoming ones than interrupts, they share: mkl/abi/capdl.h, doorbells. Where none can
// be raised, the receiver watches the doorbells' words.
#include <algorithm>
#include <map>
#include <set>

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

/// One signal that crosses nodes.
struct Crossing {
    size_t connection = 0, from = 0, to = 0;
    bool back = false;
};

/// An unmodified seL4 16.0.0 puts Aff3 of a GICv3 target where Aff2 belongs (measured): what it
/// sends to a CPU that has one goes elsewhere.
bool misses(const Context& c, size_t from, size_t to) {
    return c.hardware.controller.type == InterruptControllerType::gicv3 &&
           c.system.nodes[from].kernel.is_sel4() && c.plan.nodes[to].hwid.value >> 32 != 0;
}

/// No interrupt can say it. An unmodified seL4 for RISC-V can neither raise one at another hart nor
/// take one; and firmware may keep them all (`sgis: []`).
bool is_polled(const Context& c, const Crossing& s) {
    if (c.system.board.sgis && c.system.board.sgis->value.empty()) return true;
    if (misses(c, s.from, s.to) || misses(c, s.to, s.from)) return true;
    return c.hardware.architecture == Architecture::riscv64 &&
           (c.system.nodes[s.from].kernel.is_sel4() || c.system.nodes[s.to].kernel.is_sel4());
}

std::vector<Crossing> crossings(const Context& c) {
    std::vector<Crossing> out;
    for (size_t i = 0; i < c.system.connections.size(); i++) {
        const ConnectionRequest& r = c.system.connections[i];
        const std::optional<size_t> from = node_of(c.system, r.from), to = node_of(c.system, r.to);
        if (r.type == ConnectionType::shared_data || !from || !to || *from == *to) continue;
        out.push_back({i, *from, *to, false});
        if (signals_back(r)) out.push_back({i, *to, *from, true});
    }
    return out;
}

/// The signals into one node. One id each while they last; else the last ids, one for each sender,
/// are doorbells: a sender's signals that find no id of their own count up words of its page.
/// RISC-V has one inter-processor interrupt and no ids: all senders share it. Signals between two
/// nodes are either all polled or none.
class Receiver {
public:
    Receiver(Context& c, size_t node, std::vector<Crossing> signals, std::vector<uint32_t> ids)
        : c_{c}, node_{node}, signals_{std::move(signals)}, ids_{std::move(ids)} {}

    /// False if a sender is left without a doorbell, which was reported.
    bool plan() {
        std::set<size_t> senders;
        for (const Crossing& s : signals_) senders.insert(s.from);
        const bool no_ids = c_.hardware.architecture == Architecture::riscv64 || ids_.empty();
        const bool shares = no_ids || signals_.size() > ids_.size();
        if (!no_ids && shares && senders.size() > ids_.size()) {
            report_too_many(cat(ids_.size(), " interrupts, one for each sender at least"));
            return false;
        }
        const size_t own = no_ids ? 0 : shares ? ids_.size() - senders.size() : ids_.size();
        for (const Crossing& s : signals_) {
            if (next_ < own) {
                add(s, ids_[next_++], std::nullopt);
                continue;
            }
            const auto rank =
                static_cast<size_t>(std::distance(senders.begin(), senders.find(s.from)));
            uint32_t& words = words_[s.from];
            if (words == 0) add_page(s);
            if (words == most_words) {
                report_too_many(cat(own, " interrupts of their own, and more than ", most_words,
                                    " that share one come from node '", c_.plan.nodes[s.from].name,
                                    "'"));
                return false;
            }
            add(s, no_ids ? std::nullopt : std::optional{ids_[own + rank]}, words++);
        }
        return true;
    }

private:
    void add(const Crossing& s, std::optional<uint32_t> id, std::optional<uint32_t> word) {
        const bool polled = is_polled(c_, s);
        SgiReceive in;
        in.id = id;
        in.from = s.from;
        in.connection = s.connection;
        in.back = s.back;
        in.polled = polled;
        if (word) in.mux = {*word, 0};
        SgiSend out;
        out.id = id.value_or(0);
        if (!polled) out.target = target_of(c_.hardware, c_.plan.nodes[node_]);
        out.to = node_;
        out.connection = s.connection;
        out.back = s.back;
        out.word = word;
        out.polled = polled;
        c_.plan.nodes[s.from].sends.push_back(out);
        c_.plan.nodes[node_].receives.push_back(in);
    }

    /// Written by the sender's components, read by the receiver's root task.
    void add_page(const Crossing& s) {
        PlanPool page;
        page.name = cat("doorbell-", c_.plan.nodes[s.from].name, "-", c_.plan.nodes[node_].name);
        page.nodes = {
            {s.from, Rights::read_write},
            {node_,  Rights::read_only }
        };
        std::sort(page.nodes.begin(), page.nodes.end());
        page.automatic = true;
        page.doorbell = {s.from, node_};
        page.range = PhysRange::between(PhysAddr{0}, PhysAddr{page_bytes});
        page.slices.push_back({s.connection, {}, {}});  // whom to name if there is no room for it
        c_.plan.pools.push_back(std::move(page));
    }

    void report_too_many(std::string over) {
        const ConnectionRequest& r = c_.system.connections[signals_.back().connection];
        Diagnostic d{.id = "E307",
                     .where = r.where,
                     .message =
                         cat("node '", c_.plan.nodes[node_].name, "' receives ", signals_.size(),
                             " signals, '", r.name.value, "' the last of them, over ", over),
                     .hint = "let one notification stand for several events"};
        if (c_.system.board.sgis) d.notes.push_back({c_.system.board.sgis->where, "allowed here"});
        c_.sink.report(std::move(d));
    }

    static constexpr uint32_t most_words = page_bytes / sizeof(uint64_t);  ///< of a doorbell page

    Context& c_;
    size_t node_;
    std::vector<Crossing> signals_;
    std::vector<uint32_t> ids_;
    size_t next_ = 0;
    std::map<size_t, uint32_t> words_;  // by sender
};

}  // namespace

bool plan_signals(Context& c) {
    const std::vector<Crossing> all = crossings(c);
    bool fits = true;
    for (size_t node = 0; node < c.plan.nodes.size(); node++) {
        std::vector<Crossing> here;
        for (const Crossing& s : all)
            if (s.to == node) here.push_back(s);
        fits &= Receiver{c, node, std::move(here), usable_ids(c)}.plan();
    }
    // Of each node in the order of the connections, not of the receivers.
    for (PlanNode& n : c.plan.nodes)
        std::stable_sort(n.sends.begin(), n.sends.end(), [](const SgiSend& a, const SgiSend& b) {
            return a.connection < b.connection;
        });
    return fits;
}

}  // namespace mkl::placement
