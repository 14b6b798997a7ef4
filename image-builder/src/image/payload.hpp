// SPDX-License-Identifier: BSD-2-Clause
// The payload: the table of every decision (mkl/abi/payload.h) and the archive that it describes.
#pragma once

#include <functional>
#include <vector>

#include "mkl/artefacts/artefacts.hpp"
#include "mkl/formats/hash.hpp"

namespace mkl {

struct Payload {
    ByteRope archive;
    uint64_t table_offset = 0, table_size = 0;
    Sha256 table_digest{};
    std::vector<Sha256> digests;      ///< of each node's files, in order
    std::vector<uint64_t> offsets;    ///< of their data in the archive; none if loadables
    std::vector<uint64_t> addresses;  ///< of the loadables, or none
    uint64_t loadables_end = 0;       ///< behind the last of them
};

/// Precondition: artefacts are complete, each file smaller than cpio_max_entry.
Payload make_payload(const Plan& plan, const System& system, const Hardware& hardware,
                     const Artefacts& artefacts);

/// The same with the files outside the archive: firmware puts them into RAM one behind the other,
/// from address `first(archive size)` on. `digests` are theirs.
Payload make_payload_of_loadables(const Plan& plan, const System& system, const Hardware& hardware,
                                  const Artefacts& artefacts, std::vector<Sha256> digests,
                                  const std::function<uint64_t(uint64_t)>& first);

}  // namespace mkl
