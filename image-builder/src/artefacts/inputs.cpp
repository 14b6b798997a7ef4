// SPDX-License-Identifier: BSD-2-Clause
#include "inputs.hpp"

#include "mkl/support/text.hpp"

namespace mkl {

SharedBytes Inputs::user_file(const Located<std::string>& path, std::string_view what,
                              uint64_t limit) {
    const std::filesystem::path file = system_.resolve(path.value);
    SharedBytes& bytes = cache_[file];
    if (bytes != nullptr) return bytes;
    if (!options_.complete && !files_.exists(file)) {
        sink_.report({"N541",
                      path.where,
                      cat(what, " '", path.value, "' is not built yet"),
                      {},
                      "build it before `mkl image`; the path is relative to the YAML file"});
        return nullptr;
    }
    std::string error;
    bytes = files_.share(file, limit, error);
    if (bytes == nullptr)
        sink_.report({"E541",
                      path.where,
                      cat("cannot read ", what, " '", path.value, "': ", error),
                      {},
                      files_.exists(file) ? cat("name a regular file that may be read, of at most ",
                                                size_text(limit))
                                          : "the path is relative to the YAML file"});
    return bytes;
}

std::optional<LoadedElf> Inputs::user_elf(const Located<std::string>& path, std::string_view what) {
    auto bytes = user_file(path, what, max_elf_bytes);
    if (bytes == nullptr) return std::nullopt;
    auto elf = read_elf(*bytes, architecture_, {path.value, path.where}, sink_);
    if (!elf) return std::nullopt;
    return LoadedElf{std::move(bytes), std::move(*elf)};
}

std::optional<std::string> Inputs::user_text(const Located<std::string>& path,
                                             std::string_view what) {
    const auto bytes = user_file(path, what, max_yaml_bytes);
    if (bytes == nullptr) return std::nullopt;
    return std::string{as_text(bytes->bytes())};
}

SharedBytes Inputs::share_file(std::string_view name) {
    const std::filesystem::path file = share_.file(architecture_, name);
    SharedBytes& bytes = cache_[file];
    if (bytes != nullptr) return bytes;
    if (!options_.complete && !files_.exists(file)) {
        sink_.report({"N541",
                      {},
                      cat("mkl's own program '", info(architecture_).name, "/", name,
                          "' is not there yet: boot records are left out"),
                      {},
                      cat("install mkl with the programs for ", info(architecture_).name)});
        return nullptr;
    }
    std::string error;
    bytes = files_.share(file, max_elf_bytes, error);
    if (bytes == nullptr)
        sink_.report({"E540",
                      {},
                      cat("mkl's own program '", info(architecture_).name, "/", name,
                          "' cannot be read: ", error),
                      {},
                      cat("install mkl again, with the programs for ", info(architecture_).name)});
    return bytes;
}

std::vector<std::pair<std::filesystem::path, SharedBytes>> Inputs::all() const {
    std::vector<std::pair<std::filesystem::path, SharedBytes>> out;
    for (const auto& [path, bytes] : cache_)
        if (bytes != nullptr) out.emplace_back(path, bytes);
    return out;
}

std::optional<LoadedElf> Inputs::share_elf(std::string_view name) {
    auto bytes = share_file(name);
    if (bytes == nullptr) return std::nullopt;
    auto elf = read_elf(*bytes, architecture_, {std::string{name}, {}}, sink_);
    if (!elf) return std::nullopt;
    return LoadedElf{std::move(bytes), std::move(*elf)};
}

}  // namespace mkl
