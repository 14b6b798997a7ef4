// SPDX-License-Identifier: BSD-2-Clause
// Everything in an image, and the status table of a RAM dump, as text.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "mkl/support/diagnostic.hpp"
#include "mkl/verify/byte_view.hpp"

namespace mkl {

/// Prints as far as the image can be read; what cannot is an E6xx finding.
std::string inspect_image(const ByteView& bytes, std::string_view name, DiagnosticSink& sink);

/// Status pages (mkl/abi/status.h) at any multiple of 4 KiB of the dump; "" if there are none.
std::string inspect_status(std::span<const std::byte> dump);

}  // namespace mkl
