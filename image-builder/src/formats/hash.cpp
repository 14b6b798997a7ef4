// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/formats/hash.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <atomic>
#include <cassert>
#include <cstring>
#include <system_error>
#include <thread>

#include "mkl/abi/crc32.hpp"

namespace mkl {

struct Sha256Stream::State {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    State() = default;
    ~State() { EVP_MD_CTX_free(context); }
    State(const State&) = delete;
    State& operator=(const State&) = delete;
};

Sha256Stream::Sha256Stream() : state_{std::make_unique<State>()} {
    const int ok = EVP_DigestInit_ex(state_->context, EVP_sha256(), nullptr);
    assert(ok == 1);  // OpenSSL has SHA-256, and no input can make it fail
    static_cast<void>(ok);
}

Sha256Stream::~Sha256Stream() = default;

void Sha256Stream::update(std::span<const std::byte> bytes) {
    EVP_DigestUpdate(state_->context, bytes.data(), bytes.size());
}

Sha256 Sha256Stream::finish() {
    Sha256 digest{};
    unsigned size = 0;
    EVP_DigestFinal_ex(state_->context, reinterpret_cast<unsigned char*>(digest.data()), &size);
    assert(size == digest.size());
    return digest;
}

Sha256 sha256(std::span<const std::byte> bytes) {
    Sha256Stream stream;
    stream.update(bytes);
    return stream.finish();
}

Sha256 sha256(const ByteRope& rope) {
    Sha256Stream stream;
    rope.for_each([&](std::span<const std::byte> piece) { stream.update(piece); });
    return stream.finish();
}

std::vector<Sha256> sha256_all(std::span<const ByteRope> ropes) {
    std::vector<Sha256> digests(ropes.size());
    // Each thread takes the next rope; which one that is does not matter for the result.
    std::atomic<size_t> next{0};
    const auto work = [&] {
        for (size_t i = next++; i < ropes.size(); i = next++) digests[i] = sha256(ropes[i]);
    };
    uint64_t bytes = 0;
    for (const ByteRope& rope : ropes) bytes += rope.size();
    constexpr uint64_t worth_a_thread = uint64_t{1} << 20;
    const size_t useful = std::min<uint64_t>(
        {ropes.size(), std::thread::hardware_concurrency(), 1 + bytes / worth_a_thread});
    std::vector<std::jthread> helpers;
    try {
        for (size_t i = 1; i < useful; i++) helpers.emplace_back(work);
    } catch (const std::system_error&) {
        // No more threads to be had: those that run do all.
    }
    work();
    helpers.clear();  // joins
    return digests;
}

std::string hex_digest(const Sha256& digest) {
    constexpr char digits[] = "0123456789abcdef";
    std::string text;
    for (const std::byte b : digest) {
        text += digits[std::to_integer<unsigned>(b) >> 4];
        text += digits[std::to_integer<unsigned>(b) & 15];
    }
    return text;
}

namespace {

// 2.5 bytes a nanosecond here; the bitwise form takes 60 times as long, which would be most of the
// time of an image of 32 MiB.
constexpr Crc32 make_tables() {
    Crc32 crc;
    crc.make();
    return crc;
}
constexpr Crc32 tables = make_tables();

}  // namespace

uint32_t crc32(uint32_t crc, std::span<const std::byte> bytes) {
    return tables.update(crc, bytes.data(), bytes.size());
}

uint32_t crc32(const ByteRope& rope) {
    uint32_t crc = 0;
    rope.for_each([&](std::span<const std::byte> piece) { crc = crc32(crc, piece); });
    return crc;
}

}  // namespace mkl
