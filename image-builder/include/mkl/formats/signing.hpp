// SPDX-License-Identifier: BSD-2-Clause
// A private key that signs FIT configurations, and its public half as U-Boot reads it.
// RSA with PKCS#1 v1.5 padding over SHA-256 (RFC 8017, 8.2): same key and bytes, same signature.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "mkl/formats/hash.hpp"
#include "mkl/support/file_system.hpp"

namespace mkl {

class SigningKey {
public:
    /// `pem`: an unencrypted RSA key of 2048, 3072 or 4096 bits. nullopt, and `why`, if it is not
    /// one. `name` is U-Boot's key-name-hint.
    static std::optional<SigningKey> read(std::span<const std::byte> pem, std::string name,
                                          std::string& why);

    const std::string& name() const { return name_; }
    std::string algorithm() const;  ///< "sha256,rsa2048"
    size_t signature_size() const;  ///< bytes
    Bytes sign(const Sha256& digest) const;
    /// Devicetree source of /signature/key-NAME, to be part of U-Boot's own tree.
    std::string public_source() const;

private:
    struct State;
    explicit SigningKey(std::shared_ptr<const State> state, std::string name)
        : state_{std::move(state)}, name_{std::move(name)} {}

    std::shared_ptr<const State> state_;
    std::string name_;
};

}  // namespace mkl
