// SPDX-License-Identifier: BSD-2-Clause
// Proves a plan by brute force: an owner for every page of RAM, one at a time. Shares nothing with
// the solver but the model.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "mkl/model/plan.hpp"

namespace mkl::test {

/// "" if the plan keeps every promise of docs/partitioning.md, else the first that it breaks.
class PlanChecker {
public:
    PlanChecker(const Plan& plan, const System& system, const Hardware& hardware)
        : plan_{plan}, system_{system}, hardware_{hardware} {}

    std::string check() {
        colour_pages();
        check_requests();
        check_pools();
        check_infrastructure();
        check_signals();
        return wrong_;
    }

private:
    static constexpr uint64_t page = 4096;

    void expect(bool holds, const std::string& what) {
        if (!holds && wrong_.empty()) wrong_ = what;
    }

    bool is_ram(uint64_t address) const {
        bool ram = false;
        for (const RamRange& r : hardware_.ram)
            ram = ram || (r.range.base().value <= address && address < r.range.end().value);
        for (const ReservedRange& r : hardware_.reserved)
            ram = ram && !(r.range.base().value < address + page && address < r.range.end().value);
        return ram;
    }

    void claim(PhysRange r, const std::string& who) {
        expect(r.base().value % page == 0 && r.end().value % page == 0, who + " not whole pages");
        for (uint64_t a = r.base().value; a < r.end().value; a += page) {
            expect(is_ram(a), who + " has a page that is not RAM");
            expect(owner_.emplace(a, who).second, who + " has a page of " + owner_[a]);
        }
    }

    void colour_pages() {
        for (const PlanNode& n : plan_.nodes) {
            for (const PhysRange r : n.memory) claim(r, "node " + n.name);
            if (n.log) claim(*n.log, "log of " + n.name);
            claim(n.status, "status of " + n.name);
        }
        for (const PlanPool& p : plan_.pools) claim(p.range, "pool " + p.name);
        claim(plan_.loader, "loader");
        for (const PhysRange r : plan_.unassigned) claim(r, "nobody");
        for (const RamRange& r : hardware_.ram)
            for (uint64_t a = r.range.base().value; a < r.range.end().value; a += page)
                expect(!is_ram(a) || owner_.contains(a), "a page of RAM is in no list");
    }

    void check_requests() {
        expect(plan_.nodes.size() == system_.nodes.size(), "nodes missing");
        for (size_t i = 0; i < plan_.nodes.size(); i++) {
            uint64_t asked = 0, got = 0;
            for (const MemoryRequest& m : system_.nodes[i].memory) {
                asked += m.size.value;
                if (!m.base) continue;
                for (uint64_t a = m.base->value; a < m.base->value + m.size.value; a += page)
                    expect(owner_[a] == "node " + plan_.nodes[i].name, "fixed memory moved");
            }
            for (const PhysRange r : plan_.nodes[i].memory) {
                got += r.size_bytes();
                expect(r.base().value % 0x200000 == 0, "node memory not at 2 MiB");
            }
            expect(asked == got, plan_.nodes[i].name + " got another size");
        }
        for (size_t i = 0; i < system_.shared.size(); i++) {
            const PoolRequest& asked = system_.shared[i];
            expect(plan_.pools[i].range.size_bytes() == asked.size.value, "pool size");
            if (asked.base)
                expect(plan_.pools[i].range.base().value == asked.base->value, "pool moved");
        }
    }

    size_t node_of(const EndName& end) const {
        for (const ComponentRequest& c : system_.components)
            if (c.name.value == end.owner)
                for (size_t i = 0; i < system_.nodes.size(); i++)
                    if (system_.nodes[i].name.value == c.node.value) return i;
        return SIZE_MAX;
    }

    void check_pools() {
        std::map<size_t, int> slices;
        for (const PlanPool& pool : plan_.pools) {
            std::set<uint64_t> used;
            for (const PoolSlice& s : pool.slices) {
                slices[s.connection]++;
                expect(pool.range.base() <= s.range.base() && s.range.end() <= pool.range.end(),
                       "slice outside its pool");
                expect(s.range.size_bytes() >= system_.connections[s.connection].size,
                       "slice too small");
                for (uint64_t a = s.range.base().value; a < s.range.end().value; a += page)
                    expect(used.insert(a).second, "slices overlap");
                const ConnectionRequest& c = system_.connections[s.connection];
                bool from = false, to = false;
                for (const auto& [node, rights] : pool.nodes) {
                    from = from || (node == node_of(c.from) && rights == Rights::read_write);
                    to = to || node == node_of(c.to);
                }
                expect(from && to, "slice in a pool that does not serve");
            }
        }
        for (size_t i = 0; i < system_.connections.size(); i++) {
            const ConnectionRequest& c = system_.connections[i];
            const bool crosses =
                c.type == ConnectionType::shared_data && node_of(c.from) != node_of(c.to);
            expect(slices[i] == (crosses ? 1 : 0), "connection without its slice");
        }
    }

    void check_infrastructure() {
        expect(plan_.loader.base().value % 0x200000 == 0, "loader not at 2 MiB");
        expect(plan_.loader.size_bytes() >= 0x400000, "loader below 4 MiB");
        for (size_t i = 0; i < plan_.nodes.size(); i++) {
            expect(plan_.nodes[i].status.base().value == plan_.status.base().value + page * i,
                   "status pages not in node order");
            expect(plan_.nodes[i].log.has_value() == !plan_.nodes[i].console.has_value(),
                   "log ring with a console, or neither");
            if (plan_.nodes[i].log)
                expect(plan_.nodes[i].log->size_bytes() == 0x10000, "log ring size");
        }
    }

    void check_signals() {
        for (const PlanNode& n : plan_.nodes) {
            std::set<uint32_t> ids;
            for (const SgiReceive& r : n.receives) {
                expect(r.id && *r.id < 16 && ids.insert(*r.id).second, "SGI id twice");
                size_t senders = 0;
                for (const PlanNode& m : plan_.nodes)
                    for (const SgiSend& s : m.sends)
                        if (&plan_.nodes[s.to] == &n && s.id == *r.id) {
                            senders++;
                            expect(s.target == n.hwid.value, "SGI to another CPU");
                            expect(&m == &plan_.nodes[r.from], "SGI from another node");
                        }
                expect(senders == 1, "SGI without its sender");
            }
        }
    }

    const Plan& plan_;
    const System& system_;
    const Hardware& hardware_;
    std::map<uint64_t, std::string> owner_;
    std::string wrong_;
};

}  // namespace mkl::test
