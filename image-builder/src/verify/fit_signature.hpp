// SPDX-License-Identifier: BSD-2-Clause
// U-Boot's verified boot, doc/uImage.FIT/signature.txt: what a configuration's signature covers,
// and whether a key made it.
#pragma once

#include <string>
#include <string_view>

#include "fit_tree.hpp"
#include "reader.hpp"

namespace mkl::verify {

/// nullopt: the configuration is not signed. `used` are the images that it names.
std::optional<FitSignature> read_signature(const FitTree& tree, const FitNode& configuration,
                                           const std::vector<const FitNode*>& used);

/// "" or why `signature` is not one of the key (PEM: private, public or certificate).
std::string check_signature(const FitSignature& signature, std::string_view pem);

}  // namespace mkl::verify
