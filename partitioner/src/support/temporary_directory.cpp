// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/support/temporary_directory.hpp"

#include <cerrno>
#include <cstdlib>
#include <system_error>

namespace mkl {

TemporaryDirectory::~TemporaryDirectory() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

int TemporaryDirectory::make(const std::filesystem::path& prefix) {
    std::string name = prefix.string() + "XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) return errno;
    path_ = name;
    return 0;
}

int TemporaryDirectory::make() {
    std::error_code error;
    const std::filesystem::path parent = std::filesystem::temp_directory_path(error);
    return error ? error.value() : make(parent / "mkl-");
}

}  // namespace mkl
