// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/formats/cpio.hpp"

#include <gtest/gtest.h>

#include <cstring>

namespace mkl {
namespace {

std::vector<CpioFile> sample_files() {
    std::vector<CpioFile> files;
    files.push_back({"mkl.payload", ByteRope{std::string_view{"table"}}});
    files.push_back({"node0/kernel.elf", ByteRope{std::string_view{"0123456789abcdef!"}}});
    files.push_back({"node0/empty", {}});
    return files;
}

TEST(Cpio, ReadsWhatItWrote) {
    const auto files = sample_files();
    const Bytes archive = write_cpio(files).flatten();
    std::string error;
    const auto members = read_cpio(archive, error);
    ASSERT_TRUE(members) << error;
    ASSERT_EQ(members->size(), files.size());
    std::vector<CpioEntry> entries;
    for (const CpioFile& f : files) entries.push_back({f.name, f.data.size()});
    const CpioLayout layout = layout_cpio(entries);
    EXPECT_EQ(layout.size, archive.size());
    for (size_t i = 0; i < files.size(); i++) {
        const CpioMember& m = (*members)[i];
        EXPECT_EQ(m.name, files[i].name);
        EXPECT_EQ(m.offset, layout.data_offsets[i]);
        EXPECT_EQ(m.offset % 64, 0u);
        const Bytes data = files[i].data.flatten();
        ASSERT_EQ(m.size, data.size());
        if (!data.empty()) {
            EXPECT_EQ(0, std::memcmp(archive.data() + m.offset, data.data(), data.size()));
        }
    }
}

TEST(Cpio, HeaderIsDeterministic) {
    const Bytes archive = write_cpio(sample_files()).flatten();
    // magic, inode 1, mode 0100644, no owner, one link, time 0, five bytes
    EXPECT_EQ(as_text(archive).substr(0, 62), "070701"
                                              "00000001"
                                              "000081a4"
                                              "00000000"
                                              "00000000"
                                              "00000001"
                                              "00000000"
                                              "00000005");
}

TEST(Cpio, RefusesEveryTruncation) {
    const Bytes whole = write_cpio(sample_files()).flatten();
    const size_t trailer = as_text(whole).find("TRAILER!!!");
    for (size_t size = 0; size < trailer + 11; size++) {
        std::string error;
        EXPECT_FALSE(read_cpio(std::span{whole}.first(size), error)) << size;
        EXPECT_FALSE(error.empty());
    }
}

TEST(Cpio, RefusesSizesThatReachOutside) {
    const Bytes good = write_cpio(sample_files()).flatten();
    for (const size_t field : {6u, 11u}) {  // file size, name size
        Bytes bad = good;
        std::memcpy(bad.data() + 6 + 8 * field, "ffffffff", 8);
        std::string error;
        EXPECT_FALSE(read_cpio(bad, error)) << field;
        bad = good;
        std::memcpy(bad.data() + 6 + 8 * field, "0000000g", 8);
        EXPECT_FALSE(read_cpio(bad, error)) << field;
    }
    Bytes bad = good;
    std::memcpy(bad.data() + 6 + 8 * 11, "00000000", 8);
    std::string error;
    EXPECT_FALSE(read_cpio(bad, error));
}

}  // namespace
}  // namespace mkl
