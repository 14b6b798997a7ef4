// SPDX-License-Identifier: BSD-2-Clause
#include "pipeline.hpp"

#include <algorithm>
#include <limits>

#include "lock.hpp"
#include "mkl/hardware/hardware.hpp"
#include "mkl/partition/map.hpp"
#include "mkl/partition/partition.hpp"
#include "mkl/rules/rules.hpp"
#include "mkl/support/join.hpp"
#include "mkl/support/text.hpp"
#include "mkl/verify/verify.hpp"

namespace mkl::cli {

namespace {

bool has_plan(Context& context, const std::vector<Setting>& set) {
    DiagnosticSink quiet;
    const auto system = load_system(context.files, context.options.system, set, quiet);
    const auto hardware = system ? load_hardware(context.files, *system, quiet) : std::nullopt;
    return hardware && check(*system, *hardware, quiet) && partition(*system, *hardware, quiet);
}

/// What --set says, and before it what SYSTEM.lock keeps.
std::vector<Setting> settings(Context& context) {
    std::vector<Setting> set = context.options.set;
    if (!context.files.exists(lock_path(context.options.system))) return set;
    // Read once to learn what the YAML leaves open, then again with that filled in.
    DiagnosticSink quiet;
    const auto open = load_system(context.files, context.options.system, set, quiet);
    if (!open) return set;
    std::vector<Setting> all = locked_settings(context, *open);
    all.insert(all.end(), set.begin(), set.end());
    // --lock writes new addresses where the old ones no longer fit, and says so (N810).
    return context.options.lock && !has_plan(context, all) ? set : all;
}

}  // namespace

std::optional<Request> read_request(Context& context) {
    if (!lock_can_be_read(context)) return std::nullopt;
    auto system =
        load_system(context.files, context.options.system, settings(context), context.sink);
    if (!system) return std::nullopt;
    const Step step{context.progress, system->board.qemu ? "asking QEMU for its board's device tree"
                                                         : "reading the device tree"};
    auto hardware = load_hardware(context.files, *system, context.sink);
    if (!hardware) return std::nullopt;
    return Request{std::move(*system), std::move(*hardware)};
}

namespace {

/// `board: {firmware-tree: ..}`, if there is one: what the loader compares at boot.
bool firmware_agrees(Context& context, const Request& request, const Plan& plan) {
    if (!request.system.board.firmware_tree) return true;
    System live = request.system;  // the same board as firmware sees it, nothing added to it
    live.board = {};
    live.board.dtb = request.system.board.firmware_tree;
    live.board.where = request.system.board.where;
    const auto firmware = load_hardware(context.files, live, context.sink);
    return firmware && compare_with_firmware(plan, request.hardware, *firmware,
                                             live.board.dtb->where, context.sink);
}

}  // namespace

std::optional<Decided> decide(Context& context) {
    auto request = read_request(context);
    if (!request || !check(request->system, request->hardware, context.sink)) return std::nullopt;
    auto plan = partition(request->system, request->hardware, context.sink, kept_pools(context));
    if (!plan || !firmware_agrees(context, *request, *plan)) return std::nullopt;
    compare_with_lock(context, *plan, request->system);
    return Decided{std::move(request->system), std::move(request->hardware), std::move(*plan)};
}

namespace {

constexpr uint64_t max_key_bytes = 0x10000;

/// The name is part of a node's name in U-Boot's tree and in image.its.
bool is_key_name(std::string_view name) {
    return !name.empty() && name.size() <= 31 &&
           name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                  "._+-") == std::string_view::npos;
}

SourceSpan named(const std::filesystem::path& path) {
    return {.file = std::make_shared<SourceFile>(SourceFile{path.string(), ""})};
}

}  // namespace

std::optional<std::string> read_key(Context& context, const std::filesystem::path& path) {
    std::string why;
    const auto pem = context.files.read(path, max_key_bytes, why);
    if (pem) return std::string{as_text(*pem)};
    context.sink.report({.id = "E804",
                         .where = named(path),
                         .message = cat("cannot read: ", why),
                         .hint = "give a PEM file that you may read, of at most 64 KiB"});
    return std::nullopt;
}

namespace {

/// The key that --sign names, and `pem`; nullopt after E804 or E806.
std::optional<SigningKey> signing_key(Context& context, std::optional<std::string>& pem) {
    const std::filesystem::path& path = context.options.sign;
    pem = read_key(context, path);
    if (!pem) return std::nullopt;
    std::optional<SigningKey> key;
    std::string why;
    if (is_key_name(path.stem().string()))
        key = SigningKey::read(as_bytes(*pem), path.stem().string(), why);
    else
        why = cat("'", path.stem().string(), "' is no name for it: letters, digits and . _ + -");
    if (!key)
        context.sink.report({.id = "E806",
                             .where = named(path),
                             .message = cat("this key cannot sign a FIT: ", why),
                             .hint = "RSA of 2048, 3072 or 4096 bits, unencrypted: openssl genrsa "
                                     "-out dev.key 2048"});
    return key;
}

/// The proof of one image over the files as they stand below `directory`, by readers that share
/// nothing with the writers. image.bin is loader and payload as they are; the others must hold the
/// same, and then only their own headers and sums are left to prove.
bool proved(Context& context, const Decided& decided, const BuiltImage& built,
            const std::filesystem::path& directory) {
    VerifyOptions options;
    options.expected = expected_of(decided.plan, decided.system, decided.hardware);
    expect_loader(*options.expected, decided.plan.architecture, built.artefacts.loader);
    SharedBytes flat;
    ByteView whole;
    for (const std::string_view name : {"image.bin", "image.elf", "image.itb", "image.uimg"}) {
        if (!built.image.file(name)) continue;
        const SharedBytes file = read_image(context, directory / name);
        if (!file) return false;
        options.name = name;
        options.key = name == "image.itb" ? built.key : std::nullopt;
        VerifyReport report;
        if (!verify_image(*file, options, context.sink, report)) return false;
        if (flat) continue;
        flat = file;
        whole = ByteView{*flat};
        options.proved = &whole;
    }
    return true;
}

}  // namespace

SharedBytes read_image(Context& context, const std::filesystem::path& path) {
    std::string why;
    auto bytes = context.files.share(path, std::numeric_limits<uint64_t>::max(), why);
    if (!bytes)
        context.sink.report(
            {.id = "E804",
             .where = named(path),
             .message = cat("cannot be read: ", why),
             .hint = "give a file that you may read, relative to the current directory"});
    return bytes;
}

std::optional<BuiltImage> build_image(Context& context, const Decided& decided,
                                      const Image* second) {
    BuiltImage built;
    std::optional<SigningKey> key;
    if (!context.options.sign.empty()) {
        key = signing_key(context, built.key);
        if (!key) return std::nullopt;
    }
    const Step step{context.progress, "making the image"};
    auto made = make_artefacts(decided.plan, decided.system, decided.hardware, context.files,
                               find_share(), context.sink, {.out = context.options.out});
    if (!made) return std::nullopt;
    ImageOptions image_options;
    if (key) image_options.key = &*key;
    image_options.bootm_limit = context.options.bootm_limit;
    image_options.second = second;
    auto image = make_image(decided.plan, decided.system, decided.hardware, *made, context.sink,
                            image_options);
    if (!image) return std::nullopt;
    built.image = std::move(*image);
    built.artefacts = std::move(*made);
    return built;
}

std::vector<OutputFile> image_files(const Decided& decided, const BuiltImage& built) {
    std::vector<OutputFile> files = plan_files(decided, built.artefacts);
    files.insert(files.end(), built.image.files.begin(), built.image.files.end());
    return files;
}

bool write_image(Context& context, const Decided& decided, const BuiltImage& built,
                 std::span<const OutputFile> files, const SecondImage* second) {
    const Step step{context.progress, cat("writing and proving ", context.options.out.string())};
    if (!inputs_are_kept(context, decided.system, files)) return false;
    return write_outputs(context.options.out, files, context.sink,
                         [&](const std::filesystem::path& directory) {
                             return inputs_are_unchanged(built.artefacts, context.sink) &&
                                    proved(context, decided, built, directory) &&
                                    (!second || proved(context, second->decided, second->built,
                                                       directory / second_directory));
                         });
}

std::string report_of(const Decided& decided) {
    return cat(map_text(decided.plan, decided.system, decided.hardware), "\n",
               report_text(decided.plan));
}

std::vector<OutputFile> plan_files(const Decided& decided, const Artefacts& artefacts) {
    const auto& [system, hardware, plan] = decided;
    std::vector<OutputFile> files = partition_files(plan, artefacts);
    files.push_back({"map.svg", ByteRope{std::string_view{map_svg(plan, system, hardware)}}});
    files.push_back({"report.txt", ByteRope{std::string_view{report_of(decided)}}});
    files.push_back(
        {"plan.json", ByteRope{std::string_view{to_json(plan, system, hardware)}}, true});
    return files;
}

std::optional<size_t> node_option(Context& context, const System& system) {
    const std::string& name = context.options.node;
    if (name.empty()) return std::nullopt;
    const auto index = system.node_index(name);
    if (!index) {
        std::vector<std::string> names;
        for (const NodeRequest& n : system.nodes) names.push_back(n.name.value);
        const std::string near = did_you_mean(name, names);
        context.sink.report({.id = "E803",
                             .where = system.where,
                             .message = cat("there is no node '", name, "'"),
                             .hint = near.empty() ? cat("nodes are: ", join(names))
                                                  : cat("did you mean '", near, "'?")});
    }
    return index;
}

}  // namespace mkl::cli
