// SPDX-License-Identifier: BSD-2-Clause
#include <filesystem>
#include <system_error>

#include "commands.hpp"

namespace mkl::cli {

Share find_share() {
    std::error_code error;  // no /proc: the paths below do not exist, and the reader says so
    const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
    const std::filesystem::path beside = self.parent_path() / "share" / "mkl";
    if (std::filesystem::is_directory(beside, error)) return {beside};
    return {self.parent_path().parent_path() / "share" / "mkl"};
}

}  // namespace mkl::cli
