// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/formats/fit.hpp"

#include <gtest/gtest.h>
#include <libfdt.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <cstring>

namespace mkl {
namespace {

Fit sample() {
    Fit fit;
    fit.description = "two nodes";
    FitImage kernel;
    kernel.node = "kernel";
    kernel.description = "loader and payload";
    kernel.type = "kernel";
    kernel.file = "image.bin";
    kernel.data = ByteRope{std::string_view{"payload"}};
    kernel.digest = sha256(kernel.data);
    kernel.load = kernel.entry = 0x1'70000000;
    fit.images.push_back(kernel);
    FitConfiguration conf;
    conf.node = "conf";
    conf.description = "board";
    conf.kernel = "kernel";
    conf.compatible = {"vendor,board", "vendor,soc"};
    fit.configurations.push_back(conf);
    return fit;
}

std::string text_of(const Bytes& blob, const char* path, const char* name) {
    const int node = fdt_path_offset(blob.data(), path);
    int size = 0;
    const void* value = fdt_getprop(blob.data(), node, name, &size);
    if (value == nullptr) return "(none)";
    return {static_cast<const char*>(value), static_cast<size_t>(size)};
}

TEST(Fit, IsATreeThatLibfdtReads) {
    const Bytes blob = write_fit(sample()).flatten();
    ASSERT_EQ(fdt_check_full(blob.data(), blob.size()), 0);
    EXPECT_EQ(fdt_totalsize(blob.data()), blob.size());
    EXPECT_EQ(text_of(blob, "/images/kernel", "data"), "payload");
    EXPECT_EQ(text_of(blob, "/images/kernel", "arch"), std::string("arm64\0", 6));
    EXPECT_EQ(text_of(blob, "/images/kernel", "load"), std::string("\0\0\0\1\x70\0\0\0", 8));
    const Sha256 digest = sha256(as_bytes("payload"));
    EXPECT_EQ(text_of(blob, "/images/kernel/hash-1", "value"), as_text(digest));
    EXPECT_EQ(text_of(blob, "/configurations", "default"), std::string("conf\0", 5));
    EXPECT_EQ(text_of(blob, "/configurations/conf", "compatible"),
              std::string("vendor,board\0vendor,soc\0", 24));
    EXPECT_EQ(text_of(blob, "/", "timestamp"), std::string("\0\0\0\0", 4));
}

TEST(Fit, SourceNamesTheSame) {
    const std::string its = write_its(sample());
    for (const char* part : {"/incbin/(\"image.bin\")", "load = <0x1 0x70000000>",
                             "default = \"conf\"", "\"vendor,board\", \"vendor,soc\"", "sha256"})
        EXPECT_NE(its.find(part), std::string::npos) << part;
}

/// A new private key as PEM.
std::string pem_of(EVP_PKEY* key, const char* passphrase = nullptr) {
    BIO* out = BIO_new(BIO_s_mem());
    PEM_write_bio_PrivateKey(out, key, passphrase ? EVP_aes_256_cbc() : nullptr, nullptr, 0,
                             nullptr, const_cast<char*>(passphrase));
    char* bytes = nullptr;
    const auto size = static_cast<size_t>(BIO_get_mem_data(out, &bytes));
    std::string text{bytes, size};
    BIO_free(out);
    EVP_PKEY_free(key);
    return text;
}

std::string why_not(const std::string& pem) {
    std::string why;
    EXPECT_FALSE(SigningKey::read(as_bytes(pem), "dev", why));
    return why;
}

TEST(SigningKey, RefusesWhatCannotSign) {
    EXPECT_EQ(why_not("nonsense"), "it is no private key in PEM");
    EXPECT_EQ(why_not(pem_of(EVP_EC_gen("P-256"))), "it is of type EC");
    EXPECT_EQ(why_not(pem_of(EVP_RSA_gen(1024))), "it has 1024 bits");
    EXPECT_EQ(why_not(pem_of(EVP_RSA_gen(2048), "secret")), "it is protected by a passphrase");
}

// That U-Boot accepts it, and nothing else, is tests/qemu/uboot's.
TEST(SigningKey, SignsTheSameTwice) {
    std::string why;
    const auto key = SigningKey::read(as_bytes(pem_of(EVP_RSA_gen(2048))), "dev", why);
    ASSERT_TRUE(key) << why;
    EXPECT_EQ(key->algorithm(), "sha256,rsa2048");
    const Bytes blob = write_fit(sample(), &*key).flatten();
    EXPECT_EQ(blob, write_fit(sample(), &*key).flatten());
    ASSERT_EQ(fdt_check_full(blob.data(), blob.size()), 0);
    const char* signature = "/configurations/conf/signature";
    EXPECT_EQ(text_of(blob, signature, "value").size(), 256u);
    EXPECT_EQ(text_of(blob, signature, "key-name-hint"), std::string("dev\0", 4));
    EXPECT_NE(text_of(blob, signature, "hashed-nodes").find("/images/kernel/hash-1"),
              std::string::npos);
    Fit other = sample();
    other.images[0].load = 0x60000000;
    EXPECT_NE(text_of(blob, signature, "value"),
              text_of(write_fit(other, &*key).flatten(), signature, "value"));
}

TEST(Fit, UnsignedSaysWhoShallSign) {
    const Bytes blob = write_fit(sample()).flatten();
    const char* signature = "/configurations/conf/signature";
    EXPECT_EQ(text_of(blob, signature, "value"), "(none)");
    EXPECT_EQ(text_of(blob, signature, "algo"), std::string("sha256,rsa2048\0", 15));
    EXPECT_EQ(text_of(blob, signature, "sign-images"), std::string("kernel\0", 7));
}

}  // namespace
}  // namespace mkl
