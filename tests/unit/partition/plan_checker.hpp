// SPDX-License-Identifier: BSD-2-Clause
// Proves a plan by brute force: an owner for every page of RAM, one at a time. Shares nothing with
// the solver but the model.
#pragma once

#include <algorithm>
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
        check_files();
        check_pools();
        check_infrastructure();
        check_signals();
        return wrong_;
    }

private:
    static constexpr uint64_t page = 4096;
    static constexpr uint16_t not_ram = 0, free = 1;

    void expect(bool holds, const std::string& what) {
        if (!holds && wrong_.empty()) wrong_ = what;
    }

    /// Pages from the lowest to the highest byte of RAM.
    void list_ram() {
        uint64_t end = 0;
        for (const RamRange& r : hardware_.ram) {
            first_ = std::min(first_, r.range.base().value);
            end = std::max(end, r.range.end().value);
        }
        pages_.assign((end - first_) / page, not_ram);
        for (const RamRange& r : hardware_.ram) mark(r.range, free);
        for (const ReservedRange& r : hardware_.reserved) mark(r.range, not_ram);
    }

    /// Sets every page that `r` touches.
    void mark(PhysRange r, uint16_t value) {
        for (uint64_t a = r.base().value / page * page; a < r.end().value; a += page)
            if (a >= first_ && a - first_ < pages_.size() * page)
                pages_[(a - first_) / page] = value;
    }

    uint16_t at(uint64_t address) const {
        const bool inside = address >= first_ && address - first_ < pages_.size() * page;
        return inside ? pages_[(address - first_) / page] : not_ram;
    }
    std::string who(uint64_t address) const {
        const uint16_t owner = at(address);
        return owner == not_ram ? "not RAM" : owner == free ? "in no list" : names_[owner - 2];
    }

    void claim(PhysRange r, const std::string& name) {
        expect(r.base().value % page == 0 && r.end().value % page == 0, name + " not whole pages");
        names_.push_back(name);
        for (uint64_t a = r.base().value; a < r.end().value; a += page) {
            if (at(a) != free) expect(false, name + " has a page that is " + who(a));
            if (at(a) == free)
                pages_[(a - first_) / page] = static_cast<uint16_t>(names_.size() + 1);
        }
    }

    void colour_pages() {
        list_ram();
        for (const PlanNode& n : plan_.nodes) {
            for (const PhysRange r : n.memory) claim(r, "node " + n.name);
            if (n.log) claim(*n.log, "log of " + n.name);
            claim(n.status, "status of " + n.name);
        }
        for (const PlanPool& p : plan_.pools) claim(p.range, "pool " + p.name);
        claim(plan_.loader, "loader");
        for (const PhysRange r : plan_.unassigned) claim(r, "nobody");
        for (const uint16_t owner : pages_) expect(owner != free, "a page of RAM is in no list");
    }

    void check_requests() {
        expect(plan_.nodes.size() == system_.nodes.size(), "nodes missing");
        for (size_t i = 0; i < plan_.nodes.size(); i++) {
            uint64_t asked = 0, got = 0;
            const std::string name = "node " + plan_.nodes[i].name;
            for (const MemoryRequest& m : system_.nodes[i].memory) {
                asked += m.size.value;
                if (!m.base) continue;
                for (uint64_t a = m.base->value; a < m.base->value + m.size.value; a += page)
                    expect(who(a) == name, "fixed memory moved");
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

    /// Each file is there once, in memory of its node, on pages that nothing else has: not the
    /// kernel, which starts in the lowest 2 MiB, and no other file.
    void check_files() {
        std::vector<int> places(system_.files.size());
        std::set<uint64_t> used;
        for (const PlanNode& n : plan_.nodes)
            for (const PlanFile& f : n.files) {
                const FileRequest& asked = system_.files[f.file];
                const std::string name = "file " + asked.name.value;
                const uint64_t base = f.range.base().value, end = f.range.end().value;
                places[f.file]++;
                expect(asked.node.value == n.name, name + " in another node");
                expect(base % page == 0 && end % page == 0, name + " not whole pages");
                expect(end - base >= asked.bytes.value_or(0), name + " too small");
                expect(!asked.size || end - base == asked.size->value, name + " not its size");
                expect(!asked.base || base == asked.base->value, name + " moved");
                const PlacementLimits& l = asked.limits;
                expect(!l.above || base >= l.above->value, name + " too low");
                expect(!l.below || end <= l.below->value, name + " too high");
                expect(!l.align || base % l.align->value == 0, name + " not aligned");
                expect(base >= n.memory.front().base().value + 0x200000, name + " on the kernel");
                const uint16_t owner = at(base);
                expect(who(base) == "node " + n.name, name + " is in " + who(base));
                for (uint64_t a = base; a < end; a += page)
                    if (at(a) != owner || !used.insert(a).second)
                        expect(false, name + " has a page of something else");
            }
        for (const int n : places) expect(n == 1, "a file is not there once");
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
                    to = to || (node == node_of(c.to) && (c.type == ConnectionType::shared_data ||
                                                          rights == Rights::read_write));
                }
                expect(from && to, "slice in a pool that does not serve");
            }
        }
        for (size_t i = 0; i < system_.connections.size(); i++) {
            const ConnectionRequest& c = system_.connections[i];
            const bool crosses =
                c.type != ConnectionType::notification && node_of(c.from) != node_of(c.to);
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
    uint64_t first_ = UINT64_MAX;
    std::vector<uint16_t> pages_;  ///< not_ram, free, or 2 + index in names_
    std::vector<std::string> names_;
    std::string wrong_;
};

}  // namespace mkl::test
