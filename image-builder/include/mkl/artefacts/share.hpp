// SPDX-License-Identifier: BSD-2-Clause
// Where the target programs lie that mkl was built with.
#pragma once

#include <filesystem>
#include <string_view>

#include "mkl/model/architecture.hpp"

namespace mkl {

struct Share {
    std::filesystem::path root;  ///< ".../share/mkl"; found by cli

    /// Of a file of this architecture: "elfloader.bin", "kernel.elf", "initialiser-classic.elf".
    std::filesystem::path file(Architecture architecture, std::string_view name) const {
        return root / info(architecture).name / name;
    }
};

}  // namespace mkl
