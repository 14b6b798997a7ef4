// SPDX-License-Identifier: BSD-2-Clause
// Reading the ELF files of a node, each once, with findings that point at the YAML.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mkl/artefacts/artefacts.hpp"
#include "mkl/formats/elf.hpp"

namespace mkl {

struct LoadedElf {
    SharedBytes bytes;
    ElfFile elf;
};

class Inputs {
public:
    Inputs(const System& system, Architecture architecture, FileSystem& files, const Share& share,
           DiagnosticSink& sink, const ArtefactOptions& options)
        : system_{system}, architecture_{architecture}, files_{files}, share_{share}, sink_{sink},
          options_{options} {}

    /// A file of the user's, named in the YAML. nullopt with a finding: an error, or note N541 if
    /// it does not exist and that is allowed.
    std::optional<LoadedElf> user_elf(const Located<std::string>& path, std::string_view what);

    /// Another file of the user's, as text; `what` it is. nullopt with a finding as above.
    std::optional<std::string> user_text(const Located<std::string>& path, std::string_view what);

    /// And as it is, at most `limit` bytes; nullptr as above.
    SharedBytes user_bytes(const Located<std::string>& path, std::string_view what,
                           uint64_t limit) {
        return user_file(path, what, limit);
    }

    /// A program of mkl's own. nullptr with a finding: E540, or where it may be missing N541.
    SharedBytes share_file(std::string_view name);
    std::optional<LoadedElf> share_elf(std::string_view name);

    /// Every file that was read.
    std::vector<std::pair<std::filesystem::path, SharedBytes>> all() const;

private:
    /// The user's file, read once; nullptr with E541, or with N541 where it may be missing.
    SharedBytes user_file(const Located<std::string>& path, std::string_view what, uint64_t limit);

    const System& system_;
    Architecture architecture_;
    FileSystem& files_;
    const Share& share_;
    DiagnosticSink& sink_;
    const ArtefactOptions& options_;
    std::map<std::filesystem::path, SharedBytes> cache_;
};

}  // namespace mkl
