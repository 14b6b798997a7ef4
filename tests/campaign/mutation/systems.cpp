// SPDX-License-Identifier: BSD-2-Clause
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>

#include "fake_kernel.hpp"
#include "mkl/hardware/hardware.hpp"
#include "mkl/manifest/manifest.hpp"
#include "mkl/partition/partition.hpp"
#include "mkl/render/render.hpp"
#include "mkl/rules/rules.hpp"
#include "mutation.hpp"
#include "pipeline.hpp"

namespace mkl::mutation {

namespace {

constexpr size_t systems_with_containers = 2;
constexpr uint64_t split_limit = uint64_t{256} << 10;  // loader and table fit, the files do not

std::string new_key() {
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key{EVP_RSA_gen(2048),
                                                                  &EVP_PKEY_free};
    const std::unique_ptr<BIO, decltype(&BIO_free)> out{BIO_new(BIO_s_mem()), &BIO_free};
    PEM_write_bio_PrivateKey(out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    char* text = nullptr;
    const long size = BIO_get_mem_data(out.get(), &text);
    return {text, static_cast<size_t>(size)};
}

/// The disk, and what no build makes here: below made/, unmodified kernels for a plan, with their
/// tables and without code.
class MadeFiles final : public FileSystem {
public:
    std::optional<Bytes> read(const std::filesystem::path& path, uint64_t max_bytes,
                              std::string& error) override {
        const auto it = is_made(path) ? made_.find(path.filename().string()) : made_.end();
        if (it != made_.end()) return it->second;
        return host_.read(path, max_bytes, error);
    }
    bool exists(const std::filesystem::path& path) override {
        // A made kernel has no stamp of an overlay beside it.
        if (is_made(path)) return path.extension() != ".overlay-sha256";
        return host_.exists(path);
    }
    std::optional<uint64_t> size(const std::filesystem::path& path) override {
        return host_.size(path);
    }

    void add_kernels(const Plan& plan, const Hardware& hardware) {
        for (const PlanNode& n : plan.nodes) {
            std::vector<uint64_t> ram, devices;
            for (const PhysRange r : n.memory) {
                ram.push_back(r.base().value);
                ram.push_back(r.end().value);
            }
            const auto add = [&](PhysRange r) {
                devices.insert(devices.end(), {r.base().value, 0, 1});
            };
            add(n.decoy.value_or(hardware.controller.distributor));
            for (const PhysRange r : hardware.controller.regions) add(r);
            made_[n.name + ".elf"] = test::kernel_elf(
                n.memory.front().base().value,
                {{"avail_p_regs", ram}, {"kernel_device_frames", devices}, {"ksCurThread", {0}}});
        }
        for (const bool v3 : {false, true}) {
            std::string config = test::config_json();
            const auto set = [&](std::string_view key, bool value) {
                const std::string from = cat('"', key, "\": ", value ? "false" : "true"),
                                  to = cat('"', key, "\": ", value ? "true" : "false");
                if (const size_t at = config.find(from); at != std::string::npos)
                    config.replace(at, from.size(), to);
            };
            set("PRINTING", false);
            set("ARM_GIC_V3_SUPPORT", v3);
            const auto bytes = as_bytes(config);
            made_[v3 ? "gicv3.json" : "gicv2.json"] = Bytes{bytes.begin(), bytes.end()};
        }
        const std::string told = test::config_json(
            cat(R"(, "ENABLE_MULTIKERNEL_SUPPORT": true, "MULTIKERNEL_NUM_CPUS": ")",
                plan.nodes.size(), '"'));
        const auto bytes = as_bytes(told);
        made_["told.json"] = Bytes{bytes.begin(), bytes.end()};
        made_["root.elf"] = test::kernel_elf(0x440000, {}, 0);
    }

private:
    static bool is_made(const std::filesystem::path& path) {
        return path.parent_path().filename() == "made";
    }
    HostFileSystem host_;
    std::map<std::string, Bytes> made_;
};

std::optional<Good> make(const std::filesystem::path& yaml, bool with_containers,
                         DiagnosticSink& sink) {
    MadeFiles files;
    const auto system = load_system(files, yaml, {}, sink);
    if (!system) return std::nullopt;
    const auto hardware = load_hardware(files, *system, sink);
    if (!hardware || !check(*system, *hardware, sink)) return std::nullopt;
    const auto plan = partition(*system, *hardware, sink);
    if (!plan) return std::nullopt;
    files.add_kernels(*plan, *hardware);
    const auto artefacts = make_artefacts(*plan, *system, *hardware, files, Share{MKL_SHARE}, sink);
    if (!artefacts) return std::nullopt;
    const auto image = make_image(*plan, *system, *hardware, *artefacts, sink);
    if (!image) return std::nullopt;
    Good good{yaml.stem().string(), image->file("image.bin")->content.flatten(),
              cli::expected_of(*plan, *system, *hardware)};
    cli::expect_loader(good.expected, plan->architecture, artefacts->loader);
    if (!with_containers) return good;

    std::string why;
    const std::string& pem = test_key(ContainerOperator::Key::right);
    const auto key = SigningKey::read(as_bytes(pem), "dev", why);
    if (!key) return std::nullopt;
    const auto fit = [&](const ImageOptions& options) {
        const auto made = make_image(*plan, *system, *hardware, *artefacts, sink, options);
        return made ? made->file("image.itb")->content.flatten() : Bytes{};
    };
    for (const char* name : {"image.elf", "image.uimg", "image.itb"})
        good.containers[name] = image->file(name)->content.flatten();
    good.containers["signed.itb"] = fit({.key = &*key});
    good.containers["split.itb"] = fit({.key = &*key, .bootm_limit = split_limit});
    good.containers["two.itb"] = fit({.second = &*image});
    return good;
}

}  // namespace

const std::string& test_key(ContainerOperator::Key which) {
    static const std::string right = new_key(), other = new_key();
    return which == ContainerOperator::Key::other ? other : right;
}

const std::vector<Good>& good_images(std::string& why) {
    static std::string reason;
    static const std::vector<Good> all = [] {
        std::vector<std::filesystem::path> paths;
        for (const auto& e : std::filesystem::recursive_directory_iterator{MKL_SYSTEMS})
            if (e.path().extension() == ".yaml") paths.push_back(e.path());
        const auto is_last = [](const auto& p) { return p.parent_path().filename() == "wiring"; };
        std::sort(paths.begin(), paths.end(), [&](const auto& a, const auto& b) {
            return std::pair{is_last(a), a} < std::pair{is_last(b), b};
        });
        std::vector<Good> out;
        for (const auto& path : paths) {
            DiagnosticSink sink;
            auto good = make(path, out.size() < systems_with_containers, sink);
            if (good) {
                good->only_wiring = is_last(path);
                out.push_back(std::move(*good));
            } else
                reason += render::text(sink.all(), {});
        }
        return out;
    }();
    why = reason;
    return all;
}

}  // namespace mkl::mutation
