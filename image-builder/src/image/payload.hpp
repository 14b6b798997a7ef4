// SPDX-License-Identifier: BSD-2-Clause
// The payload: the table of every decision (mkl/abi/payload.h) and the archive that it describes.
#pragma once

#include <vector>

#include "mkl/artefacts/artefacts.hpp"
#include "mkl/formats/hash.hpp"

namespace mkl {

struct Payload {
    ByteRope archive;
    uint64_t table_offset = 0, table_size = 0;
    Sha256 table_digest{};
    std::vector<Sha256> digests;  ///< of each node's files, in order
};

/// Precondition: artefacts are complete, each file smaller than cpio_max_entry.
Payload make_payload(const Plan& plan, const System& system, const Hardware& hardware,
                     const Artefacts& artefacts);

}  // namespace mkl
