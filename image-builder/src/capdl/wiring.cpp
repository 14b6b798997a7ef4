// SPDX-License-Identifier: BSD-2-Clause
// Connections. Devices are in devices.cpp.
#include "wiring.hpp"

#include <algorithm>
#include <cassert>

#include "mkl/abi/queue.h"
#include "mkl/support/round.hpp"
#include "mkl/support/text.hpp"

namespace mkl::capdl {

namespace {

constexpr uint32_t default_queue_depth = 16, default_rpc_depth = 1, queued_rpc_depth = 8;

}  // namespace

QueueShape shape_of(const ConnectionRequest& c) {
    QueueShape shape;
    const bool rpc = c.type == ConnectionType::rpc;
    const uint32_t usual = !rpc       ? default_queue_depth
                           : c.queued ? queued_rpc_depth
                                      : default_rpc_depth;
    shape.depth = c.depth.value_or(usual);
    const uint64_t one = (rpc ? c.size / 2 : c.size) / 64 * 64;  // a queue takes whole cache lines
    if (one <= sizeof(mkl_queue)) return shape;
    const uint64_t stride = (one - sizeof(mkl_queue)) / shape.depth / 8 * 8;
    if (stride > MKL_QUEUE_LENGTH_SIZE)
        shape.message_max =
            std::min<uint64_t>(stride - MKL_QUEUE_LENGTH_SIZE, MKL_QUEUE_MAX_MESSAGE);
    return shape;
}

void Wiring::report(std::string_view id, const SourceSpan& where, std::string message,
                    std::string hint) {
    sink_.report({id, where, std::move(message), {}, std::move(hint)});
}

Component* Wiring::local(const EndName& end) {
    const auto it = std::find_if(components_.begin(), components_.end(), [&](const Component& c) {
        return c.request().name.value == end.owner;
    });
    return it == components_.end() ? nullptr : &*it;
}

/// nullopt if the end's owner does not exist, which rules have reported.
std::optional<size_t> Wiring::node_of(const EndName& end) const {
    for (const ComponentRequest& c : system_.components)
        if (c.name.value == end.owner) return system_.node_index(c.node.value);
    return system_.node_index(end.owner);
}

void Wiring::connect_all() {
    for (size_t i = 0; i < system_.connections.size(); i++) connect(i);
}

void Wiring::connect(size_t index) {
    const ConnectionRequest& c = system_.connections[index];
    const Side from{&c.from, local(c.from)}, to{&c.to, local(c.to)};
    const std::optional<size_t> from_node = node_of(c.from), to_node = node_of(c.to);
    if (from_node != to_node) {
        if (from_node == node_ && to_node) peers_.insert(*to_node);
        if (to_node == node_ && from_node) peers_.insert(*from_node);
    }
    if (from.component == nullptr && to.component == nullptr) return;
    switch (c.type) {
    case ConnectionType::shared_data:
        return share(index, c, from, to);
    case ConnectionType::notification:
        signal(index, c, from, to, 0);
        return;
    case ConnectionType::rpc:
    case ConnectionType::queue:
        return queue(index, c, from, to);
    }
}

std::vector<ObjectId> Wiring::frames(const std::string& name, uint64_t size,
                                     std::optional<uint64_t> base) {
    std::vector<ObjectId> frames;
    for (uint64_t at = 0; at < size;) {
        const bool large = (base.value_or(0) + at) % large_page == 0 && size - at >= large_page;
        const ObjectId f =
            add_object(spec_, Type::frame, cat(name, "_frame_", frames.size()), large ? 21 : 12);
        if (base) {
            spec_.objects[f].paddr = *base + at;
            spec_.objects[f].device = true;
        }
        frames.push_back(f);
        at += large ? large_page : small_page;
    }
    return frames;
}

std::optional<Wiring::Memory> Wiring::memory_of(size_t index, const ConnectionRequest& c,
                                                bool both_local) {
    Memory memory;
    memory.rights = right_read | right_write;
    for (size_t p = 0; p < plan_.pools.size(); p++) {
        for (const PoolSlice& s : plan_.pools[p].slices) {
            if (s.connection != index) continue;
            if (plan_.pools[p].rights_of(node_) == Rights::read_only) memory.rights = right_read;
            memory.uncached = pool_is_uncached(plan_, p, system_);
            memory.size = s.range.size_bytes();
            memory.frames = frames(c.name.value, memory.size, s.range.base().value);
            return memory;
        }
    }
    if (!both_local) {
        report("E526", c.where, cat("connection '", c.name.value, "' has no memory in the plan"),
               "this is a bug in mkl");
        return std::nullopt;
    }
    memory.size = round_up(c.size, small_page);
    memory.frames = frames(c.name.value, memory.size, std::nullopt);
    return memory;
}

void Wiring::share(size_t index, const ConnectionRequest& c, Side from, Side to) {
    const auto memory = memory_of(index, c, from.component != nullptr && to.component != nullptr);
    if (!memory) return;
    const uint64_t rights =
        (memory->rights & right_write) != 0 ? MKL_RIGHT_READ | MKL_RIGHT_WRITE : MKL_RIGHT_READ;
    for (const Side& side : {from, to}) {
        if (side.component == nullptr) continue;
        const uint64_t at =
            side.component->map_shared(memory->frames, memory->rights, memory->uncached);
        side.component->add_end(side.end->name,
                                {MKL_END_BUFFER, at, c.size, rights, memory->uncached ? 1u : 0u},
                                side.end->where);
    }
}

void Wiring::queue(size_t index, const ConnectionRequest& c, Side from, Side to) {
    const QueueShape shape = shape_of(c);
    const bool rpc = c.type == ConnectionType::rpc;
    if (shape.message_max == 0)
        return report("E531", c.where,
                      cat("connection '", c.name.value, "' has ", size_text(c.size), " for ",
                          shape.depth, rpc ? " requests and as many replies" : " messages",
                          ", which leaves nothing for a message"),
                      "raise size, or lower depth");
    const auto memory = memory_of(index, c, from.component != nullptr && to.component != nullptr);
    if (!memory) return;
    if ((memory->rights & right_write) == 0)
        return report("E532", c.where,
                      cat("node '", spec_.node, "' may only read the pool of connection '",
                          c.name.value, "', but both sides of a queue write to it"),
                      "give both nodes rw, or name another pool with in:");
    const auto there = signal(index, c, from, to, MKL_END_FLAG_PART);
    const auto back = signal(index, c, to, from, MKL_END_FLAG_PART);
    if (!there || !back) return;

    uint64_t number = 0;  // of this connection among those to the same server end
    for (size_t i = 0; i < index; i++) {
        const ConnectionRequest& other = system_.connections[i];
        if (other.type == c.type && other.to.owner == c.to.owner && other.to.name == c.to.name)
            number++;
    }
    const auto add = [&](Side side, uint32_t kind, uint64_t emit, uint64_t consume) {
        if (side.component == nullptr) return;
        const uint64_t at =
            side.component->map_shared(memory->frames, memory->rights, memory->uncached);
        side.component->add_end(side.end->name,
                                {kind, at, uint64_t{shape.depth} << 32 | shape.message_max,
                                 emit | consume << 32, number << 32 | (memory->uncached ? 1u : 0u)},
                                side.end->where);
    };
    add(from, rpc ? MKL_END_RPC_CLIENT : MKL_END_QUEUE_SEND, there->emit, back->consume);
    add(to, rpc ? MKL_END_RPC_SERVER : MKL_END_QUEUE_RECEIVE, back->emit, there->consume);
}

std::optional<Wiring::Signal> Wiring::signal(size_t index, const ConnectionRequest& c, Side from,
                                             Side to, uint32_t flags) {
    // A queue has a signal each way: the second one's objects need names of their own.
    const std::string name = from.end == &c.from ? c.name.value : c.name.value + "_back";
    Signal signal;
    if (from.component != nullptr && to.component != nullptr) {
        const auto badge = to.component->next_badge(to.end->where);
        if (!badge) return std::nullopt;
        Cap cap;
        cap.object = to.component->inbox();
        cap.rights = right_write;
        cap.badge = *badge;
        signal.emit = from.component->add_end(
            from.end->name, {MKL_END_EMIT, from.component->add_cap(cap), 0, 0, 0, flags},
            from.end->where);
        signal.consume = to.component->add_end(
            to.end->name, {MKL_END_CONSUME, *badge, 0, 0, 0, flags}, to.end->where);
        return signal;
    }
    const bool sends = from.component != nullptr;
    const auto end = sends ? signal_across(index, c, from, name, flags)
                           : signal_from_afar(index, c, to, name, flags);
    if (!end) return std::nullopt;
    (sends ? signal.emit : signal.consume) = *end;
    return signal;
}

std::optional<uint64_t> Wiring::signal_across(size_t index, const ConnectionRequest& c, Side from,
                                              const std::string& name, uint32_t flags) {
    const bool back = from.end != &c.from;
    for (const SgiSend& s : plan_.nodes[node_].sends) {
        if (s.connection != index || s.back != back) continue;
        uint64_t cptr = 0;
        if (!s.polled) {
            const ObjectId sgi = add_object(spec_, Type::sgi_signal, name + "_sgi");
            spec_.objects[sgi].irq = s.id;
            spec_.objects[sgi].target = s.target;
            Cap cap;
            cap.object = sgi;
            cap.rights = right_write;
            cptr = from.component->add_cap(cap);
        }
        const uint64_t word = s.word ? doorbell_word(*from.component, s.to, *s.word) : 0;
        return from.component->add_end(from.end->name, {MKL_END_EMIT, cptr, word, 0, 0, flags},
                                       from.end->where);
    }
    report("E527", c.where,
           cat("connection '", c.name.value, "' has no inter-processor interrupt of its own"),
           "use fewer signals into one node");
    return std::nullopt;
}

std::optional<uint64_t> Wiring::signal_from_afar(size_t index, const ConnectionRequest& c, Side to,
                                                 const std::string& name, uint32_t flags) {
    const bool back = to.end != &c.to;
    for (const SgiReceive& r : plan_.nodes[node_].receives) {
        if (r.connection != index || r.back != back) continue;
        if (r.mux) return signal_shared(r, to, flags);
        if (!r.id) break;
        const auto badge = to.component->next_badge(to.end->where);
        if (!badge) return std::nullopt;
        const ObjectId irq = add_object(spec_, Type::irq, name + "_irq");
        spec_.objects[irq].irq = *r.id;
        spec_.objects[irq].edge = true;  // SGIs are (Arm IHI 0069, 1.2.1)
        Cap deliver;
        deliver.object = to.component->inbox();
        deliver.rights = right_write;
        deliver.badge = *badge;
        spec_.objects[irq].slots.push_back(deliver);
        Cap handler;
        handler.object = irq;
        return to.component->add_end(
            to.end->name, {MKL_END_CONSUME, *badge, to.component->add_cap(handler), 0, 0, flags},
            to.end->where);
    }
    report("E527", c.where,
           cat("connection '", c.name.value, "' has no inter-processor interrupt of its own"),
           "use fewer signals into one node");
    return std::nullopt;
}

/// The plan has a page wherever signals share an interrupt.
PhysRange Wiring::doorbell_page(size_t from, size_t to) const {
    for (const PlanPool& p : plan_.pools)
        if (p.doorbell == std::pair{from, to}) return p.range;
    assert(false);
    return {};
}

uint64_t Wiring::doorbell_word(Component& component, size_t to, uint32_t word) {
    const auto [frame, new_frame] = doorbell_frames_.emplace(to, 0);
    if (new_frame) {
        frame->second = add_object(spec_, Type::frame, cat("doorbell_", plan_.nodes[to].name), 12);
        spec_.objects[frame->second].paddr = doorbell_page(node_, to).base().value;
        spec_.objects[frame->second].device = true;
    }
    const auto [at, new_address] = doorbell_addresses_.emplace(std::pair{&component, to}, 0);
    if (new_address)
        at->second = component.map_shared({frame->second}, right_read | right_write,
                                          doorbell_is_uncached(to));
    return at->second + word * sizeof(uint64_t);
}

/// As its record and the receiver see the page (pool_is_uncached).
bool Wiring::doorbell_is_uncached(size_t to) const {
    for (size_t p = 0; p < plan_.pools.size(); p++)
        if (plan_.pools[p].doorbell == std::pair{node_, to})
            return pool_is_uncached(plan_, p, system_);
    return false;
}

/// RISC-V has one for all senders.
ObjectId Wiring::doorbell_irq(uint32_t id) {
    for (const Doorbell& d : spec_.doorbells)
        if (d.irq && spec_.objects[*d.irq].irq == id) return *d.irq;
    const ObjectId irq = add_object(spec_, Type::irq, cat("doorbell_irq_", id));
    spec_.objects[irq].irq = id;
    spec_.objects[irq].edge = true;
    Cap notify;
    notify.object = *spec_.console_notification;
    notify.rights = right_write;
    notify.badge = MKL_SPEC_DOORBELL_BADGE;
    spec_.objects[irq].slots.push_back(notify);
    return irq;
}

std::optional<uint64_t> Wiring::signal_shared(const SgiReceive& receive, Side to, uint32_t flags) {
    const auto badge = to.component->next_badge(to.end->where);
    if (!badge) return std::nullopt;
    const std::string& sender = plan_.nodes[receive.from].name;
    auto it = std::find_if(spec_.doorbells.begin(), spec_.doorbells.end(),
                           [&](const Doorbell& d) { return d.node == sender; });
    if (it == spec_.doorbells.end()) {
        const uint64_t page = doorbell_page(receive.from, node_).base().value;
        spec_.doorbells.push_back({page, std::nullopt, sender, {}});
        if (!receive.polled) spec_.doorbells.back().irq = doorbell_irq(receive.id.value_or(0));
        it = std::prev(spec_.doorbells.end());
    }
    it->bells.push_back({receive.mux->first, to.component->inbox(), *badge});
    return to.component->add_end(to.end->name, {MKL_END_CONSUME, *badge, 0, 0, 0, flags},
                                 to.end->where);
}

}  // namespace mkl::capdl
