// SPDX-License-Identifier: BSD-2-Clause
// One component's virtual memory while its spec is made: page tables appear as frames are mapped.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "mkl/capdl/spec.hpp"

namespace mkl::capdl {

inline constexpr uint64_t small_page = uint64_t{1} << 12;
inline constexpr uint64_t large_page = uint64_t{1} << 21;

/// Adds an object and returns its id.
ObjectId add_object(Spec& spec, Type type, std::string name, uint8_t size_bits = 0);

class AddressSpace {
public:
    /// Adds the root table "PREFIX_vspace".
    AddressSpace(Spec& spec, std::string prefix);

    ObjectId root() const { return root_; }

    /// Maps `frame` at `vaddr`, a multiple of its size that nothing is mapped at yet.
    void map(uint64_t vaddr, ObjectId frame, uint16_t rights, bool uncached = false);

private:
    ObjectId table_for(uint64_t vaddr, uint32_t level);

    Spec& spec_;
    std::string prefix_;
    ObjectId root_;
    uint32_t leaf_level_;  ///< of the tables that hold 4 KiB pages
    std::map<std::pair<uint32_t, uint64_t>, ObjectId> tables_;  ///< by level and first address
};

}  // namespace mkl::capdl
