// SPDX-License-Identifier: BSD-2-Clause
// The parts of read_hardware(); each fills its members of Hardware and reports what is wrong.
#pragma once

#include "mkl/hardware/interrupts.hpp"
#include "mkl/hardware/references.hpp"
#include "mkl/hardware/tree_view.hpp"
#include "mkl/model/hardware.hpp"
#include "mkl/model/system.hpp"
#include "mkl/support/diagnostic.hpp"

namespace mkl {

struct Extraction {
    const TreeView& tree;
    const Board& board;
    Hardware& hardware;
    DiagnosticSink& sink;

    /// The place of a node in the board's file.
    SourceSpan at(size_t index) const;
};

void strip_seeds(DtNode& root);

/// Architecture, PSCI, CPUs. False: without these nothing else makes sense.
bool extract_cpus(const Extraction& x);
void extract_memory(const Extraction& x);
/// Index of the root controller's node, or none.
size_t extract_controller(const Extraction& x);
void extract_timer(const Extraction& x, const InterruptResolver& resolver);
/// What IOMMUs tell the device by, a line for each IOMMU, as far as its `iommus`, and `iommu-map`
/// of it and of the PCI bridges above it, say it.
std::vector<ProviderLine> streams_of(const TreeView& tree, size_t index,
                                     const std::vector<Reference>& named);
void extract_devices(const Extraction& x, const InterruptResolver& resolver);

}  // namespace mkl
