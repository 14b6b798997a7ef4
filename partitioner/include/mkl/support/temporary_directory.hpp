// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <filesystem>

namespace mkl {

/// A new directory that goes with its owner, and with all that is in it.
class TemporaryDirectory {
public:
    TemporaryDirectory() = default;
    ~TemporaryDirectory();
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

    /// PREFIX and six characters. 0 or errno.
    int make(const std::filesystem::path& prefix);
    /// In TMPDIR, or /tmp where that is not set. 0 or errno.
    int make();
    const std::filesystem::path& path() const { return path_; }
    /// It stays when its owner goes.
    void keep() { path_.clear(); }

private:
    std::filesystem::path path_;  ///< empty: not made
};

}  // namespace mkl
