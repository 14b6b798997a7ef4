// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/formats/signing.hpp"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <cassert>

#include "mkl/support/text.hpp"

namespace mkl {

namespace {

struct Free {
    void operator()(BIO* p) const { BIO_free(p); }
    void operator()(EVP_PKEY* p) const { EVP_PKEY_free(p); }
    void operator()(EVP_PKEY_CTX* p) const { EVP_PKEY_CTX_free(p); }
    void operator()(BIGNUM* p) const { BN_free(p); }
    void operator()(BN_CTX* p) const { BN_CTX_free(p); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

// OpenSSL asks on the terminal otherwise.
int no_passphrase(char*, int, int, void* asked) {
    *static_cast<bool*>(asked) = true;
    return -1;
}

Owned<BIGNUM> number_of(const EVP_PKEY& key, const char* name) {
    BIGNUM* value = nullptr;
    EVP_PKEY_get_bn_param(&key, name, &value);
    return Owned<BIGNUM>{value};
}

/// Cells of `value`, most significant first, `bits` wide.
std::string cells(const BIGNUM& value, int bits) {
    std::string bytes(static_cast<size_t>(bits / 8), '\0');
    BN_bn2binpad(&value, reinterpret_cast<unsigned char*>(bytes.data()), bits / 8);
    std::string out;
    for (size_t i = 0; i < bytes.size(); i += 4) {
        uint32_t cell = 0;
        for (size_t j = 0; j < 4; j++) cell = cell << 8 | static_cast<unsigned char>(bytes[i + j]);
        out += cat(i == 0 ? "" : " ", hex(cell));
    }
    return out;
}

/// -1 / `n` modulo 2^32, for an odd `n`: each step doubles the number of right bits.
uint32_t negative_inverse(uint32_t n) {
    uint32_t x = n;
    for (int i = 0; i < 4; i++) x *= 2 - n * x;
    return 0 - x;
}

}  // namespace

struct SigningKey::State {
    Owned<EVP_PKEY> key;
};

std::optional<SigningKey> SigningKey::read(std::span<const std::byte> pem, std::string name,
                                           std::string& why) {
    const Owned<BIO> bytes{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
    auto state = std::make_shared<State>();
    bool asked = false;
    state->key.reset(PEM_read_bio_PrivateKey(bytes.get(), nullptr, no_passphrase, &asked));
    ERR_clear_error();
    if (!state->key) {
        why = asked ? "it is protected by a passphrase" : "it is no private key in PEM";
        return std::nullopt;
    }
    const int bits = EVP_PKEY_get_bits(state->key.get());
    if (!EVP_PKEY_is_a(state->key.get(), "RSA")) {
        why = cat("it is of type ", EVP_PKEY_get0_type_name(state->key.get()));
        return std::nullopt;
    }
    if (bits != 2048 && bits != 3072 && bits != 4096) {
        why = cat("it has ", bits, " bits");
        return std::nullopt;
    }
    return SigningKey{std::move(state), std::move(name)};
}

std::string SigningKey::algorithm() const {
    return cat("sha256,rsa", EVP_PKEY_get_bits(state_->key.get()));
}

size_t SigningKey::signature_size() const {
    return static_cast<size_t>(EVP_PKEY_get_size(state_->key.get()));
}

Bytes SigningKey::sign(const Sha256& digest) const {
    const Owned<EVP_PKEY_CTX> context{EVP_PKEY_CTX_new(state_->key.get(), nullptr)};
    Bytes out(signature_size());
    size_t size = out.size();
    const bool good =
        EVP_PKEY_sign_init(context.get()) == 1 &&
        EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) == 1 &&
        EVP_PKEY_CTX_set_signature_md(context.get(), EVP_sha256()) == 1 &&
        EVP_PKEY_sign(context.get(), reinterpret_cast<unsigned char*>(out.data()), &size,
                      reinterpret_cast<const unsigned char*>(digest.data()), digest.size()) == 1;
    // A key that was read and has a supported size can sign 32 bytes.
    assert(good && size == out.size());
    static_cast<void>(good);
    return out;
}

std::string SigningKey::public_source() const {
    const int bits = EVP_PKEY_get_bits(state_->key.get());
    const auto modulus = number_of(*state_->key, OSSL_PKEY_PARAM_RSA_N);
    const auto exponent = number_of(*state_->key, OSSL_PKEY_PARAM_RSA_E);
    // 2^(2 * bits) modulo n, what a Montgomery multiplication starts with.
    const Owned<BIGNUM> squared{BN_new()};
    const Owned<BN_CTX> context{BN_CTX_new()};
    BN_set_bit(squared.get(), 2 * bits);
    BN_mod(squared.get(), squared.get(), modulus.get(), context.get());
    const auto low = static_cast<uint32_t>(BN_mod_word(modulus.get(), uint64_t{1} << 32));
    return cat("/ {\n    signature {\n        key-", name_,
               " {\n            required = \"conf\";\n            algo = \"", algorithm(),
               "\";\n            key-name-hint = \"", name_, "\";\n            rsa,num-bits = <",
               bits, ">;\n            rsa,modulus = <", cells(*modulus, bits),
               ">;\n            rsa,exponent = <", cells(*exponent, 64),
               ">;\n            rsa,r-squared = <", cells(*squared, bits),
               ">;\n            rsa,n0-inverse = <", hex(negative_inverse(low)),
               ">;\n        };\n    };\n};\n");
}

}  // namespace mkl
