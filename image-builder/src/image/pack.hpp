// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "payload.hpp"

namespace mkl {

/// Loader with its parameters, and the archive behind it: what every format holds.
struct Packed {
    mkl_loader_params params{};
    ByteRope blob;
    Sha256 digest{};
    uint64_t need = 0;  ///< bytes from the loader's run base on, scratch included
};

/// `loader` has what the loader's build says. Precondition: it is of this mkl.
Packed pack_image(const Plan& plan, const Artefacts& artefacts, const mkl_loader_params& loader,
                  const Payload& payload);

/// Where scratch ends with an archive of `payload_size` bytes.
uint64_t footprint_of(const mkl_loader_params& loader, uint64_t payload_size);

}  // namespace mkl
