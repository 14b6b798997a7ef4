// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/capdl/build.hpp"

#include <algorithm>
#include <list>
#include <set>

#include "component.hpp"
#include "mkl/support/text.hpp"

namespace mkl::capdl {

namespace {

std::string_view type_name(ConnectionType type) {
    switch (type) {
    case ConnectionType::shared_data:
        return "shared-data";
    case ConnectionType::notification:
        return "notification";
    case ConnectionType::rpc:
        return "rpc";
    case ConnectionType::queue:
        return "queue";
    }
    return "?";
}

class NodeBuilder {
public:
    NodeBuilder(const Plan& plan, size_t node, const System& system, const NodeImages& images,
                DiagnosticSink& sink)
        : plan_{plan}, node_{node}, system_{system}, images_{images}, sink_{sink} {
        spec_.architecture = plan.architecture;
        spec_.abi = images.abi;
        spec_.node_id = static_cast<uint32_t>(node);
        spec_.node = plan.nodes[node].name;
    }

    std::optional<Spec> build() {
        const size_t errors = sink_.error_count();
        make_components();
        for (size_t i = 0; i < system_.connections.size(); i++) connect(i);
        add_logs_and_peers();
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
            components_.emplace_back(spec_, request, image, stub, console,
                                     uint64_t{1} << components_.size(), sink_);
        }
    }

    /// Program, stack and heap of all components against the node's RAM: before frames are made
    /// one by one, so that an absurd size ends here.
    bool memory_suffices() {
        uint64_t available = 0;
        for (const PhysRange& r : plan_.nodes[node_].memory) available += r.size_bytes();
        uint64_t left = available;
        for (const ComponentImage& image : images_.components) {
            const ComponentRequest& request = system_.components[image.component];
            uint64_t need = request.heap;
            const auto add = [&](uint64_t more) {
                need = more > UINT64_MAX - need ? UINT64_MAX : need + more;
            };
            add(request.stack);
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

    /// The component of this node that `end` names; nullptr if it is elsewhere.
    Component* local(const EndName& end) {
        const auto it =
            std::find_if(components_.begin(), components_.end(),
                         [&](const Component& c) { return c.request().name.value == end.owner; });
        return it == components_.end() ? nullptr : &*it;
    }

    /// Node where an end lives; nullopt if its owner does not exist (rules have reported that).
    std::optional<size_t> node_of(const EndName& end) const {
        for (const ComponentRequest& c : system_.components)
            if (c.name.value == end.owner) return system_.node_index(c.node.value);
        return system_.node_index(end.owner);
    }

    void connect(size_t index) {
        const ConnectionRequest& c = system_.connections[index];
        Component* const from = local(c.from);
        Component* const to = local(c.to);
        const std::optional<size_t> from_node = node_of(c.from), to_node = node_of(c.to);
        if (from_node != to_node) {
            if (from_node == node_ && to_node) peers_.insert(*to_node);
            if (to_node == node_ && from_node) peers_.insert(*from_node);
        }
        if (from == nullptr && to == nullptr) return;
        switch (c.type) {
        case ConnectionType::shared_data:
            return share(index, c, from, to);
        case ConnectionType::notification:
            return notify(index, c, from, to);
        case ConnectionType::rpc:
        case ConnectionType::queue:
            return report("E528", c.where,
                          cat("connection '", c.name.value, "' is of type ", type_name(c.type),
                              ", which this version does not build yet"),
                          "use shared-data and notification");
        }
    }

    /// The place of a connection's memory in a pool, if it has one.
    std::optional<std::pair<size_t, PhysRange>> slice_of(size_t connection) const {
        for (size_t p = 0; p < plan_.pools.size(); p++)
            for (const PoolSlice& s : plan_.pools[p].slices)
                if (s.connection == connection) return std::pair{p, s.range};
        return std::nullopt;
    }

    uint16_t pool_rights(size_t pool) const {
        for (const auto& [member, rights] : plan_.pools[pool].nodes)
            if (member == node_ && rights == Rights::read_only) return right_read;
        return right_read | right_write;
    }

    /// Frames of a connection's memory, 2 MiB ones where address and size allow.
    std::vector<ObjectId> shared_frames(const std::string& name, uint64_t size,
                                        std::optional<PhysRange> place) {
        std::vector<ObjectId> frames;
        const uint64_t base = place ? place->base().value : 0;
        for (uint64_t at = 0; at < size;) {
            const bool large = (base + at) % large_page == 0 && size - at >= large_page;
            const ObjectId f = add_object(spec_, Type::frame, cat(name, "_frame_", frames.size()),
                                          large ? 21 : 12);
            if (place) {
                spec_.objects[f].paddr = base + at;
                spec_.objects[f].device = true;
            }
            frames.push_back(f);
            at += large ? large_page : small_page;
        }
        return frames;
    }

    void share(size_t index, const ConnectionRequest& c, Component* from, Component* to) {
        const auto slice = slice_of(index);
        if (!slice && (from == nullptr || to == nullptr))
            return report("E526", c.where,
                          cat("connection '", c.name.value, "' has no memory in the plan"),
                          "this is a bug in mkl");
        const uint64_t size = slice ? slice->second.size_bytes()
                                    : (c.size + small_page - 1) / small_page * small_page;
        const uint16_t rights = slice ? pool_rights(slice->first) : right_read | right_write;
        const bool uncached = slice && pool_is_uncached(plan_, slice->first, system_);
        const std::vector<ObjectId> frames =
            shared_frames(c.name.value, size, slice ? std::optional{slice->second} : std::nullopt);
        for (const auto& [component, end] : {
                 std::pair{from, &c.from},
                 std::pair{to,   &c.to  }
        }) {
            if (component == nullptr) continue;
            const uint64_t at = component->map_shared(frames, rights, uncached);
            const uint64_t end_rights =
                (rights & right_write) != 0 ? MKL_RIGHT_READ | MKL_RIGHT_WRITE : MKL_RIGHT_READ;
            component->add_end(end->name, MKL_END_BUFFER, at, c.size, end_rights, uncached ? 1 : 0,
                               end->where);
        }
    }

    void notify(size_t index, const ConnectionRequest& c, Component* from, Component* to) {
        if (from != nullptr && to != nullptr) {
            const auto badge = to->next_badge(c.to.where);
            if (!badge) return;
            const ObjectId inbox = to->inbox();
            Cap signal;
            signal.object = inbox;
            signal.rights = right_write;
            signal.badge = *badge;
            from->add_end(c.from.name, MKL_END_EMIT, from->add_cap(signal), 0, 0, 0, c.from.where);
            to->add_end(c.to.name, MKL_END_CONSUME, *badge, 0, 0, 0, c.to.where);
        } else if (from != nullptr) {
            send_across(index, c, *from);
        } else {
            receive_across(index, c, *to);
        }
    }

    void unsupported_doorbell(const ConnectionRequest& c) {
        report("E527", c.where,
               cat("connection '", c.name.value,
                   "' shares an inter-processor interrupt with others, which the root task cannot "
                   "tell apart yet"),
               "use fewer signals into one node");
    }

    void send_across(size_t index, const ConnectionRequest& c, Component& from) {
        for (const SgiSend& s : plan_.nodes[node_].sends) {
            if (s.connection != index) continue;
            const ObjectId sgi = add_object(spec_, Type::sgi_signal, c.name.value + "_sgi");
            spec_.objects[sgi].irq = s.id;
            spec_.objects[sgi].target = s.target;
            Cap cap;
            cap.object = sgi;
            cap.rights = right_write;
            from.add_end(c.from.name, MKL_END_EMIT, from.add_cap(cap), 0, 0, 0, c.from.where);
            return;
        }
        unsupported_doorbell(c);
    }

    void receive_across(size_t index, const ConnectionRequest& c, Component& to) {
        for (const SgiReceive& r : plan_.nodes[node_].receives) {
            if (r.connection != index || !r.id || r.mux) continue;
            const auto badge = to.next_badge(c.to.where);
            if (!badge) return;
            const ObjectId irq = add_object(spec_, Type::irq, c.name.value + "_irq");
            spec_.objects[irq].irq = *r.id;
            spec_.objects[irq].edge = true;  // SGIs are (Arm IHI 0069, 1.2.1)
            Cap deliver;
            deliver.object = to.inbox();
            deliver.rights = right_write;
            deliver.badge = *badge;
            spec_.objects[irq].slots.push_back(deliver);
            Cap handler;
            handler.object = irq;
            to.add_end(c.to.name, MKL_END_CONSUME, *badge, to.add_cap(handler), 0, 0, c.to.where);
            return;
        }
        unsupported_doorbell(c);
    }

    void add_logs_and_peers() {
        for (size_t i = 0; i < plan_.nodes.size(); i++) {
            const PlanNode& n = plan_.nodes[i];
            const auto id = static_cast<uint32_t>(i);
            if (plan_.nodes[node_].prints_logs && i != node_ && n.log)
                spec_.logs.push_back({n.log->base().value, n.log->size_bytes(), id, n.name});
            if (peers_.contains(i)) spec_.peers.push_back({n.status.base().value, id, n.name});
        }
    }

    const Plan& plan_;
    size_t node_;
    const System& system_;
    const NodeImages& images_;
    DiagnosticSink& sink_;
    Spec spec_;
    std::list<Component> components_;  // addresses stay
    std::set<size_t> peers_;
};

}  // namespace

bool pool_is_uncached(const Plan& plan, size_t pool, const System& system) {
    const auto& members = plan.pools[pool].nodes;
    return std::any_of(members.begin(), members.end(), [&](const auto& member) {
        return system.nodes[member.first].kernel.kind == KernelKind::elf;
    });
}

std::optional<Spec> build_spec(const Plan& plan, size_t node, const System& system,
                               const Hardware& hardware, const NodeImages& images,
                               DiagnosticSink& sink) {
    static_cast<void>(hardware);  // devices of components
    return NodeBuilder{plan, node, system, images, sink}.build();
}

}  // namespace mkl::capdl
