// SPDX-License-Identifier: BSD-2-Clause
// Keys of a node.
#include "rows.hpp"

namespace mkl::manifest {

namespace {
const Shape program_line{.kind = K::list, .what = "a command line, as a list", .item = &words};
const Shape console{.what = "`log`, or a device: full path, alias or &label", .example = "log"};
const Shape builtin_kind{
    .kind = K::choice, .what = "a built-in kernel", .choices = {"debug", "release"}
};
const Shape builtin_word{.kind = K::choice, .what = "a kernel", .choices = {"builtin"}};
const Shape protocol{
    .kind = K::choice, .what = "a boot protocol", .choices = {"mkl", "sel4", "sel4-loader-info"}
};
}  // namespace

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
    static const std::vector<Key<T>> table = with_limits<T>({
        row<T, &T::base>("base", address, optional,
                         "First byte, a multiple of 2 MiB; chosen by mkl if left out"),
        row<T, &T::size>("size", size, needed, "Bytes, a multiple of 2 MiB"),
    });
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

}  // namespace mkl::manifest
