// SPDX-License-Identifier: BSD-2-Clause
// The stages every command shares: values in, values out, nothing flows back.
#pragma once

#include <optional>
#include <span>

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

struct BuiltImage {
    Image image;
    Artefacts artefacts;             ///< the per-node files
    std::optional<std::string> key;  ///< PEM of what signs the FIT
};
/// Another system of the same FIT.
struct SecondImage {
    Decided decided;
    BuiltImage built;
};
/// Where its files stand.
inline constexpr std::string_view second_directory = "conf-b";

/// ... built and packed. `second`: see ImageOptions.
std::optional<BuiltImage> build_image(Context& context, const Decided& decided,
                                      const Image* second = nullptr);

/// Everything that `mkl image` writes for one system.
std::vector<OutputFile> image_files(const Decided& decided, const BuiltImage& built);

/// Writes `files`, which include those of image_files(), to -o, and proves the images in them
/// before any of them is in its place. False after an error.
bool write_image(Context& context, const Decided& decided, const BuiltImage& built,
                 std::span<const OutputFile> files, const SecondImage* second = nullptr);

/// Whether none of `files` in -o would be written over what was read; else false and E914 for each.
bool inputs_are_kept(Context& context, const System& system, std::span<const OutputFile> files);

/// An image or a dump, which may be large; nullptr after E804.
SharedBytes read_image(Context& context, const std::filesystem::path& path);

/// Map and guarantees as text: report.txt, and what --map prints.
std::string report_of(const Decided& decided);

/// plan.json, map.svg and the per-node files of `mkl partition`.
std::vector<OutputFile> plan_files(const Decided& decided, const Artefacts& artefacts);

/// The plan in the plain values that verify compares an image with.
Expected expected_of(const Plan& plan, const System& system, const Hardware& hardware);
/// `loader`: elfloader.bin. One that is not of this mkl is left out.
void expect_loader(Expected& expected, Architecture architecture, SharedBytes loader);

/// A key in PEM; nullopt after E804.
std::optional<std::string> read_key(Context& context, const std::filesystem::path& path);

/// Index of the node that --node names; nullopt after E803, or if it was not given.
std::optional<size_t> node_option(Context& context, const System& system);

}  // namespace mkl::cli
