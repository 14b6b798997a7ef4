// SPDX-License-Identifier: BSD-2-Clause
// On a real directory: what is written, what is left behind, and what a failure leaves.
#include "mkl/support/outputs.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <set>
#include <thread>

namespace {
/// rename() fails once it has done so many; never if negative.
int renames_left = -1;
/// So many; then it works again.
int renames_failing = 0;
}  // namespace

/// In place of the C library's: a disk that fails halfway.
extern "C" int rename(const char* from, const char* to) noexcept {
    if (renames_left == 0) {
        if (--renames_failing == 0) renames_left = -1;
        errno = EIO;
        return -1;
    }
    if (renames_left > 0) renames_left--;
    return ::renameat(AT_FDCWD, from, AT_FDCWD, to);
}

namespace mkl {
namespace {

namespace fs = std::filesystem;

class Outputs : public testing::Test {
protected:
    void SetUp() override {
        std::string name = (fs::temp_directory_path() / "mkl-outputs-XXXXXX").string();
        ASSERT_NE(::mkdtemp(name.data()), nullptr);
        root_ = name;
        out_ = root_ / "out";
    }
    void TearDown() override { fs::remove_all(root_); }

    std::string read(const fs::path& path) {
        HostFileSystem files;
        std::string error;
        const auto bytes = files.read(path, 1 << 20, error);
        return bytes ? std::string{as_text(*bytes)} : "(" + error + ")";
    }
    std::set<std::string> names_below(const fs::path& directory) {
        std::set<std::string> names;
        for (const auto& entry : fs::recursive_directory_iterator(directory))
            names.insert(fs::relative(entry.path(), directory).string());
        return names;
    }
    std::string only_id() {
        return sink_.all().size() == 1 ? std::string{sink_.all().front().id} : "(none)";
    }

    fs::path root_, out_;
    DiagnosticSink sink_;
};

OutputFile file(std::string path, std::string_view text, bool last = false) {
    return {std::move(path), ByteRope{text}, last};
}

TEST_F(Outputs, WritesAllAndLeavesNothingElse) {
    const std::vector<OutputFile> files{file("plan.json", "{}", true), file("a", "A"),
                                        file("node0/node.dtb", "D")};
    ASSERT_TRUE(write_outputs(out_, files, sink_));
    EXPECT_EQ(read(out_ / "plan.json"), "{}");
    EXPECT_EQ(read(out_ / "node0/node.dtb"), "D");
    EXPECT_EQ(names_below(root_), (std::set<std::string>{"out", "out/plan.json", "out/a",
                                                         "out/node0", "out/node0/node.dtb"}));
}

TEST_F(Outputs, ChecksFinishedFilesBeforeAnyIsInItsPlace) {
    const std::vector files{file("node0/a", "new")};
    ASSERT_TRUE(write_outputs(out_, std::vector{file("node0/a", "old")}, sink_));
    std::string seen;
    const auto refuse = [&](const fs::path& directory) {
        seen = read(directory / "node0/a");
        return false;
    };
    EXPECT_FALSE(write_outputs(out_, files, sink_, refuse));
    EXPECT_EQ(seen, "new");
    EXPECT_EQ(read(out_ / "node0/a"), "old");
    EXPECT_EQ(names_below(root_), (std::set<std::string>{"out", "out/node0", "out/node0/a"}));
    EXPECT_TRUE(write_outputs(out_, files, sink_, [](const fs::path&) { return true; }));
    EXPECT_EQ(read(out_ / "node0/a"), "new");
}

TEST_F(Outputs, KeepsFilesOfOthersAndReplacesItsOwn) {
    fs::create_directories(out_);
    ASSERT_TRUE(
        write_outputs(out_, std::vector{file("a", "old"), file("mine.txt", "keep")}, sink_));
    ASSERT_TRUE(write_outputs(out_, std::vector{file("a", "new")}, sink_));
    EXPECT_EQ(read(out_ / "a"), "new");
    EXPECT_EQ(read(out_ / "mine.txt"), "keep");
}

TEST_F(Outputs, AFileInTheWayOfTheDirectory) {
    ASSERT_TRUE(write_outputs(root_, std::vector{file("out", "a file")}, sink_));
    EXPECT_FALSE(write_outputs(out_, std::vector{file("a", "A")}, sink_));
    EXPECT_EQ(only_id(), "E910");
    EXPECT_EQ(read(out_), "a file");
}

TEST_F(Outputs, ADirectoryInTheWayOfAFileChangesNothing) {
    ASSERT_TRUE(write_outputs(out_, std::vector{file("b", "old")}, sink_));
    fs::create_directories(out_ / "a");
    EXPECT_FALSE(write_outputs(out_, std::vector{file("b", "new"), file("a", "A")}, sink_));
    EXPECT_EQ(only_id(), "E912");
    EXPECT_EQ(read(out_ / "b"), "old");
    EXPECT_EQ(names_below(root_), (std::set<std::string>{"out", "out/a", "out/b"}));
}

TEST_F(Outputs, WhatWasThereComesBackWhenAFileCannotBePutInPlace) {
    const auto named = [&](const char* text) {
        std::vector files{file("a", text), file("node0/b", text), file("plan.json", text),
                          file("c", text)};
        files[2].last = true;
        return files;
    };
    ASSERT_TRUE(write_outputs(out_, named("old"), sink_));
    fs::remove(out_ / "c");  // of this one there is nothing old
    const auto lose_one = [](const fs::path& directory) {
        return fs::remove(directory / "plan.json");
    };
    EXPECT_FALSE(write_outputs(out_, named("new"), sink_, lose_one));
    EXPECT_EQ(only_id(), "E912");
    EXPECT_NE(sink_.all().front().message.find("nothing there has changed"), std::string::npos);
    for (const char* name : {"a", "node0/b", "plan.json"}) EXPECT_EQ(read(out_ / name), "old");
    EXPECT_EQ(names_below(root_),
              (std::set<std::string>{"out", "out/a", "out/node0", "out/node0/b", "out/plan.json"}));
}

TEST_F(Outputs, WhatCannotBePutBackIsKeptAndNamed) {
    ASSERT_TRUE(write_outputs(out_, std::vector{file("a", "old a"), file("b", "old b")}, sink_));
    renames_left = 3;  // both set aside, the new `a` in its place
    renames_failing = 4;
    EXPECT_FALSE(write_outputs(out_, std::vector{file("a", "new a"), file("b", "new b")}, sink_));
    ASSERT_EQ(renames_left, -1);
    ASSERT_EQ(only_id(), "E912");
    const std::string& message = sink_.all().front().message;
    const size_t from = message.find("it is in '");
    ASSERT_NE(from, std::string::npos) << message;
    const fs::path kept = message.substr(from + 10, message.size() - from - 11);
    EXPECT_EQ(read(kept / "a"), "old a");
    EXPECT_EQ(read(kept / "b"), "old b");
}

TEST_F(Outputs, ANewFileThatCannotBeTakenBackIsSaid) {
    ASSERT_TRUE(write_outputs(out_, std::vector{file("b", "old b")}, sink_));
    renames_left = 2;     // `b` set aside, the new `a` in its place
    renames_failing = 2;  // the new `b`, and back with `a`
    EXPECT_FALSE(write_outputs(out_, std::vector{file("a", "new a"), file("b", "new b")}, sink_));
    ASSERT_EQ(only_id(), "E912");
    EXPECT_NE(sink_.all().front().message.find("what was there is back, beside new files"),
              std::string::npos);
    EXPECT_EQ(read(out_ / "a"), "new a");
    EXPECT_EQ(read(out_ / "b"), "old b");
    EXPECT_EQ(names_below(root_), (std::set<std::string>{"out", "out/a", "out/b"}));
}

TEST_F(Outputs, AWriteErrorChangesNothing) {
    ASSERT_TRUE(write_outputs(out_, std::vector{file("b", "old")}, sink_));
    // A file size limit stands for a full disk: write() fails in the middle of the second file.
    const auto with_limit = [&] {
        rlimit limit{};
        ::getrlimit(RLIMIT_FSIZE, &limit);
        const rlim_t before = limit.rlim_cur;
        limit.rlim_cur = 100000;
        ::setrlimit(RLIMIT_FSIZE, &limit);
        std::signal(SIGXFSZ, SIG_IGN);
        OutputFile large{"large", {}};
        large.content.append_zeros(1 << 20);
        const bool ok = write_outputs(out_, std::vector{file("b", "new"), large}, sink_);
        limit.rlim_cur = before;
        ::setrlimit(RLIMIT_FSIZE, &limit);
        std::signal(SIGXFSZ, SIG_DFL);
        return ok;
    };
    EXPECT_FALSE(with_limit());
    EXPECT_EQ(only_id(), "E911");
    EXPECT_EQ(read(out_ / "b"), "old");
    EXPECT_EQ(names_below(root_), (std::set<std::string>{"out", "out/b"}));
}

TEST_F(Outputs, ASignalLeavesNothingBehind) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        std::vector<OutputFile> files;
        for (int i = 0; i < 2000; i++) {
            files.push_back({"f" + std::to_string(i), {}});
            files.back().content.append_zeros(100000);
        }
        DiagnosticSink sink;
        write_outputs(out_, files, sink);
        ::_exit(1);
    }
    // Until the child has begun to write; then in the middle of 200 MB.
    for (int i = 0; i < 1000 && !fs::exists(out_ / ".mkl.lock"); i++) ::usleep(1000);
    ::usleep(5000);
    ::kill(child, SIGTERM);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status));
    EXPECT_EQ(WTERMSIG(status), SIGTERM);
    const auto left = names_below(root_);
    EXPECT_TRUE(left.empty() || left == std::set<std::string>{"out"}) << left.size();
}

TEST_F(Outputs, TwoWritersDoNotMix) {
    const auto write_many = [&](std::string_view text) {
        for (int i = 0; i < 20; i++) {
            DiagnosticSink sink;
            EXPECT_TRUE(write_outputs(
                out_, std::vector{file("a", text), file("b", text), file("m", text, true)}, sink));
        }
    };
    std::thread other{[&] { write_many("one"); }};
    write_many("two");
    other.join();
    EXPECT_EQ(read(out_ / "a"), read(out_ / "b"));
    EXPECT_EQ(read(out_ / "a"), read(out_ / "m"));
    EXPECT_EQ(names_below(root_), (std::set<std::string>{"out", "out/a", "out/b", "out/m"}));
}

}  // namespace
}  // namespace mkl
