// SPDX-License-Identifier: BSD-2-Clause
// The stages every command shares: values in, values out, nothing flows back.
#pragma once

#include <optional>

#include "commands.hpp"
#include "mkl/artefacts/artefacts.hpp"
#include "mkl/image/image.hpp"
#include "mkl/model/plan.hpp"
#include "mkl/verify/verify.hpp"

namespace mkl::cli {

struct Request {
    System system;
    Hardware hardware;
};

struct Decided {
    System system;
    Hardware hardware;
    Plan plan;
};

/// Text to values: what the user wants and what the board is. nullopt after an error.
std::optional<Request> read_request(Context& context);

/// ... checked and solved: beyond this point every address, CPU and interrupt is decided.
std::optional<Decided> decide(Context& context);

/// ... built and packed, and proved over the packed bytes. `artefacts` receives the per-node files.
/// `second`: see ImageOptions.
std::optional<Image> build_image(Context& context, const Decided& decided, Artefacts& artefacts,
                                 const Image* second = nullptr);

/// Map and guarantees as text: report.txt, and what --map prints.
std::string report_of(const Decided& decided);

/// plan.json, map.svg and the per-node files of `mkl partition`.
std::vector<OutputFile> plan_files(const Decided& decided, const Artefacts& artefacts);

/// The plan in the plain values that verify compares an image with.
Expected expected_of(const Plan& plan, const System& system);

/// A key in PEM; nullopt after E804.
std::optional<std::string> read_key(Context& context, const std::filesystem::path& path);

/// Index of the node that --node names; nullopt after E803, or if it was not given.
std::optional<size_t> node_option(Context& context, const System& system);

}  // namespace mkl::cli
