// SPDX-License-Identifier: BSD-2-Clause
#include "address_space.hpp"

#include <algorithm>
#include <cassert>

#include "mkl/support/text.hpp"

namespace mkl::capdl {

namespace {

constexpr uint32_t index_bits = 9;

/// Address bits below the index of a table at `level`, where tables at `leaf` hold 4 KiB pages.
uint32_t shift_of(uint32_t level, uint32_t leaf) { return 12 + (leaf - level) * index_bits; }

/// aarch64: 48-bit addresses, levels 0 to 3 (Arm ARM DDI 0487, D8.2, 4 KiB granule); at EL2 stage 2
/// with 40-bit addresses, whose root are two tables of level 1 side by side; riscv64: Sv39, three
/// levels (RISC-V privileged 1.12, 4.4).
uint32_t leaf_level(const Spec& spec) {
    return spec.architecture == Architecture::aarch64 && !abi_is_hypervisor(spec.abi) ? 3 : 2;
}

/// Entry of a table. Every address of a component (mkl/abi/component.h) is below 2^38: bits above a
/// root's index are 0.
uint32_t index_of(uint64_t vaddr, uint32_t shift) {
    return static_cast<uint32_t>(vaddr >> shift & 511);
}

}  // namespace

ObjectId add_object(Spec& spec, Type type, std::string name, uint8_t size_bits) {
    Object object;
    object.type = type;
    object.name = std::move(name);
    object.size_bits = size_bits;
    spec.objects.push_back(std::move(object));
    return spec.objects.size() - 1;
}

AddressSpace::AddressSpace(Spec& spec, std::string prefix)
    : spec_{spec}, prefix_{std::move(prefix)},
      root_{add_object(spec, Type::vspace, prefix_ + "_vspace")}, leaf_level_{leaf_level(spec)} {}

void AddressSpace::map(uint64_t vaddr, ObjectId frame, uint16_t rights, bool uncached) {
    const uint8_t bits = spec_.objects[frame].size_bits;
    assert(bits == 12 || bits == 21);
    assert(vaddr % (uint64_t{1} << bits) == 0);
    const uint32_t level = bits == 12 ? leaf_level_ : leaf_level_ - 1;
    const ObjectId table = table_for(vaddr, level);
    Cap cap;
    cap.slot = index_of(vaddr, shift_of(level, leaf_level_));
    cap.object = frame;
    cap.rights = rights;
    cap.uncached = uncached;
    spec_.objects[table].slots.push_back(cap);
}

ObjectId AddressSpace::table_for(uint64_t vaddr, uint32_t level) {
    if (level == 0) return root_;
    const uint32_t parent_shift = shift_of(level - 1, leaf_level_);
    const uint64_t first = vaddr >> parent_shift << parent_shift;
    if (const auto it = tables_.find({level, first}); it != tables_.end()) return it->second;

    const ObjectId parent = table_for(vaddr, level - 1);
    const ObjectId table =
        add_object(spec_, Type::page_table, cat(prefix_, "_pt", level, "_", hex(first)));
    spec_.objects[table].level = level;
    tables_[{level, first}] = table;
    Cap cap;
    cap.slot = index_of(vaddr, parent_shift);
    cap.object = table;
    spec_.objects[parent].slots.push_back(cap);
    return table;
}

}  // namespace mkl::capdl
