// SPDX-License-Identifier: BSD-2-Clause
// Where a node's parts stand: kernel at the base of its first RAM range, then, each at a 4 KiB
// boundary, device tree, boot record and root image; or info page, root image and, as its last
// part, device tree.
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

/// A user's program goes into the payload as it is.
Program as_it_is(const LoadedElf& elf);
/// The load segments of `elf`, and behind them `spec` in one of its own. Symbols and debug
/// information of mkl's own programs stay in share/mkl: they need not be hashed at every boot.
Program repacked(const LoadedElf& elf, const ByteRope& spec, Architecture architecture);

/// A root task that is not mkl's, with the shim directly below its lowest page (mkl/abi/shim.h):
/// there it is out of the way of what root tasks assume about pages behind their end. nullopt: the
/// root task begins too low for it. The page at 0 stays unmapped; RISC-V linkers start at 0x10000.
inline constexpr uint64_t shim_lowest = MKL_PAGE_SIZE;
std::optional<Program> behind_shim(const LoadedElf& root, const LoadedElf& shim,
                                   Architecture architecture);

struct NodeParts {
    const ElfFile* kernel = nullptr;
    const ElfFile* root = nullptr;
    uint64_t dtb_size = 0;
    uint64_t boot_record_size = 0;  ///< 0: it stands in the tree
    ElfOrigin kernel_origin;
    uint32_t protocol = MKL_PROTOCOL_MKL;
};

/// nullopt with E543 (kernel's addresses contradict each other) or E545 (does not fit).
std::optional<NodeLayout> place_node(const PlanNode& node, const NodeParts& parts,
                                     const SourceSpan& where, DiagnosticSink& sink);

/// Copies of a kernel's segments, and of a root image's as one block; what lies between segments
/// is zeroed with the segment before it.
std::vector<mkl_payload_segment> kernel_segments(const ElfFile& kernel, const NodeLayout& layout);
std::vector<mkl_payload_segment> root_segments(const ElfFile& root, const NodeLayout& layout);

}  // namespace mkl
