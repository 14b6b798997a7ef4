// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/capdl/build.hpp"

#include <algorithm>
#include <list>
#include <set>

#include "component.hpp"
#include "mkl/support/text.hpp"
#include "wiring.hpp"

namespace mkl::capdl {

namespace {

class NodeBuilder {
public:
    NodeBuilder(const Plan& plan, size_t node, const System& system, const Hardware& hardware,
                const NodeImages& images, DiagnosticSink& sink)
        : plan_{plan}, node_{node}, system_{system}, hardware_{hardware}, images_{images},
          sink_{sink} {
        spec_.architecture = plan.architecture;
        spec_.abi = images.abi;
        spec_.node_id = static_cast<uint32_t>(node);
        spec_.node = plan.nodes[node].name;
    }

    std::optional<Spec> build() {
        const size_t errors = sink_.error_count();
        make_components();
        Wiring wiring{plan_, node_, system_, hardware_, images_.offer, spec_, components_, sink_};
        wiring.connect_all();
        wiring.add_devices();
        wiring.add_authority();
        add_logs_and_peers(wiring.peers());
        for (Component& c : components_) c.finish();
        if (sink_.error_count() != errors) return std::nullopt;
        sort_objects(spec_);
        if (!check_spec(spec_, system_.nodes[node_].where, sink_)) return std::nullopt;
        return std::move(spec_);
    }

private:
    void make_components() {
        if (images_.components.empty() || !memory_suffices()) return;
        const ObjectId console = add_object(spec_, Type::notification, "console");
        spec_.console_notification = console;
        const ObjectId fault = add_object(spec_, Type::endpoint, "fault");
        spec_.fault_endpoint = fault;
        const ObjectId stub = add_object(spec_, Type::frame, "stub", 12);
        spec_.objects[stub].fills.push_back(
            {0, std::min<uint64_t>(images_.stub->size(), small_page), images_.stub, 0, "stub.bin"});
        constexpr size_t max_consoles = 63;
        for (const ComponentImage& image : images_.components) {
            const ComponentRequest& request = system_.components[image.component];
            if (components_.size() == max_consoles) {
                report("E525", request.where,
                       cat("node '", spec_.node, "' has more than ", max_consoles, " components"),
                       "move some to another node");
                return;
            }
            const NodeObjects objects{stub, console, fault, components_.size()};
            components_.emplace_back(spec_, request, image, objects, sink_);
        }
    }

    /// Program, stack and heap of all components against the node's RAM: before frames are made
    /// one by one, so that an absurd size ends here.
    bool memory_suffices() {
        uint64_t available = 0;
        for (const PhysRange& r : plan_.nodes[node_].kernel_ram()) available += r.size_bytes();
        uint64_t left = available;
        for (const ComponentImage& image : images_.components) {
            const ComponentRequest& request = system_.components[image.component];
            uint64_t need = request.heap;
            const auto add = [&](uint64_t more) {
                need = more > UINT64_MAX - need ? UINT64_MAX : need + more;
            };
            add(request.stack.value);
            for (const ElfSegment& s : image.elf.segments) add(s.memory_size);
            if (need > left) {
                report("E529", request.where,
                       cat("component '", request.name.value, "' needs ", size_text(need),
                           " for program, stack and heap; of ", size_text(available), " of node '",
                           spec_.node, "' ", size_text(left), " are left"),
                       "give the node more memory, or the component less");
                return false;
            }
            left -= need;
        }
        return true;
    }

    void report(std::string_view id, const SourceSpan& where, std::string message,
                std::string hint) {
        sink_.report({id, where, std::move(message), {}, std::move(hint)});
    }

    void add_logs_and_peers(const std::set<size_t>& peers) {
        for (size_t i = 0; i < plan_.nodes.size(); i++) {
            const PlanNode& n = plan_.nodes[i];
            const auto id = static_cast<uint32_t>(i);
            if (plan_.nodes[node_].prints_logs && i != node_ && n.log)
                spec_.logs.push_back({n.log->base().value, n.log->size_bytes(), id, n.name});
            if (peers.contains(i))
                spec_.peers.push_back(
                    {n.status.base().value, id, n.name, system_.nodes[i].peer_limit()});
        }
    }

    const Plan& plan_;
    size_t node_;
    const System& system_;
    const Hardware& hardware_;
    const NodeImages& images_;
    DiagnosticSink& sink_;
    Spec spec_;
    std::list<Component> components_;  // addresses stay
};

}  // namespace

bool pool_is_uncached(const Plan& plan, size_t pool, const System& system) {
    if (plan.pools[pool].dma) return true;  // what a bus master writes passes no cache
    const auto& members = plan.pools[pool].nodes;
    return std::any_of(members.begin(), members.end(), [&](const auto& member) {
        return system.nodes[member.first].kernel.kind == KernelKind::elf;
    });
}

std::optional<Spec> build_spec(const Plan& plan, size_t node, const System& system,
                               const Hardware& hardware, const NodeImages& images,
                               DiagnosticSink& sink) {
    return NodeBuilder{plan, node, system, hardware, images, sink}.build();
}

}  // namespace mkl::capdl
