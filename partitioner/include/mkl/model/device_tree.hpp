// SPDX-License-Identifier: BSD-2-Clause
// A device tree as a value: nodes and raw property bytes, order kept. Devicetree Specification
// v0.4.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mkl/support/file_system.hpp"
#include "mkl/support/phys_range.hpp"
#include "mkl/support/source.hpp"

namespace mkl {

struct DtProperty {
    std::string name;
    Bytes value;
};

struct DtNode {
    std::string name;  ///< with unit address; "" for the root
    std::vector<DtProperty> properties;
    std::vector<DtNode> children;

    const DtProperty* property(std::string_view wanted) const;
    /// First string of the property, or nullopt.
    std::optional<std::string> text(std::string_view wanted) const;
    /// All NUL-terminated strings of the property.
    std::vector<std::string> texts(std::string_view wanted) const;
    /// Cell `index` (32-bit big-endian), or nullopt.
    std::optional<uint32_t> cell(std::string_view wanted, size_t index = 0) const;
    const DtNode* child(std::string_view wanted) const;
};

struct DeviceTree {
    DtNode root;
    std::vector<PhysRange> memreserve;  ///< as in the blob, order kept
    uint32_t boot_cpuid_phys = 0;

    /// Node at a full path ("/" is the root); nullptr if none.
    const DtNode* find(std::string_view path) const;
};

}  // namespace mkl
