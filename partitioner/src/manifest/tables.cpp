// SPDX-License-Identifier: BSD-2-Clause
// Every key of a system description: name, shape, whether it is needed, what it means, and where
// it goes in the model. The reader, the JSON schema and the editor's hover text come from here.
// To add a key: a member in mkl/model/system.hpp, a row here, a line in docs/system-yaml.md, the
// shipped schema printed again (tests/unit/manifest says how).
// size: one table; splitting it would hide that it is complete.
#include "mkl/abi/queue.h"
#include "numbers.hpp"
#include "reader.hpp"

namespace mkl::manifest {

namespace {

using K = Shape::Kind;

// ---- plain shapes

const Shape version_number{.kind = K::integer, .what = "the version number 1"};
const Shape file_name{.what = "a file name"};
const Shape words{.what = "text"};
const Shape reason{.what = "a reason, as text"};
const Shape address{.kind = K::size, .what = "an address such as 0x40000000"};
const Shape size{.kind = K::size, .what = "a size such as 64M", .min = 1};
const Shape boolean{.kind = K::boolean, .what = "`true` or `false`"};
const Shape queue_depth{
    .kind = K::integer, .what = "a number of messages", .min = 1, .max = MKL_QUEUE_MAX_DEPTH};
const Shape small_number{.kind = K::integer, .what = "a number", .max = UINT32_MAX};
const Shape cpu_count{.kind = K::integer, .what = "a number of CPUs", .min = 1, .max = 512};
const Shape gic_version{.kind = K::integer, .what = "2, 3 or 4", .min = 2, .max = 4};
const Shape priority{.kind = K::integer, .what = "a priority", .max = UINT32_MAX};
const Shape duration{.kind = K::duration, .what = "a time such as 2ms", .min = 1};
const Shape node_name{.what = "the name of a node"};
const Shape component_name{.what = "the name of a component"};
const Shape pool_name{.what = "the name of a pool"};
const Shape end_name{.what = "an end, COMPONENT.NAME", .pattern = "^[^.]+\\.[^.]+$"};
const Shape program_line{.kind = K::list, .what = "a command line, as a list", .item = &words};
const Shape device_text{.what = "a device: full path, alias, &label or a glob on the full path"};
const Shape console{.what = "`log`, or a device: full path, alias or &label"};
const Shape dma_policy{
    .kind = K::choice, .what = "a DMA policy", .choices = {"report", "strict"}
};
const Shape rights{
    .kind = K::choice, .what = "a right", .choices = {"rw", "r", "ro"}
};
const Shape builtin_kind{
    .kind = K::choice, .what = "a built-in kernel", .choices = {"debug", "release"}
};
const Shape builtin_word{.kind = K::choice, .what = "a kernel", .choices = {"builtin"}};
const Shape protocol{
    .kind = K::choice, .what = "a boot protocol", .choices = {"mkl", "sel4", "sel4-loader-info"}
};
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

// ---- rows

/// Reads into a member of T.
template <auto member, class T>
void into(Reader& r, const SyntaxNode& n, const Shape& s, T& out) {
    r.value(n, s, out.*member);
}

enum Needed : bool { optional = false, needed = true };

template <class T, auto member>
Key<T> row(std::string_view name, const Shape& shape, Needed need, std::string_view description) {
    return {
        {name, &shape, need == needed, description},
        into<member, T>
    };
}

/// A row whose reader is written out.
template <class T>
Key<T> row(std::string_view name, const Shape& shape, Needed need, std::string_view description,
           void (*read)(Reader&, const SyntaxNode&, const Shape&, T&)) {
    return {
        {name, &shape, need == needed, description},
        read
    };
}

/// A limit of something that mkl places.
template <class T, auto limit>
Key<T> limit_row(std::string_view name, std::string_view description) {
    return row<T>(name, address, optional, description,
                  [](Reader& r, const SyntaxNode& n, const Shape& s, T& out) {
                      r.value(n, s, out.limits.*limit);
                  });
}

template <class T>
Shape mapping_shape(std::string_view what) {
    Shape s{.kind = K::keys, .what = what};
    for (const Key<T>& k : keys_of(T{})) s.keys.push_back(k.doc);
    return s;
}

Shape with(Shape s, std::vector<std::string_view> needs_one,
           std::vector<std::string_view> at_most_one) {
    s.needs_one = std::move(needs_one);
    s.at_most_one = std::move(at_most_one);
    return s;
}

/// A shape built when it is first asked for: mapping shapes need the tables below them.
#define MKL_SHAPE(name, ...)                                                                       \
    const Shape& name() {                                                                          \
        static const Shape shape = __VA_ARGS__;                                                    \
        return shape;                                                                              \
    }

}  // namespace

// ---- board

const std::vector<Key<QemuMachine>>& keys_of(const QemuMachine&) {
    using T = QemuMachine;
    static const std::vector<Key<T>> table{
        row<T, &T::machine>("machine", words, needed, "QEMU's machine (-M), e.g. virt"),
        row<T, &T::gic_version>("gic-version", gic_version, optional,
                                "Interrupt controller of the virt machine"),
        row<T, &T::virtualization>("virtualization", boolean, optional,
                                   "Whether the CPUs have EL2; firmware then enters at EL2"),
        row<T, &T::secure>("secure", boolean, optional, "Whether the CPUs have EL3"),
        row<T, &T::cpus>("cpus", cpu_count, optional, "Number of CPUs (-smp); 1 if left out"),
        row<T, &T::memory>("memory", size, optional, "RAM (-m); QEMU's default if left out"),
        row<T, &T::cpu>("cpu", words, optional, "CPU model (-cpu)"),
    };
    return table;
}

const std::vector<Key<MemoryRange>>& keys_of(const MemoryRange&) {
    using T = MemoryRange;
    static const std::vector<Key<T>> table{
        row<T, &T::base>("base", address, needed, "First byte"),
        row<T, &T::size>("size", size, needed, "Bytes"),
    };
    return table;
}

const std::vector<Key<ReserveRequest>>& keys_of(const ReserveRequest&) {
    using T = ReserveRequest;
    static const std::vector<Key<T>> table{
        row<T, &T::base>("base", address, needed, "First byte"),
        row<T, &T::size>("size", size, needed, "Bytes"),
        row<T, &T::why>("why", reason, needed, "What firmware keeps there"),
    };
    return table;
}

namespace {
MKL_SHAPE(qemu_machine, mapping_shape<QemuMachine>("a QEMU machine"))
MKL_SHAPE(memory_range, mapping_shape<MemoryRange>("a range, {base: .., size: ..}"))
MKL_SHAPE(memory_ranges, {.kind = K::list, .what = "a list of ranges", .item = &memory_range()})
MKL_SHAPE(reserve_range, mapping_shape<ReserveRequest>("a range with a reason"))
MKL_SHAPE(reserve_ranges,
          {.kind = K::list, .what = "a list of ranges with reasons", .item = &reserve_range()})
const Shape sgi_range{.what = "SGI ids such as 0-7", .pattern = "^[0-9]+(-[0-9]+)?$"};
const Shape sgi_ranges{.kind = K::list, .what = "a list of SGI ids", .item = &sgi_range};
const Shape sgi_number{.kind = K::integer, .what = "an SGI id", .max = 15};
const Shape sgis{
    .kind = K::any,
    .what = "SGI ids such as 0-7, or a list of them",
    .any = {&sgi_range, &sgi_ranges, &sgi_number}
};
}  // namespace

const std::vector<Key<Board>>& keys_of(const Board&) {
    using T = Board;
    static const std::vector<Key<T>> table{
        row<T, &T::dtb>("dtb", file_name, optional, "The board's device tree, as a blob"),
        row<T, &T::dts>("dts", file_name, optional, "The board's device tree, as source text"),
        row<T, &T::qemu>("qemu", qemu_machine(), optional,
                         "The QEMU machine to run on; without dtb or dts also where the device "
                         "tree comes from"),
        row<T, &T::memory>("memory", memory_ranges(), optional,
                           "RAM, where the device tree does not say it; else it must agree"),
        row<T, &T::reserve>("reserve", reserve_ranges(), optional,
                            "RAM that firmware keeps and the device tree does not say"),
        row<T, &T::sgis>("sgis", sgis, optional,
                         "Software generated interrupts that firmware leaves to the nodes; all "
                         "if left out"),
        row<T, &T::firmware_tree>("firmware-tree", file_name, optional,
                                  "A device tree dumped from the running board, to compare with"),
        row<T>("dma", dma_policy, optional,
               "strict: a bus master without an IOMMU is an error unless acknowledged",
               [](Reader& r, const SyntaxNode& n, const Shape& s, Board& out) {
                   if (const std::optional<size_t> i = r.choice(n, s)) out.dma_strict = *i == 1;
               }),
    };
    return table;
}

const std::vector<Key<LoaderRequest>>& keys_of(const LoaderRequest&) {
    using T = LoaderRequest;
    static const std::vector<Key<T>> table{
        row<T, &T::base>("base", address, optional, "First byte, a multiple of 2 MiB"),
        row<T, &T::size>("size", size, optional, "Bytes, the payload included"),
    };
    return table;
}

// ---- nodes

const std::vector<Key<DeviceSelector>>& keys_of(const DeviceSelector&) {
    using T = DeviceSelector;
    static const Shape plain_list{
        .kind = K::list, .what = "a list of devices", .item = &device_text};
    static const std::vector<Key<T>> table{
        row<T, &T::text>("compatible", words, optional, "All enabled devices compatible with it"),
        row<T, &T::except>("all-except", plain_list, optional, "All enabled devices but these"),
    };
    return table;
}

const std::vector<Key<CpuChoice>>& keys_of(const CpuChoice&) {
    using T = CpuChoice;
    static const std::vector<Key<T>> table{
        row<T, &T::path>("path", words, optional, "Path of the CPU in the device tree"),
        row<T, &T::number>("hwid", address, optional, "MPIDR affinity or hart id"),
    };
    return table;
}

const std::vector<Key<MemoryRequest>>& keys_of(const MemoryRequest&) {
    using T = MemoryRequest;
    static const std::vector<Key<T>> table{
        row<T, &T::base>("base", address, optional,
                         "First byte, a multiple of 2 MiB; chosen by mkl if left out"),
        row<T, &T::size>("size", size, needed, "Bytes, a multiple of 2 MiB"),
        limit_row<T, &PlacementLimits::above>("above", "Lowest address where mkl may place it"),
        limit_row<T, &PlacementLimits::below>("below", "It ends at or below this address, e.g. 4G"),
        limit_row<T, &PlacementLimits::align>("align", "Its base is a multiple of this power of "
                                                       "two"),
    };
    return table;
}

const std::vector<Key<KernelChoice>>& keys_of(const KernelChoice&) {
    using T = KernelChoice;
    static const std::vector<Key<T>> table{
        row<T>("builtin", builtin_kind, optional, "mkl's own kernel: its debug or release build",
               [](Reader& r, const SyntaxNode& n, const Shape& s, KernelChoice& out) {
                   if (const std::optional<size_t> i = r.choice(n, s))
                       out.kind = *i == 1 ? KernelKind::builtin_release : KernelKind::builtin;
               }),
        row<T, &T::elf>("elf", file_name, optional, "A kernel of your own"),
        row<T, &T::build>("build", program_line, optional,
                          "Command that builds it; {overlay}, {dts}, {dtb}, {dir} and {node} are "
                          "replaced"),
        row<T, &T::config>("config", file_name, optional, "Its gen_config.json"),
        row<T, &T::platform>("platform", file_name, optional, "Its platform_gen.json"),
        row<T, &T::tree>("tree", file_name, optional,
                         "The device tree source that the overlay is concatenated to"),
        row<T, &T::protocol>("protocol", protocol, optional,
                             "How it is started; detected if left out"),
    };
    return table;
}

namespace {
const Shape cpu_index{.kind = K::integer,
                      .what = "a CPU: its index over /cpus, or {path: ..} or {hwid: ..}",
                      .max = 65535};
MKL_SHAPE(cpu_map, with(mapping_shape<CpuChoice>("a CPU, {path: ..} or {hwid: ..}"),
                        {"path", "hwid"}, {"path", "hwid"}))
MKL_SHAPE(cpu_choice, {
                          .kind = K::any,
                          .what = "a CPU: its index over /cpus, or {path: ..} or {hwid: ..}",
                          .any = {&cpu_index, &cpu_map()}
})
const Shape memory_size{.kind = K::size,
                        .what = "a size such as 64M, {base: .., size: ..}, or a list of them",
                        .min = 1};
MKL_SHAPE(memory_map, mapping_shape<MemoryRequest>("memory, {base: .., size: ..}"))
MKL_SHAPE(memory_one, {
                          .kind = K::any,
                          .what = "a size such as 64M, or {base: .., size: ..}",
                          .any = {&memory_size, &memory_map()}
})
MKL_SHAPE(memory_list, {.kind = K::list, .what = "a list of memory", .item = &memory_one()})
MKL_SHAPE(memory_request, {
                              .kind = K::any,
                              .what = "a size such as 64M, {base: .., size: ..}, or a list of them",
                              .any = {&memory_one(), &memory_list()}
})
MKL_SHAPE(kernel_map,
          with(mapping_shape<KernelChoice>("a kernel"), {"builtin", "elf"}, {"builtin", "elf"}))
MKL_SHAPE(kernel_choice, {
                             .kind = K::any,
                             .what = "`builtin`, or a mapping with `elf:`",
                             .any = {&builtin_word, &kernel_map()}
})
MKL_SHAPE(selector_map, with(mapping_shape<DeviceSelector>("a selection of devices"),
                             {"compatible", "all-except"}, {"compatible", "all-except"}))
MKL_SHAPE(selector,
          {
              .kind = K::any,
              .what = "a device: path, alias, &label, glob, {compatible: ..} or {all-except: ..}",
              .any = {&device_text, &selector_map()}
})
MKL_SHAPE(selectors, {.kind = K::list, .what = "a list of devices", .item = &selector()})
}  // namespace

const std::vector<Key<DmaTrust>>& keys_of(const DmaTrust&) {
    using T = DmaTrust;
    static const std::vector<Key<T>> table{
        row<T, &T::device>("device", device_text, needed, "The bus master"),
        row<T, &T::why>("why", reason, needed, "Why it may reach all of memory"),
    };
    return table;
}

namespace {
MKL_SHAPE(dma_trust_map, mapping_shape<DmaTrust>("a bus master with a reason"))
MKL_SHAPE(dma_trust, {
                         .kind = K::any,
                         .what = "a device, or {device: .., why: ..}",
                         .any = {&device_text, &dma_trust_map()}
})
MKL_SHAPE(dma_trusts, {.kind = K::list, .what = "a list of bus masters", .item = &dma_trust()})
}  // namespace

const std::vector<Key<DomainTime>>& keys_of(const DomainTime&) {
    using T = DomainTime;
    static const std::vector<Key<T>> table{
        row<T, &T::domain>("domain", small_number, needed, "A scheduling domain"),
        row<T, &T::time_us>("time", duration, needed, "How long it runs"),
    };
    return table;
}

namespace {
MKL_SHAPE(domain_time, mapping_shape<DomainTime>("{domain: .., time: ..}"))
MKL_SHAPE(domain_times,
          {.kind = K::list, .what = "a list of domains and times", .item = &domain_time()})
}  // namespace

const std::vector<Key<NodeRequest>>& keys_of(const NodeRequest&) {
    using T = NodeRequest;
    static const std::vector<Key<T>> table{
        row<T, &T::cpu>("cpu", cpu_choice(), needed,
                        "Its CPU: index over the CPUs of the device tree, path or hardware id"),
        row<T, &T::memory>("memory", memory_request(), needed,
                           "Its RAM: sizes that mkl places, or fixed ranges; multiples of 2 MiB"),
        row<T, &T::kernel>("kernel", kernel_choice(), optional,
                           "Its kernel; the built-in one if left out"),
        row<T>("console", console, optional,
               "Where its text goes: a device, which the node then owns, or `log` (the default), a "
               "ring that the owner of stdout-path prints",
               [](Reader& r, const SyntaxNode& n, const Shape& s, NodeRequest& out) {
                   const std::optional<std::string> t = r.text(n, s);
                   if (t && *t != "log") out.console = selector_from_text(*t, n.where);
               }),
        row<T, &T::devices>("devices", selectors(), optional,
                            "Devices that it owns, each with what is below it"),
        row<T, &T::root>("root", file_name, optional,
                         "A root task of your own, instead of components"),
        row<T, &T::dma_trusted>("dma-trusted", dma_trusts(), optional,
                                "Bus masters without an IOMMU that you accept; with `why:`"),
        row<T>("why", reason, optional, "Reason for what stands in `dma-trusted:`",
               [](Reader& r, const SyntaxNode& n, const Shape& s, NodeRequest& out) {
                   const std::optional<std::string> t = r.text(n, s);
                   for (DmaTrust& d : out.dma_trusted)
                       if (t && d.why.empty()) d.why = *t;
               }),
        row<T, &T::domains>("domains", domain_times(), optional,
                            "Its domain schedule; the domains of its components in equal turns if "
                            "left out"),
        row<T>("start-timeout", duration, optional,
               "How long others wait for a root task that does not say it is ready (5s)",
               [](Reader& r, const SyntaxNode& n, const Shape& s, NodeRequest& out) {
                   if (const std::optional<uint64_t> us = r.number(n, s))
                       out.start_timeout_ms = Located<uint64_t>{(*us + 999) / 1000, n.where};
               }),
    };
    return table;
}

// ---- memory between nodes

namespace {
const Shape members{.kind = K::named, .what = "nodes with rights, {node0: rw}", .item = &rights};
}

const std::vector<Key<PoolRequest>>& keys_of(const PoolRequest&) {
    using T = PoolRequest;
    static const std::vector<Key<T>> table{
        row<T, &T::size>("size", size, needed, "Bytes, a multiple of 4 KiB"),
        row<T, &T::base>("base", address, optional,
                         "First byte, a multiple of 4 KiB; chosen by mkl if left out"),
        limit_row<T, &PlacementLimits::above>("above", "Lowest address where mkl may place it"),
        limit_row<T, &PlacementLimits::below>("below", "It ends at or below this address, e.g. 4G"),
        limit_row<T, &PlacementLimits::align>("align", "Its base is a multiple of this power of "
                                                       "two"),
        row<T>("nodes", members, needed, "The nodes that see it, each with rw or r",
               [](Reader& r, const SyntaxNode& n, const Shape& s, PoolRequest& out) {
                   r.named(n, s, [&](const SyntaxEntry& e) -> Rights& {
                       out.nodes.push_back({
                           {e.key, e.key_where},
                           Rights::read_only
                       });
                       return out.nodes.back().second;
                   });
               }),
    };
    return table;
}

// ---- components

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
        row<T, &T::size>("size", size, optional, "Bytes of shared data or queue; 4K if left out"),
        row<T, &T::depth>("depth", queue_depth, optional, "Messages in a queue"),
        row<T, &T::queued>("queued", boolean, optional, "rpc: queued instead of blocking"),
        row<T, &T::in>("in", pool_name, optional,
                       "The pool whose memory it uses; found by mkl if left out"),
    };
    return table;
}

const std::vector<Key<FileRequest>>& keys_of(const FileRequest&) {
    using T = FileRequest;
    static const std::vector<Key<T>> table{
        row<T, &T::path>("path", file_name, needed, "The file"),
        row<T, &T::node>("node", node_name, needed, "The node whose memory it is placed in"),
        row<T, &T::base>("base", address, optional,
                         "First byte, a multiple of 4 KiB; chosen by mkl if left out"),
        row<T, &T::size>("size", size, optional,
                         "Room for it, a multiple of 4 KiB; as large as the file if left out"),
        limit_row<T, &PlacementLimits::above>("above", "Lowest address where mkl may place it"),
        limit_row<T, &PlacementLimits::below>("below", "It ends at or below this address, e.g. 4G"),
        limit_row<T, &PlacementLimits::align>("align", "Its base is a multiple of this power of "
                                                       "two"),
    };
    return table;
}

const std::vector<Key<ShareRequest>>& keys_of(const ShareRequest&) {
    using T = ShareRequest;
    static const std::vector<Key<T>> table{
        row<T, &T::device>("device", device_text, needed, "The device or provider"),
        row<T, &T::owner>("owner", node_name, needed, "The node that may program it"),
        row<T, &T::why>("why", reason, needed, "Why sharing is safe"),
    };
    return table;
}

// ---- the document

namespace {
MKL_SHAPE(board_shape,
          with(mapping_shape<Board>("a board"), {"dtb", "dts", "qemu"}, {"dtb", "dts"}))
MKL_SHAPE(loader_shape, mapping_shape<LoaderRequest>("{base: .., size: ..}"))
MKL_SHAPE(node_shape, mapping_shape<NodeRequest>("a node"))
MKL_SHAPE(nodes_shape, {.kind = K::named, .what = "nodes by name", .item = &node_shape()})
MKL_SHAPE(pool_shape, mapping_shape<PoolRequest>("a pool"))
MKL_SHAPE(pools_shape, {.kind = K::named, .what = "pools by name", .item = &pool_shape()})
MKL_SHAPE(component_shape, mapping_shape<ComponentRequest>("a component"))
MKL_SHAPE(components_shape,
          {.kind = K::named, .what = "components by name", .item = &component_shape()})
MKL_SHAPE(connection_shape, mapping_shape<ConnectionRequest>("a connection"))
MKL_SHAPE(connections_shape,
          {.kind = K::named, .what = "connections by name", .item = &connection_shape()})
MKL_SHAPE(file_shape, mapping_shape<FileRequest>("a file"))
MKL_SHAPE(files_shape, {.kind = K::named, .what = "files by name", .item = &file_shape()})
MKL_SHAPE(share_shape, mapping_shape<ShareRequest>("a shared device"))
MKL_SHAPE(shares_shape,
          {.kind = K::list, .what = "a list of shared devices", .item = &share_shape()})

/// A mapping from names to T, each with its name and place filled in.
template <auto member, class T>
void by_name(Reader& r, const SyntaxNode& n, const Shape& s, T& out) {
    r.named(
        n, s, [&](const SyntaxEntry& e) -> auto& {
            auto& item = (out.*member).emplace_back();
            item.name = {e.key, e.key_where};
            item.where = e.key_where;
            return item;
        });
}
}  // namespace

const std::vector<Key<System>>& keys_of(const System&) {
    using T = System;
    static const std::vector<Key<T>> table{
        row<T>("mkl", version_number, needed, "Version of this description: 1",
               [](Reader& r, const SyntaxNode& n, const Shape& s, System&) {
                   const std::optional<uint64_t> version = r.number(n, s);
                   if (version && *version != 1)
                       r.sink().report({.id = "E108",
                                        .where = n.where,
                                        .message = "version " + std::to_string(*version) +
                                                   " of the system description; this mkl knows "
                                                   "version 1",
                                        .hint = "write `mkl: 1`, or use a newer mkl"});
               }),
        row<T, &T::board>("board", board_shape(), needed, "The hardware"),
        row<T, &T::loader>("loader", loader_shape(), optional,
                           "Where the loader lives while it boots; chosen by mkl if left out"),
        row<T>("nodes", nodes_shape(), needed, "The nodes: one CPU, one kernel each, in order",
               by_name<&T::nodes, T>),
        row<T>("shared", pools_shape(), optional, "Memory seen by several nodes",
               by_name<&T::shared, T>),
        row<T>("components", components_shape(), optional, "Programs and where they run",
               by_name<&T::components, T>),
        row<T>("connections", connections_shape(), optional,
               "How components talk; the same whether they share a node or not",
               by_name<&T::connections, T>),
        row<T>("files", files_shape(), optional, "Extra files placed in a node's memory",
               by_name<&T::files, T>),
        row<T, &T::share>("share", shares_shape(), optional,
                          "Devices or providers that several nodes need, each with its reason"),
    };
    return table;
}

const Shape& system_shape() {
    static const Shape shape = mapping_shape<System>("a system description");
    return shape;
}

}  // namespace mkl::manifest
