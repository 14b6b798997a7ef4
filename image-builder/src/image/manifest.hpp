// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <span>
#include <string>

#include "mkl/artefacts/artefacts.hpp"
#include "payload.hpp"

namespace mkl {

/// manifest.json: what the image holds and where it goes, and the digest of each output; `blob` is
/// image.bin.
std::string manifest_text(const Plan& plan, const Artefacts& artefacts, const Payload& payload,
                          std::span<const OutputFile> outputs, const ByteRope& blob,
                          const Sha256& blob_digest, PhysRange loader);

}  // namespace mkl
