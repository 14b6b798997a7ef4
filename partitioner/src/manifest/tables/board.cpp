// SPDX-License-Identifier: BSD-2-Clause
// Keys of `board:` and `loader:`.
#include "rows.hpp"

namespace mkl::manifest {

namespace {
const Shape cpu_count{.kind = K::integer, .what = "a number of CPUs", .min = 1, .max = 512};
const Shape gic_version{.kind = K::integer, .what = "2, 3 or 4", .min = 2, .max = 4};
const Shape dma_policy{
    .kind = K::choice, .what = "a DMA policy", .choices = {"report", "strict"}
};
}  // namespace

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
const Shape sgi_range{
    .what = "SGI ids such as 0-7", .pattern = "^[0-9]+(-[0-9]+)?$", .example = "0-7"};
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

}  // namespace mkl::manifest
