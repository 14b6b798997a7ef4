// SPDX-License-Identifier: BSD-2-Clause
// The bootable image in every format that firmware takes, made from one payload.
#pragma once

#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "mkl/abi/payload.h"
#include "mkl/artefacts/artefacts.hpp"
#include "mkl/formats/fit.hpp"
#include "mkl/formats/hash.hpp"
#include "mkl/formats/signing.hpp"

namespace mkl {

struct Image {
    /// image.elf, image.bin, image.itb, image.its, image.dtb, image.uimg, boot.scr, NODE/node.cdl,
    /// with a key image-key.dtsi and, marked `last`, manifest.json. They share the payload's bytes.
    std::vector<OutputFile> files;
    uint64_t payload_size = 0;  ///< of the CPIO archive
    uint64_t footprint = 0;     ///< what the loader uses from its run base on, scratch included
    Fit fit;                    ///< this system's part of image.itb

    const OutputFile* file(std::string_view path) const;
};

/// CONFIG_SYS_BOOTM_LEN of the packaged U-Boots.
inline constexpr uint64_t usual_bootm_limit = uint64_t{64} << 20;

struct ImageOptions {
    const SigningKey* key = nullptr;  ///< signs the FIT's configurations
    /// Bytes that U-Boot's bootm takes as one kernel; beyond them the FIT has loadables.
    uint64_t bootm_limit = usual_bootm_limit;
    /// Another system for the same FIT: conf-a is this one and the default, conf-b the other,
    /// whose files its .its expects below conf-b/.
    const Image* second = nullptr;
};

/// nullopt if an error was reported. Precondition: `artefacts` were made complete.
std::optional<Image> make_image(const Plan& plan, const System& system, const Hardware& hardware,
                                const Artefacts& artefacts, DiagnosticSink& sink,
                                const ImageOptions& options = {});

/// What a loader's build says of itself; nullopt if it is none of this mkl for `architecture`.
std::optional<mkl_loader_params> loader_params(Architecture architecture,
                                               std::span<const std::byte> loader);

/// All that stands before the archive of an image with the parameters `wanted`; what a loader's
/// build says of itself is taken from `loader`. Precondition: that has loader_params().
Bytes loader_with(Architecture architecture, std::span<const std::byte> loader,
                  const mkl_loader_params& wanted);

}  // namespace mkl
