// SPDX-License-Identifier: BSD-2-Clause
// What goes into image.itb.
#pragma once

#include <optional>

#include "mkl/formats/fit.hpp"
#include "pack.hpp"

namespace mkl {

struct FitFiles {
    Fit fit;
    std::vector<OutputFile> files;  ///< that image.its names, beside image.bin
};

/// One kernel: image.bin; and the board's tree.
FitFiles describe_whole_fit(const Plan& plan, const Hardware& hardware, const Artefacts& artefacts,
                            const Packed& packed);

/// The loader with the payload's table as kernel, and each file of the nodes as a loadable that
/// firmware puts into the loader's own memory. nullopt: they do not fit there. `payload` and
/// `packed` are those of image.bin, `loader` as for pack_image.
std::optional<FitFiles> describe_split_fit(const Plan& plan, const System& system,
                                           const Hardware& hardware, const Artefacts& artefacts,
                                           const mkl_loader_params& loader, const Payload& payload,
                                           const Packed& packed);

/// Both, as conf-a and conf-b.
Fit join_fits(const Fit& a, const Fit& b);

}  // namespace mkl
