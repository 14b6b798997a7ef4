// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/formats/fit.hpp"

#include <gtest/gtest.h>
#include <libfdt.h>

#include <cstring>

namespace mkl {
namespace {

Fit sample() {
    Fit fit;
    fit.description = "two nodes";
    FitImage kernel;
    kernel.node = "kernel";
    kernel.description = "loader and payload";
    kernel.type = "kernel";
    kernel.file = "image.bin";
    kernel.data = ByteRope{std::string_view{"payload"}};
    kernel.digest = sha256(kernel.data);
    kernel.load = kernel.entry = 0x1'70000000;
    kernel.has_entry = true;
    fit.images.push_back(kernel);
    FitConfiguration conf;
    conf.node = "conf";
    conf.description = "board";
    conf.kernel = "kernel";
    conf.compatible = {"vendor,board", "vendor,soc"};
    fit.configurations.push_back(conf);
    return fit;
}

std::string text_of(const Bytes& blob, const char* path, const char* name) {
    const int node = fdt_path_offset(blob.data(), path);
    int size = 0;
    const void* value = fdt_getprop(blob.data(), node, name, &size);
    if (value == nullptr) return "(none)";
    return {static_cast<const char*>(value), static_cast<size_t>(size)};
}

TEST(Fit, IsATreeThatLibfdtReads) {
    const Bytes blob = write_fit(sample()).flatten();
    ASSERT_EQ(fdt_check_full(blob.data(), blob.size()), 0);
    EXPECT_EQ(fdt_totalsize(blob.data()), blob.size());
    EXPECT_EQ(text_of(blob, "/images/kernel", "data"), "payload");
    EXPECT_EQ(text_of(blob, "/images/kernel", "arch"), std::string("arm64\0", 6));
    EXPECT_EQ(text_of(blob, "/images/kernel", "load"), std::string("\0\0\0\1\x70\0\0\0", 8));
    const Sha256 digest = sha256(as_bytes("payload"));
    EXPECT_EQ(text_of(blob, "/images/kernel/hash-1", "value"), as_text(digest));
    EXPECT_EQ(text_of(blob, "/configurations", "default"), std::string("conf\0", 5));
    EXPECT_EQ(text_of(blob, "/configurations/conf", "compatible"),
              std::string("vendor,board\0vendor,soc\0", 24));
    EXPECT_EQ(text_of(blob, "/", "timestamp"), std::string("\0\0\0\0", 4));
}

TEST(Fit, SourceNamesTheSame) {
    const std::string its = write_its(sample());
    for (const char* part : {"/incbin/(\"image.bin\")", "load = <0x1 0x70000000>",
                             "default = \"conf\"", "\"vendor,board\", \"vendor,soc\"", "sha256"})
        EXPECT_NE(its.find(part), std::string::npos) << part;
}

}  // namespace
}  // namespace mkl
