// SPDX-License-Identifier: BSD-2-Clause
#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "mkl/hardware/hardware.hpp"
#include "mkl/manifest/manifest.hpp"
#include "mkl/partition/partition.hpp"
#include "mkl/render/render.hpp"
#include "mkl/rules/rules.hpp"
#include "mutation.hpp"
#include "pipeline.hpp"

namespace mkl::mutation {

namespace {

std::optional<Good> make(const std::filesystem::path& yaml, DiagnosticSink& sink) {
    HostFileSystem files;
    const auto system = load_system(files, yaml, {}, sink);
    if (!system) return std::nullopt;
    const auto hardware = load_hardware(files, *system, sink);
    if (!hardware || !check(*system, *hardware, sink)) return std::nullopt;
    const auto plan = partition(*system, *hardware, sink);
    if (!plan) return std::nullopt;
    const auto artefacts = make_artefacts(*plan, *system, *hardware, files, Share{MKL_SHARE}, sink);
    if (!artefacts) return std::nullopt;
    const auto image = make_image(*plan, *system, *hardware, *artefacts, sink);
    if (!image) return std::nullopt;
    return Good{yaml.stem().string(), image->file("image.bin")->content.flatten(),
                cli::expected_of(*plan)};
}

}  // namespace

const std::vector<Good>& good_images(std::string& why) {
    static std::string reason;
    static const std::vector<Good> all = [] {
        std::vector<std::filesystem::path> paths;
        for (const auto& e : std::filesystem::directory_iterator{MKL_SYSTEMS})
            if (e.path().extension() == ".yaml") paths.push_back(e.path());
        std::sort(paths.begin(), paths.end());
        std::vector<Good> out;
        for (const auto& path : paths) {
            DiagnosticSink sink;
            auto good = make(path, sink);
            if (good)
                out.push_back(std::move(*good));
            else
                reason += render::text(sink.all(), {});
        }
        return out;
    }();
    why = reason;
    return all;
}

}  // namespace mkl::mutation
