// SPDX-License-Identifier: BSD-2-Clause
// Random systems on a board with devices, down to the finished image, proved by the readers and
// rules of verify: they share nothing with what made it, and are told what was asked for.
#include <gtest/gtest.h>

#include <cstdio>
#include <random>

#include "mkl/hardware/hardware.hpp"
#include "mkl/partition/partition.hpp"
#include "mkl/render/render.hpp"
#include "mkl/rules/rules.hpp"
#include "pipeline.hpp"
#include "share_of.hpp"

namespace mkl {
namespace {

/// Reads each file once: a campaign makes thousands of images of the same programs.
class RememberedFiles final : public FileSystem {
public:
    std::optional<Bytes> read(const std::filesystem::path& path, uint64_t max_bytes,
                              std::string& error) override {
        auto it = files_.find(path);
        if (it == files_.end()) {
            auto content = host_.read(path, max_bytes, error);
            if (!content) return std::nullopt;
            it = files_.emplace(path, std::move(*content)).first;
        }
        return it->second;
    }
    bool exists(const std::filesystem::path& path) override { return host_.exists(path); }
    std::optional<uint64_t> size(const std::filesystem::path& path) override {
        return host_.size(path);
    }

private:
    HostFileSystem host_;
    std::map<std::filesystem::path, Bytes> files_;
};

class RandomSystems {
public:
    RandomSystems(uint32_t seed, const Hardware& hardware) : engine_{seed}, hardware_{hardware} {}

    System next() {
        System s;
        const uint32_t nodes = 1 + below(hardware_.cpus.size());
        for (uint32_t i = 0; i < nodes; i++) {
            NodeRequest& n = s.nodes.emplace_back();
            n.name.value = "n" + std::to_string(i);
            n.cpu.number = (i + nodes) % hardware_.cpus.size();
            for (uint32_t k = 0; k < 1 + below(2); k++) {
                MemoryRequest m;
                m.size.value = mib2 * (4 + below(8));
                if (below(4) == 0)
                    m.base = Located<uint64_t>{
                        hardware_.ram.front().range.base().value + mib2 * below(200), {}};
                n.memory.push_back(m);
            }
        }
        for (const Device& d : hardware_.devices)
            if (d.enabled && d.path.find(hardware_.controller.path) != 0 && below(2) == 0) {
                NodeRequest& n = s.nodes[below(nodes)];
                DeviceSelector selector;
                selector.text = d.path;
                if (!n.console && d.path.starts_with("/serial@"))
                    n.console = selector;
                else
                    n.devices.push_back(selector);
            }
        for (uint32_t i = 0; i < below(3); i++) {
            PoolRequest& p = s.shared.emplace_back();
            p.name.value = "p" + std::to_string(i);
            p.size.value = 0x1000 * (1 + below(1024));
            for (const NodeRequest& n : s.nodes)
                if (below(3) != 0)
                    p.nodes.push_back({
                        {n.name.value, {}},
                        below(2) ? Rights::read_write : Rights::read_only
                    });
            if (p.nodes.empty()) s.shared.pop_back();
        }
        for (uint32_t i = 0; i < below(3); i++) {
            FileRequest& f = s.files.emplace_back();
            f.name.value = "f" + std::to_string(i);
            f.path.value = MKL_BOARD;
            f.bytes = std::filesystem::file_size(MKL_BOARD);
            f.node.value = s.nodes[below(nodes)].name.value;
            if (below(2) == 0) f.size = Located<uint64_t>{0x10000 * (1 + below(32)), {}};
        }
        return s;
    }

private:
    static constexpr uint64_t mib2 = uint64_t{2} << 20;
    uint32_t below(size_t limit) { return static_cast<uint32_t>(engine_() % limit); }

    std::mt19937 engine_;
    const Hardware& hardware_;
};

TEST(Property, ImagesOfRandomSystemsAreProved) {
    RememberedFiles files;
    DiagnosticSink sink;
    System board;
    board.board.dtb = Located<std::string>{MKL_BOARD, {}};
    const auto hardware = load_hardware(files, board, sink);
    ASSERT_TRUE(hardware) << render::text(sink.all(), {});
    RandomSystems systems{20260409, *hardware};
    const size_t count = test::share_of(5'000);
    size_t proved = 0, refused = 0;
    std::map<std::string_view, size_t> reasons;
    for (size_t i = 0; i < count; i++) {
        const System s = systems.next();
        DiagnosticSink found;
        std::optional<Plan> plan;
        if (check(s, *hardware, found)) plan = partition(s, *hardware, found);
        if (!plan) {
            ASSERT_TRUE(found.has_errors()) << "case " << i;
            reasons[found.all().front().id]++;
            refused++;
            continue;
        }
        const auto artefacts = make_artefacts(*plan, s, *hardware, files, Share{MKL_SHARE}, found);
        ASSERT_TRUE(artefacts) << "case " << i << "\n" << render::text(found.all(), {});
        const auto image = make_image(*plan, s, *hardware, *artefacts, found);
        ASSERT_TRUE(image) << "case " << i << "\n" << render::text(found.all(), {});
        VerifyOptions options;
        options.name = "image.bin";
        options.expected = cli::expected_of(*plan, s, *hardware);
        VerifyReport report;
        DiagnosticSink proof;
        ASSERT_TRUE(
            verify_image(std::span<const std::byte>{image->file("image.bin")->content.flatten()},
                         options, proof, report))
            << "case " << i << "\n"
            << render::text(proof.all(), {});
        proved++;
    }
    std::printf("random images: %zu, proved by verify %zu, refused before %zu\n", count, proved,
                refused);
    for (const auto& [id, n] : reasons) std::printf("  refused by %.4s: %zu\n", id.data(), n);
    EXPECT_GT(proved, count / 10);
}

}  // namespace
}  // namespace mkl
