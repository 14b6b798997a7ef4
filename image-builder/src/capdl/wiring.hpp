// SPDX-License-Identifier: BSD-2-Clause
// What joins a node's components to each other, to other nodes and to devices.
#pragma once

#include <list>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "component.hpp"

namespace mkl::capdl {

class Wiring {
public:
    Wiring(const Plan& plan, size_t node, const System& system, const Hardware& hardware,
           const KernelOffer& kernel, Spec& spec, std::list<Component>& components,
           DiagnosticSink& sink)
        : plan_{plan}, node_{node}, system_{system}, hardware_{hardware}, kernel_{kernel},
          spec_{spec}, components_{components}, sink_{sink} {}

    /// Connections in YAML order.
    void connect_all();
    /// Then the components' `devices:`.
    void add_devices();
    /// Then their `caps:`, and the node's domain schedule.
    void add_authority();
    /// Nodes that share a connection with this one.
    const std::set<size_t>& peers() const { return peers_; }

private:
    /// One side of a connection: its name, and the component if it lives on this node.
    struct Side {
        const EndName* end;
        Component* component;
    };
    /// Memory of a connection as this node maps it.
    struct Memory {
        std::vector<ObjectId> frames;
        uint16_t rights = 0;
        bool uncached = false;
        uint64_t size = 0;
    };
    /// Indices of the two ends of a signal; each counts only where its side is local.
    struct Signal {
        uint64_t emit = 0, consume = 0;
    };

    void connect(size_t index);
    void share(size_t index, const ConnectionRequest& c, Side from, Side to);
    void queue(size_t index, const ConnectionRequest& c, Side from, Side to);
    std::optional<Signal> signal(size_t index, const ConnectionRequest& c, Side from, Side to,
                                 uint32_t flags);
    std::optional<uint64_t> signal_across(size_t index, const ConnectionRequest& c, Side from,
                                          const std::string& name, uint32_t flags);
    std::optional<uint64_t> signal_from_afar(size_t index, const ConnectionRequest& c, Side to,
                                             const std::string& name, uint32_t flags);
    /// Of a sender whose signals share an interrupt: its word in the page, as `component` sees it.
    uint64_t doorbell_word(Component& component, size_t to, uint32_t word);
    /// The root task takes the interrupt and passes the signal on.
    std::optional<uint64_t> signal_shared(const SgiReceive& receive, Side to, uint32_t flags);
    bool doorbell_is_uncached(size_t to) const;
    PhysRange doorbell_page(size_t from, size_t to) const;
    ObjectId doorbell_irq(uint32_t id);
    std::optional<Memory> memory_of(size_t index, const ConnectionRequest& c, bool both_local);
    void add_dma(Component& component);
    void add_files(Component& component);
    void check_time(const ComponentRequest& request);
    void route_faults();
    void add_caps(Component& component);
    void add_device_untypeds(Component& component, const ComponentCap& cap, size_t index);
    bool kernel_has(const ComponentRequest& request, const ComponentCap& cap);
    /// The kernel's own capability of that kind.
    ObjectId control(CapKind kind);
    void schedule_domains();
    void add_device(Component& component, const ComponentDevice& request);
    void map_registers(Component& component, const ComponentDevice& request, const Device& device,
                       size_t& count);
    void deliver_interrupts(Component& component, const ComponentDevice& request,
                            const Device& device, size_t& count);

    Component* local(const EndName& end);
    std::optional<size_t> node_of(const EndName& end) const;
    /// Frames for [base, base + size) or, without a base, anywhere.
    std::vector<ObjectId> frames(const std::string& name, uint64_t size,
                                 std::optional<uint64_t> base);
    void report(std::string_view id, const SourceSpan& where, std::string message,
                std::string hint);

    const Plan& plan_;
    size_t node_;
    const System& system_;
    const Hardware& hardware_;
    const KernelOffer& kernel_;
    Spec& spec_;
    std::list<Component>& components_;
    DiagnosticSink& sink_;
    std::set<size_t> peers_;
    std::map<PhysRange, std::vector<ObjectId>> device_frames_;
    std::set<uint32_t> device_irqs_;
    std::map<CapKind, ObjectId> controls_;
    std::map<size_t, ObjectId> doorbell_frames_;                            // by receiving node
    std::map<std::pair<Component*, size_t>, uint64_t> doorbell_addresses_;  // looked up only
};

}  // namespace mkl::capdl
