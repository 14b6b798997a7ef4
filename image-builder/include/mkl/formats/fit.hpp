// SPDX-License-Identifier: BSD-2-Clause
// Flattened Image Tree, U-Boot's container: one device tree blob with the payload inside it, and
// its source (.its), from which any mkimage makes (and signs) the same.
// U-Boot doc/uImage.FIT/source_file_format.txt.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mkl/formats/hash.hpp"
#include "mkl/formats/signing.hpp"
#include "mkl/model/architecture.hpp"
#include "mkl/support/byte_rope.hpp"

namespace mkl {

struct FitImage {
    std::string node;  ///< "kernel"
    std::string description;
    std::string type;                     ///< "kernel", "firmware", "flat_dt"
    std::string file;                     ///< in the .its: /incbin/ of this
    std::optional<uint64_t> file_offset;  ///< ... of data.size() bytes from here on; else of all
    ByteRope data;
    Sha256 digest{};  ///< of data
    std::optional<uint64_t> load, entry;
};

struct FitConfiguration {
    std::string node;  ///< "conf"
    std::string description;
    std::string kernel;  ///< node of an image
    std::string fdt;     ///< the same; may be empty
    std::vector<std::string> loadables;
    std::vector<std::string> compatible;  ///< of the board: plain `bootm` finds it by that
};

struct Fit {
    std::string description;
    Architecture architecture = Architecture::aarch64;
    std::vector<FitImage> images;
    std::vector<FitConfiguration> configurations;  ///< the first is the default
};

/// Largest blob: offsets in a device tree blob are 32 bits wide, libfdt's are signed.
inline constexpr uint64_t fit_max_size = 0x7fffffff;

/// Precondition: the data is small enough that the result has at most fit_max_size bytes.
/// With `key` each configuration is signed, with all images that it names; without, its signature
/// node says only who shall sign it (`mkimage -F -k DIR -r`), and firmware takes it as unsigned.
ByteRope write_fit(const Fit& fit, const SigningKey* key = nullptr);
std::string write_its(const Fit& fit, const SigningKey* key = nullptr);

/// Without a key: the key-name-hint and algorithm that the signature nodes have.
inline constexpr std::string_view fit_usual_key = "dev", fit_usual_algorithm = "sha256,rsa2048";

}  // namespace mkl
