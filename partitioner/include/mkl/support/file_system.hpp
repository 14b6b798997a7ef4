// SPDX-License-Identifier: BSD-2-Clause
// The only way library code reads files. Everything above it is pure; tests use MemoryFileSystem.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mkl/support/content.hpp"
#include "mkl/support/diagnostic.hpp"

namespace mkl {

inline std::span<const std::byte> as_bytes(std::string_view text) {
    return std::as_bytes(std::span{text.data(), text.size()});
}
inline std::string_view as_text(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};  // char may alias any byte
}

class FileSystem {
public:
    virtual ~FileSystem() = default;
    /// Whole content; nullopt and `error` (strerror text) if it cannot be read or is larger than
    /// `max_bytes`. A directory, a device or a FIFO cannot be read.
    virtual std::optional<Bytes> read(const std::filesystem::path& path, uint64_t max_bytes,
                                      std::string& error) = 0;
    /// The same to share, and to leave where it is if it is large; nullptr and `error`.
    virtual SharedBytes share(const std::filesystem::path& path, uint64_t max_bytes,
                              std::string& error);
    /// Whether there is something of that name, even if it cannot be read.
    virtual bool exists(const std::filesystem::path& path) = 0;
    /// Bytes of a regular file; nullopt if there is none.
    virtual std::optional<uint64_t> size(const std::filesystem::path& path) = 0;
    /// What the host was asked to read or share until now.
    const std::set<std::filesystem::path>& asked() const { return asked_; }

protected:
    std::set<std::filesystem::path> asked_;
};

/// The host's files.
class HostFileSystem final : public FileSystem {
public:
    std::optional<Bytes> read(const std::filesystem::path& path, uint64_t max_bytes,
                              std::string& error) override;
    SharedBytes share(const std::filesystem::path& path, uint64_t max_bytes,
                      std::string& error) override;
    bool exists(const std::filesystem::path& path) override;
    std::optional<uint64_t> size(const std::filesystem::path& path) override;
};

/// In-memory double.
class MemoryFileSystem final : public FileSystem {
public:
    std::map<std::filesystem::path, Bytes> files;
    std::optional<Bytes> read(const std::filesystem::path& path, uint64_t max_bytes,
                              std::string& error) override;
    bool exists(const std::filesystem::path& path) override;
    std::optional<uint64_t> size(const std::filesystem::path& path) override;
};

/// Limits on inputs, so that absurd files end in a message and not in an empty machine.
inline constexpr uint64_t max_yaml_bytes = uint64_t{16} << 20;
inline constexpr uint64_t max_dtb_bytes = uint64_t{16} << 20;
inline constexpr uint64_t max_elf_bytes = uint64_t{1} << 30;

}  // namespace mkl
