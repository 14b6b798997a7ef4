// SPDX-License-Identifier: BSD-2-Clause
// Loads a board of this directory for a test.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "mkl/hardware/hardware.hpp"

namespace mkl::test {

inline System system_with_board(const std::string& name) {
    System system;
    system.path = MKL_TEST_BOARDS "/system.yaml";
    system.board.dts = Located<std::string>{name, {}};
    return system;
}

/// All findings, one per line: "E420 /memory: text".
inline std::string text_of(const DiagnosticSink& sink) {
    std::string out;
    for (const Diagnostic& d : sink.all())
        out += std::string{d.id} + " " + d.where.node + ": " + d.message + "\n";
    return out;
}

inline Hardware load_board(const std::string& name, const Board& more = {}) {
    HostFileSystem files;
    System system = system_with_board(name);
    system.board.memory = more.memory;
    system.board.reserve = more.reserve;
    DiagnosticSink sink;
    auto hardware = load_hardware(files, system, sink);
    EXPECT_TRUE(hardware) << text_of(sink);
    return hardware.value_or(Hardware{});
}

inline PhysRange range(uint64_t base, uint64_t size) {
    return PhysRange::from_base_size(PhysAddr{base}, size).value_or(PhysRange{});
}

inline MemoryRange memory_range(uint64_t base, uint64_t size) {
    return {
        {base, {}},
        {size, {}}
    };
}

}  // namespace mkl::test
