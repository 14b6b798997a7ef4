// SPDX-License-Identifier: BSD-2-Clause
// The root task from its entry to its console service.
#pragma once

#include "mkl/rt/boot_record.hpp"
#include "mkl/user/abi.hpp"
#include "mkl/user/builder.hpp"
#include "mkl/user/console.hpp"
#include "mkl/user/line_reader.hpp"
#include "mkl/user/status.hpp"

namespace mkl::user {

inline constexpr unsigned max_nodes = 64;
inline constexpr unsigned max_consoles = 128;

/// Prints what components and other nodes write: all output of a node goes through the one
/// thread that owns this, so that lines never mix.
class ConsoleService {
public:
    explicit ConsoleService(Console& console) : console_{console} {}

    /// A source of lines; `prefix` (may be nullptr) stands before each, with "| " behind it.
    void add(const void* ring, uint64_t size, const char* prefix);
    /// Prints complete lines: all of a component, a bounded number of another node, so that its
    /// flood takes only time that nobody here wants.
    void drain();
    /// As often as it may have news of another node; true if there are.
    bool remote_changed();

private:
    struct Source {
        LineReader reader;
        const char* prefix = nullptr;
        uint64_t seen = 0;
        bool more = false;  ///< the bound was reached
    };
    void drain(Source& source, unsigned max_lines);

    Console& console_;
    Source sources_[max_consoles];
    unsigned count_ = 0;
};

/// Linker symbols and what the start code passed on.
struct Image {
    uint64_t start = 0, end = 0;  ///< initialiser's own memory, the spec behind it
};

[[noreturn]] void run_root(const abi::BootInfo& boot_info, Image image);

}  // namespace mkl::user
