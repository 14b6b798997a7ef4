// SPDX-License-Identifier: BSD-2-Clause
// Files that are mapped: what is read, what stays in memory, and what another program does to them.
#include "mkl/support/content.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "mkl/support/byte_rope.hpp"

namespace mkl {
namespace {

namespace fs = std::filesystem;

constexpr size_t size = (size_t{8} << 20) + 123;

class MappedContent : public testing::Test {
protected:
    void SetUp() override {
        std::string name = (fs::temp_directory_path() / "mkl-content-XXXXXX").string();
        ASSERT_NE(::mkdtemp(name.data()), nullptr);
        path_ = fs::path{name} / "file";
        std::string text(size, '\0');
        for (size_t i = 0; i < size; i++) text[i] = static_cast<char>(i * 7 + i / 4096);
        std::ofstream{path_, std::ios::binary} << text;
        expected_ = Bytes{as_bytes(text).begin(), as_bytes(text).end()};
        content_ = files_.share(path_, size, error_);
        ASSERT_NE(content_, nullptr) << error_;
        ASSERT_TRUE(content_->mapped());
    }
    void TearDown() override { fs::remove_all(path_.parent_path()); }

    fs::path path_;
    HostFileSystem files_;
    std::string error_;
    Bytes expected_;
    SharedBytes content_;
};

/// Pages of `bytes` in this process, by /proc/self/smaps.
size_t resident_kib(std::span<const std::byte> bytes) {
    std::ifstream maps{"/proc/self/smaps"};
    std::string line;
    bool here = false;
    while (std::getline(maps, line)) {
        unsigned long begin = 0, end = 0;
        if (std::sscanf(line.c_str(), "%lx-%lx ", &begin, &end) == 2)
            here = begin == reinterpret_cast<uintptr_t>(bytes.data());
        if (here && line.starts_with("Rss:")) return std::stoul(line.substr(4));
    }
    return SIZE_MAX;
}

TEST_F(MappedContent, IsReadWholeAndDoesNotStayInMemory) {
    ByteRope rope{std::string_view{"head"}};
    rope.append(content_, 5, size - 5);
    Bytes read;
    size_t most = 0;
    rope.for_each([&](std::span<const std::byte> piece) {
        read.insert(read.end(), piece.begin(), piece.end());
        most = std::max(most, resident_kib(content_->bytes()));
    });
    ASSERT_EQ(read.size(), rope.size());
    EXPECT_TRUE(std::equal(expected_.begin() + 5, expected_.end(), read.begin() + 4));
    EXPECT_LE(most, 2048u);
}

TEST_F(MappedContent, CutShortByAnotherProgramReadsAsZerosAndHasChanged) {
    EXPECT_FALSE(content_->changed());
    fs::resize_file(path_, 4096);
    EXPECT_EQ(content_->bytes()[100], expected_[100]);
    EXPECT_EQ(content_->bytes()[size - 1], std::byte{0});
    EXPECT_TRUE(content_->changed());
}

TEST_F(MappedContent, ReplacedByAnotherFileStaysWhatItWas) {
    fs::remove(path_);
    std::ofstream{path_} << "new";
    EXPECT_TRUE(std::ranges::equal(content_->bytes(), expected_));
    EXPECT_FALSE(content_->changed());
}

TEST_F(MappedContent, HasTheLimitsOfRead) {
    EXPECT_EQ(files_.share(path_, size - 1, error_), nullptr);
    EXPECT_NE(error_.find("the limit is"), std::string::npos) << error_;
    EXPECT_EQ(files_.share(path_.parent_path(), size, error_), nullptr);
    EXPECT_EQ(error_, "not a regular file");
}

}  // namespace
}  // namespace mkl
