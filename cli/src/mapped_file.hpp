// SPDX-License-Identifier: BSD-2-Clause
// A large input read through the page cache instead of copied.
#pragma once

#include <filesystem>
#include <optional>
#include <span>

#include "mkl/support/diagnostic.hpp"

namespace mkl::cli {

class MappedFile {
public:
    /// nullopt after E804. Regular files only.
    static std::optional<MappedFile> open(const std::filesystem::path& path, DiagnosticSink& sink);
    MappedFile(MappedFile&& other) noexcept;
    MappedFile& operator=(MappedFile&&) = delete;
    ~MappedFile();
    std::span<const std::byte> bytes() const { return bytes_; }

private:
    explicit MappedFile(std::span<const std::byte> bytes) : bytes_{bytes} {}
    std::span<const std::byte> bytes_;
};

}  // namespace mkl::cli
