// SPDX-License-Identifier: BSD-2-Clause
// Where a node's parts stand: kernel at the base of its first RAM range, then, each at a 4 KiB
// boundary, device tree, boot record and root image.
#pragma once

#include <optional>

#include "inputs.hpp"
#include "mkl/artefacts/artefacts.hpp"

namespace mkl {

/// A program as it stands in the payload.
struct Program {
    ByteRope data;
    ElfFile elf;
};

struct NodeParts {
    const ElfFile* kernel = nullptr;
    const ElfFile* root = nullptr;
    uint64_t dtb_size = 0, boot_record_size = 0;
    ElfOrigin kernel_origin;
};

/// nullopt with E543 (kernel's addresses contradict each other) or E545 (does not fit).
std::optional<NodeLayout> place_node(const PlanNode& node, const NodeParts& parts,
                                     const SourceSpan& where, DiagnosticSink& sink);

/// Copies of a kernel's segments, and of a root image's as one block; what lies between segments
/// is zeroed with the segment before it.
std::vector<mkl_payload_segment> kernel_segments(const ElfFile& kernel, const NodeLayout& layout);
std::vector<mkl_payload_segment> root_segments(const ElfFile& root, const NodeLayout& layout);

}  // namespace mkl
