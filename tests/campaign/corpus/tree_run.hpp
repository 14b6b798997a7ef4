// SPDX-License-Identifier: BSD-2-Clause
// One board's tree through the whole partitioner: two nodes with a quarter of the RAM each.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace mkl::test {

enum class Split {
    no_devices,
    uarts,   ///< every UART that mkl drives, in turn
    varied,  ///< another tree made from it, every device dealt out
};

struct TreeRun {
    enum class End {
        partitioned,  ///< both trees proved, and accepted by dtc without a new warning
        refused,      ///< one clear finding, and the board really cannot run two nodes
        failed,       ///< anything else: a bug, or a refusal that does not count
    };
    End end = End::failed;
    bool memory_given = false;  ///< the tree has no RAM of its own
    size_t uarts = 0;
    double milliseconds = 0;  ///< reading, rules, placement, emission and proof
    std::string text;         ///< findings, or what went wrong
};

/// `file`: a blob, or a source that needs no preprocessor.
TreeRun run_tree(const std::filesystem::path& file, Split split, uint32_t seed = 0);

/// The trees of a directory in name order.
std::vector<std::filesystem::path> trees_in(const std::filesystem::path& directory,
                                            std::string_view extension = ".dtb");

}  // namespace mkl::test
