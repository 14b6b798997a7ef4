// SPDX-License-Identifier: BSD-2-Clause
// Keys of components and connections.
#include "mkl/abi/queue.h"
#include "rows.hpp"

namespace mkl::manifest {

namespace {
const Shape priority{.kind = K::integer, .what = "a priority", .max = UINT32_MAX, .example = "100"};
const Shape component_name{.what = "the name of a component", .example = "COMPONENT"};
const Shape pool_name{.what = "the name of a pool", .example = "POOL"};
const Shape end_name{
    .what = "an end, COMPONENT.NAME", .pattern = "^[^.]+\\.[^.]+$", .example = "COMPONENT.NAME"};
const Shape queue_depth{
    .kind = K::integer, .what = "a number of messages", .min = 1, .max = MKL_QUEUE_MAX_DEPTH};
const Shape kernel_abi{
    .kind = K::choice,
    .what = "the ABI of a seL4 kernel",
    .choices = {"classic", "hyp", "mcs", "hyp-mcs"}
};
const Shape cap_kind{
    .kind = K::choice,
    .what = "a capability",
    .choices = {"irq-control", "asid-control", "domain", "sched-control", "smc", "device-untyped",
                "untyped"}
};
const Shape connection_type{
    .kind = K::choice,
    .what = "a connection type",
    .choices = {"shared-data", "notification", "rpc", "queue"}
};
}  // namespace

const std::vector<Key<ComponentDevice>>& keys_of(const ComponentDevice&) {
    using T = ComponentDevice;
    static const std::vector<Key<T>> table{
        row<T, &T::map>("map", words, optional, "Name under which its registers are mapped"),
        row<T, &T::irq>("irq", words, optional, "Name of the end that its interrupt signals"),
    };
    return table;
}

const std::vector<Key<ComponentDma>>& keys_of(const ComponentDma&) {
    using T = ComponentDma;
    static const std::vector<Key<T>> table{
        row<T, &T::size>("size", size, needed, "Bytes, contiguous in physical memory"),
    };
    return table;
}

namespace {
MKL_SHAPE(component_device,
          with(mapping_shape<ComponentDevice>("{map: NAME, irq: NAME}"), {"map", "irq"}, {}))
MKL_SHAPE(component_devices, {.kind = K::named,
                              .what = "devices, {PATH: {map: .., irq: ..}}",
                              .item = &component_device()})
const Shape component_files{.kind = K::list, .what = "a list of names in `files:`", .item = &words};
MKL_SHAPE(component_dma, mapping_shape<ComponentDma>("{size: ..}"))
MKL_SHAPE(component_dmas,
          {.kind = K::named, .what = "DMA memory, {NAME: {size: ..}}", .item = &component_dma()})
}  // namespace

const std::vector<Key<ComponentCap>>& keys_of(const ComponentCap&) {
    using T = ComponentCap;
    static const std::vector<Key<T>> table{
        row<T>("cap", cap_kind, needed, "What it is a capability to",
               [](Reader& r, const SyntaxNode& n, const Shape& s, ComponentCap& out) {
                   if (const std::optional<size_t> i = r.choice(n, s))
                       out.kind = static_cast<CapKind>(*i);
               }),
        row<T, &T::device>("device", device_text, optional,
                           "device-untyped: the device whose pages it is"),
        row<T, &T::size>("size", size, optional, "untyped: bytes, a power of two"),
        row<T, &T::slot>("slot", small_number, optional,
                         "Its slot in the component's CNode; chosen by mkl if left out"),
        row<T, &T::why>("why", reason, optional,
                        "Why the component holds a capability of authority: all but untyped"),
    };
    return table;
}

namespace {
MKL_SHAPE(component_cap, mapping_shape<ComponentCap>("{cap: .., why: ..}"))
MKL_SHAPE(component_caps,
          {.kind = K::named, .what = "capabilities, {NAME: {cap: ..}}", .item = &component_cap()})
}  // namespace

const std::vector<Key<ComponentRequest>>& keys_of(const ComponentRequest&) {
    using T = ComponentRequest;
    static const std::vector<Key<T>> table{
        row<T, &T::node>("node", node_name, needed, "The node it runs on"),
        row<T, &T::elf>("elf", file_name, needed, "Its program"),
        row<T, &T::priority>("priority", priority, optional, "0 (lowest) to 254; 100 if left out"),
        row<T, &T::max_priority>("max-priority", priority, optional,
                                 "The highest priority it may give to others"),
        row<T, &T::stack>("stack", size, optional, "Bytes of stack; 16K if left out"),
        row<T, &T::heap>("heap", size, optional, "Bytes of heap; none if left out"),
        row<T, &T::domain>("domain", small_number, optional, "Its scheduling domain"),
        row<T>("abi", kernel_abi, optional,
               "It is a program of seL4's own interface, built for kernels of that ABI",
               [](Reader& r, const SyntaxNode& n, const Shape& s, ComponentRequest& out) {
                   if (const std::optional<size_t> i = r.choice(n, s))
                       out.abi = Located<std::string>{std::string{s.choices[*i]}, n.where};
               }),
        row<T>("caps", component_caps(), optional,
               "Capabilities beside its connections, each found under its name",
               [](Reader& r, const SyntaxNode& n, const Shape& s, ComponentRequest& out) {
                   r.named(n, s, [&](const SyntaxEntry& e) -> ComponentCap& {
                       ComponentCap cap;
                       cap.name = {e.key, e.key_where};
                       return out.caps.emplace_back(std::move(cap));
                   });
               }),
        row<T, &T::fault>("fault", component_name, optional, "The component that gets its faults"),
        row<T>("devices", component_devices(), optional,
               "Devices of the node that it drives: registers mapped, interrupt delivered",
               [](Reader& r, const SyntaxNode& n, const Shape& s, ComponentRequest& out) {
                   r.named(n, s, [&](const SyntaxEntry& e) -> ComponentDevice& {
                       out.devices.push_back({selector_from_text(e.key, e.key_where), "", ""});
                       return out.devices.back();
                   });
               }),
        row<T>("dma", component_dmas(), optional, "Contiguous memory with a known physical address",
               [](Reader& r, const SyntaxNode& n, const Shape& s, ComponentRequest& out) {
                   r.named(n, s, [&](const SyntaxEntry& e) -> ComponentDma& {
                       out.dma.push_back({e.key, {}});
                       return out.dma.back();
                   });
               }),
        row<T, &T::files>("files", component_files, optional,
                          "Files of its node that it gets mapped, each an end of that name"),
        row<T, &T::budget_us>("budget", duration, optional, "MCS kernels: time per period"),
        row<T, &T::period_us>("period", duration, optional, "MCS kernels: the period"),
    };
    return table;
}

const std::vector<Key<ConnectionRequest>>& keys_of(const ConnectionRequest&) {
    using T = ConnectionRequest;
    static const std::vector<Key<T>> table{
        row<T, &T::type>("type", connection_type, needed, "What kind of connection"),
        row<T, &T::from>("from", end_name, needed,
                         "The end that sends, COMPONENT.NAME (or NODE.NAME for a node with root:)"),
        row<T, &T::to>("to", end_name, needed, "The end that receives"),
        row<T, &T::size>("size", size, optional,
                         "shared-data, rpc, queue: bytes of memory; 4K if left out"),
        row<T, &T::depth>("depth", queue_depth, optional, "rpc, queue: messages under way at once"),
        row<T, &T::queued>("queued", boolean, optional, "rpc: queued instead of blocking"),
        row<T, &T::in>("in", pool_name, optional,
                       "shared-data, rpc, queue: the pool it lies in; found by mkl if left out"),
    };
    return table;
}

}  // namespace mkl::manifest
