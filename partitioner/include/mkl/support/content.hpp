// SPDX-License-Identifier: BSD-2-Clause
// Bytes that do not change: held in memory, or a file's as the page cache has them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace mkl {

using Bytes = std::vector<std::byte>;

class Content {
public:
    explicit Content(Bytes bytes) : held_{std::move(bytes)}, bytes_{held_} {}
    ~Content();
    Content(const Content&) = delete;
    Content& operator=(const Content&) = delete;

    /// Maps the first `size` bytes (not 0) of the regular file open at `fd`, which this then owns;
    /// nullptr if they cannot be mapped. If another program cuts the file short meanwhile, zeros
    /// are read, and `changed`.
    static std::shared_ptr<const Content> map(int fd, size_t size);

    std::span<const std::byte> bytes() const { return bytes_; }
    operator std::span<const std::byte>() const { return bytes_; }
    const std::byte* data() const { return bytes_.data(); }
    size_t size() const { return bytes_.size(); }
    bool mapped() const { return fd_ >= 0; }
    /// Another program has written to the mapped file since.
    bool changed() const;

private:
    Content(int fd, std::span<const std::byte> bytes);
    Bytes held_;
    std::span<const std::byte> bytes_;
    int fd_ = -1;  ///< of a mapped file
    int64_t modified_s_ = 0, modified_ns_ = 0;
};
using SharedBytes = std::shared_ptr<const Content>;

/// Takes the pages of a mapping out of this process; they come back when they are read.
void give_back(std::span<const std::byte> mapped);

/// Calls `sink(std::span<const std::byte>)` for all of `bytes` in order. Pages of a mapping are
/// given back behind it, so that reading a file of any size takes little memory.
template <class Sink>
void stream(std::span<const std::byte> bytes, bool mapped, Sink&& sink) {
    if (!mapped) {
        sink(bytes);
        return;
    }
    constexpr size_t step = size_t{1} << 20;
    while (!bytes.empty()) {
        const size_t to_boundary = step - reinterpret_cast<uintptr_t>(bytes.data()) % step;
        const auto part = bytes.first(std::min(to_boundary, bytes.size()));
        sink(part);
        give_back(part);
        bytes = bytes.subspan(part.size());
    }
}

}  // namespace mkl
