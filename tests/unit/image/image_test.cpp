// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/image/image.hpp"

#include <gtest/gtest.h>

#include "adder.hpp"
#include "mkl/formats/cpio.hpp"
#include "mkl/formats/hash.hpp"

namespace mkl {
namespace {

struct Made {
    test::Adder adder;
    DiagnosticSink sink;
    std::optional<Artefacts> artefacts;
    std::optional<Image> image;
    Made() = default;
    explicit Made(uint64_t loader_size) {
        adder.plan.loader = test::range(0x70000000, loader_size);
    }
    void make() {
        artefacts = make_artefacts(adder.plan, adder.system, adder.hardware, adder.files,
                                   adder.share, sink);
        if (artefacts)
            image = make_image(adder.plan, adder.system, adder.hardware, *artefacts, sink);
    }
    Bytes file(std::string_view name) const {
        const OutputFile* f = image ? image->file(name) : nullptr;
        return f == nullptr ? Bytes{} : f->content.flatten();
    }
};

template <class T>
T at(std::span<const std::byte> bytes, uint64_t offset) {
    T value{};
    EXPECT_LE(offset + sizeof value, bytes.size());
    if (offset + sizeof value <= bytes.size())
        std::memcpy(&value, bytes.data() + offset, sizeof value);
    return value;
}

TEST(Image, HoldsEveryFile) {
    Made made;
    made.make();
    ASSERT_TRUE(made.image);
    for (const char* name : {"image.bin", "image.elf", "image.itb", "image.its", "image.uimg",
                             "boot.scr", "manifest.json", "node0/node.cdl", "node1/node.cdl"})
        EXPECT_NE(made.image->file(name), nullptr) << name;
    EXPECT_TRUE(made.image->file("manifest.json")->last);
}

TEST(Image, SameInputSameBytes) {
    Made one, two;
    one.make();
    two.make();
    ASSERT_TRUE(one.image && two.image);
    ASSERT_EQ(one.image->files.size(), two.image->files.size());
    for (const OutputFile& f : one.image->files) EXPECT_EQ(one.file(f.path), two.file(f.path));
}

TEST(Image, ParametersLeadToAHashedTable) {
    Made made;
    made.make();
    const Bytes image = made.file("image.bin");
    const auto params = at<mkl_loader_params>(image, MKL_LOADER_PARAMS_OFFSET);
    EXPECT_EQ(params.run_base, 0x70000000u);
    EXPECT_EQ(params.footprint, 0x4000000u);
    EXPECT_EQ(params.payload_offset, 0x2000u);
    EXPECT_EQ(params.payload_offset + params.payload_size, image.size());
    EXPECT_EQ(params.scratch_offset % 4096, 0u);
    EXPECT_LE(params.scratch_offset + params.scratch_size, params.footprint);
    const auto archive = std::span{image}.subspan(params.payload_offset);
    const auto table = archive.subspan(params.table_offset, params.table_size);
    EXPECT_EQ(0, std::memcmp(sha256(table).data(), params.table_sha256, 32));
    const auto header = at<mkl_payload_header>(table, 0);
    EXPECT_EQ(header.magic, MKL_PAYLOAD_MAGIC);
    EXPECT_EQ(header.crc32,
              mkl_crc32_skipping(table.data(), table.size(), offsetof(mkl_payload_header, crc32)));
    // image_size of the arm64 header: also what the loader uses behind the file.
    EXPECT_EQ(at<uint64_t>(image, 0x10), params.scratch_offset + params.scratch_size);
}

TEST(Image, TableAndArchiveAgree) {
    Made made;
    made.make();
    const Bytes image = made.file("image.bin");
    const auto params = at<mkl_loader_params>(image, MKL_LOADER_PARAMS_OFFSET);
    const auto archive = std::span{image}.subspan(params.payload_offset);
    std::string error;
    const auto members = read_cpio(archive, error);
    ASSERT_TRUE(members) << error;
    const auto table = archive.subspan(params.table_offset, params.table_size);
    const auto header = at<mkl_payload_header>(table, 0);
    ASSERT_EQ(header.entries.count + 1, members->size());
    EXPECT_EQ(members->front().name, MKL_PAYLOAD_NAME);
    for (uint32_t i = 0; i < header.entries.count; i++) {
        const auto e =
            at<mkl_payload_entry>(table, header.entries.offset + i * sizeof(mkl_payload_entry));
        const CpioMember& m = (*members)[i + 1];
        EXPECT_EQ(m.name, e.name);
        EXPECT_EQ(m.offset, e.offset);
        EXPECT_EQ(m.size, e.size);
        EXPECT_EQ(0, std::memcmp(sha256(archive.subspan(m.offset, m.size)).data(), e.sha256, 32));
        for (uint32_t k = 0; k < e.segments.count; k++) {
            const auto s = at<mkl_payload_segment>(
                table,
                header.segments.offset + (e.segments.offset + k) * sizeof(mkl_payload_segment));
            EXPECT_LE(s.file_size, s.memory_size);
            EXPECT_LE(s.offset + s.file_size, e.size);
            EXPECT_EQ(s.dest % 8, 0u);
            EXPECT_EQ(s.offset % 8, 0u);
        }
    }
    ASSERT_EQ(header.nodes.count, 2u);
    const auto node1 = at<mkl_payload_node>(table, header.nodes.offset + sizeof(mkl_payload_node));
    EXPECT_STREQ(node1.name, "node1");
    EXPECT_EQ(node1.hwid, 1u);
    EXPECT_EQ(node1.start, MKL_START_PSCI_HVC);
    EXPECT_EQ(node1.log, 0x74000000u);
    EXPECT_EQ(node1.entries.offset, 4u);
    EXPECT_EQ(at<mkl_range>(table, node1.ram.offset).base, 0x50000000u);
    ASSERT_EQ(header.interrupts.count, 2u);
    EXPECT_EQ(at<mkl_payload_interrupt>(table, header.interrupts.offset + 16).trigger,
              MKL_TRIGGER_EDGE);
    EXPECT_EQ(at<mkl_range>(table, header.pools.offset).base, 0x60000000u);
}

TEST(Image, EveryFormatHoldsTheSameBlob) {
    Made made;
    made.make();
    const Bytes blob = made.file("image.bin");
    for (const char* name : {"image.elf", "image.itb", "image.uimg"})
        EXPECT_NE(as_text(made.file(name)).find(as_text(blob)), std::string_view::npos) << name;
}

TEST(Image, ElfStandsAtTheLoadersPlace) {
    Made made;
    made.make();
    const Bytes elf = made.file("image.elf");
    const uint64_t base = made.adder.plan.loader.base().value;
    ASSERT_NE(base, 0u);
    EXPECT_EQ(at<uint64_t>(elf, 0x18), base) << "e_entry";
    EXPECT_EQ(at<uint64_t>(elf, 0x40 + 0x18), base) << "p_paddr";
}

TEST(Image, SaysHowMuchTheLoaderNeeds) {
    Made made{0x8000};
    made.make();
    EXPECT_FALSE(made.image);
    ASSERT_EQ(made.sink.all().size(), 1u);
    EXPECT_EQ(made.sink.all()[0].id, "E571");
    EXPECT_EQ(made.sink.all()[0].hint, "loader: {size: 1M}");
}

TEST(Image, RefusesALoaderThatIsNotOne) {
    for (const size_t spoil : {0x40u, 0x48u, 0x4cu, 0x50u}) {
        Made made;
        Bytes& loader = made.adder.files.files["/share/aarch64/elfloader.bin"];
        loader[spoil] ^= std::byte{0x21};
        made.make();
        EXPECT_FALSE(made.image) << spoil;
        EXPECT_TRUE(made.sink.has("E570")) << spoil;
    }
    Made made;
    made.adder.files.files["/share/aarch64/elfloader.bin"].resize(0x60);
    made.make();
    EXPECT_TRUE(made.sink.has("E570"));
}

TEST(Image, ManifestNamesNoPath) {
    Made made;
    made.make();
    const Bytes manifest = made.file("manifest.json");
    EXPECT_EQ(as_text(manifest).find("/ex"), std::string_view::npos);
    EXPECT_EQ(as_text(manifest).find("/share"), std::string_view::npos);
    // image.itb, .elf and .uimg by parts, of which image.bin is one.
    const std::string digest = hex_digest(sha256(made.file("image.bin")));
    EXPECT_NE(as_text(manifest).find(digest), std::string_view::npos);
}

}  // namespace
}  // namespace mkl
