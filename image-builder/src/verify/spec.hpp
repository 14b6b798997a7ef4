// SPDX-License-Identifier: BSD-2-Clause
// Compact CapDL spec (mkl/abi/capdl.h), as verify reads it: tables only, page data by reference.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mkl/abi/capdl.h"
#include "record.hpp"

namespace mkl::verify {

struct Spec {
    mkl_spec_header header{};
    std::vector<mkl_spec_object> objects;
    std::vector<mkl_spec_slot> slots;
    std::vector<mkl_spec_fill> fills;
    std::vector<mkl_spec_tcb> tcbs;
    std::vector<mkl_spec_console> consoles;
    std::vector<mkl_spec_log> logs;
    std::vector<mkl_spec_peer> peers;
    std::vector<mkl_spec_doorbell> doorbells;
    std::vector<mkl_spec_bell> bells;
    std::vector<mkl_spec_domain> domains;
    std::string names;

    std::string name(uint32_t offset) const;
    /// "frame 'client.stack.0'"
    std::string describe(size_t object) const;
};

/// Where the spec stands in a root image: the first PT_LOAD that starts with MKLSPEC1. nullopt: a
/// root image of another make.
std::optional<ByteView> find_spec(const Elf& elf, const ByteView& file);

/// nullopt and `why` if the initialiser must refuse it. Bounds of every table, index and fill are
/// checked here; what it grants is the rules' affair.
std::optional<Spec> read_spec(const ByteView& bytes, std::string& why);

std::string_view object_type_name(uint16_t type);

}  // namespace mkl::verify
