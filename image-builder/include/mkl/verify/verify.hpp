// SPDX-License-Identifier: BSD-2-Clause
// Proves the partition from a finished image alone: ELF, Image, FIT or uImage.
//
// In       the image's bytes; optionally what was asked for, as plain values
// Out      a table of what was proved over how many items, and a finding per violation with both
//          sides. Readers and rules are its own: with the writers it shares the layouts of
//          schemas/abi, libfdt and support, nothing else.
// Errors   E6xx (mkl/verify/findings.hpp); every violation, not only the first
// Limits   docs/verify.md: what a finished image cannot tell (running firmware, what code does)
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mkl/abi/payload.h"
#include "mkl/support/diagnostic.hpp"
#include "mkl/support/phys_range.hpp"
#include "mkl/verify/byte_view.hpp"

namespace mkl {

/// What the image must be: the plan, in plain values.
struct ExpectedFile {
    std::string name;  ///< in the payload: "node0/files/linux"
    PhysRange range;
};
/// Bytes of the payload that the system description, its programs and this mkl give.
struct ExpectedEntry {
    std::string name;  ///< "node0/root.elf"
    std::array<uint8_t, 32> sha256;
};
struct ExpectedNode {
    std::string name;
    uint64_t hwid = 0;
    std::vector<PhysRange> memory, device_pages;
    std::vector<std::pair<uint32_t, uint32_t>> interrupts;  ///< id, MKL_TRIGGER_*
    std::vector<std::pair<uint32_t, uint64_t>> sends;       ///< SGI id, target
    std::vector<ExpectedFile> files;
    std::vector<std::pair<uint32_t, uint64_t>> authority;  ///< MKL_OBJ_*, base or 0
    std::vector<uint32_t> enabled;                         ///< interrupts that the steward enables
    uint32_t start_timeout_ms = 0;
    bool last = false;                   ///< starts when the others are ready
    std::vector<ExpectedEntry> entries;  ///< those that could be made again
};
struct ExpectedPool {
    std::string name;
    PhysRange range;
    std::vector<std::pair<size_t, uint32_t>> nodes;  ///< node index, MKL_RIGHT_*
};
struct Expected {
    uint32_t arch = 0;  ///< MKL_ARCH_*
    std::vector<ExpectedNode> nodes;
    std::vector<ExpectedPool> pools;
    PhysRange loader, status;
    std::optional<uint64_t> steward;  ///< hwid of its CPU
    /// What this mkl puts before the archive of an image that has these loader parameters; nullptr
    /// if its loader is not here.
    std::function<Bytes(const mkl_loader_params&)> loader_with;
};

struct VerifyOptions {
    std::string name;  ///< of the image, as findings print it
    std::optional<Expected> expected;
    /// Loader and payload of another container that was proved already: if this one holds the same
    /// bytes, only the container itself is checked. Must outlive the call.
    const ByteView* proved = nullptr;
    /// PEM of the key (private, public or certificate) that must have signed every configuration
    /// of a FIT.
    std::optional<std::string> key = std::nullopt;
};

struct VerifyReport {
    struct Row {
        std::string what;    ///< "entries agree with their SHA-256"
        uint64_t items = 0;  ///< how many were looked at
        uint64_t bad = 0;    ///< how many violated it
    };
    std::vector<Row> rows;
    /// What an image cannot prove about itself here ("kernel of node1: claimed, not proved ...").
    std::vector<std::string> claims;
};

/// False if an error was reported.
bool verify_image(const ByteView& image, const VerifyOptions& options, DiagnosticSink& sink,
                  VerifyReport& report);

/// The proof as a table for people.
std::string to_text(const VerifyReport& report);

}  // namespace mkl
