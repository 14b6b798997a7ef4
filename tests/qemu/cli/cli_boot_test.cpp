// SPDX-License-Identifier: BSD-2-Clause
// mkl as a program: images that were tampered with, machines that lack a CPU, same input same
// bytes, exit statuses, no QEMU left behind.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "mkl/abi/payload.h"
#include "mkl/support/process.hpp"

namespace mkl {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;

const std::string adder = MKL_SOURCE_DIR "/examples/adder/system.yaml";

ProcessResult run(std::vector<std::string> argv, std::chrono::milliseconds timeout = 90s) {
    ProcessRequest request;
    request.argv = std::move(argv);
    request.timeout = timeout;
    request.environment = {"QEMU_AUDIO_DRV=none"};
    return run_process(request);
}

ProcessResult mkl(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), MKL_PROGRAM);
    return run(std::move(arguments));
}

std::string read(const fs::path& path) {
    std::ifstream in{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
}

class Program : public testing::Test {
protected:
    Program() {
        std::string name = (fs::temp_directory_path() / "mkl-test-XXXXXX").string();
        directory_ = ::mkdtemp(name.data());
    }
    ~Program() override { fs::remove_all(directory_); }

    fs::path directory_;
};

// The dry-run line as words: it holds no quotes for paths without blanks.
std::vector<std::string> words(const std::string& line) {
    std::istringstream in{line};
    return {std::istream_iterator<std::string>{in}, {}};
}

template <class T>
T at(const std::string& bytes, uint64_t offset) {
    T value{};
    if (offset + sizeof value <= bytes.size())
        std::memcpy(&value, bytes.data() + offset, sizeof value);
    return value;
}

// Offset of byte `index` of the named payload entry in image.bin.
size_t find_entry(const std::string& image, const std::string& name, size_t index) {
    const auto params = at<mkl_loader_params>(image, MKL_LOADER_PARAMS_OFFSET);
    const uint64_t table = params.payload_offset + params.table_offset;
    const auto header = at<mkl_payload_header>(image, table);
    for (uint32_t i = 0; i < header.entries.count; i++) {
        const auto entry = at<mkl_payload_entry>(image, table + header.entries.offset +
                                                            i * sizeof(mkl_payload_entry));
        if (name == entry.name) return params.payload_offset + entry.offset + index;
    }
    ADD_FAILURE() << "no entry " << name;
    return 0;
}

TEST_F(Program, TimelineIsInTheOrderOfTheStages) {
    const auto run = mkl({"qemu", adder, "-o", directory_.string(), "--timeline", "--timeout", "60",
                          "--expect", "sums correct"});
    ASSERT_EQ(run.exit_status, 0) << run.err;
    const std::string text = run.out + run.err;
    std::istringstream lines{text.substr(std::min(text.find("\nstage "), text.size()))};
    std::vector<double> last(2, 0.0);
    std::string line, seen;
    while (std::getline(lines, line)) {
        const auto cells = words(line);
        if (cells.size() != 3) continue;
        seen += cells[0] + ' ';
        for (size_t n = 0; n < last.size(); n++) {
            if (cells[n + 1] == "-") continue;
            const double at = std::stod(cells[n + 1]);
            EXPECT_GE(at, last[n]) << text;
            last[n] = at;
        }
    }
    EXPECT_EQ(seen, "loader started entered verified copied kernel root init ready up ") << text;
}

TEST_F(Program, LoaderNamesTheEntryThatWasCorrupted) {
    const auto dry = mkl({"qemu", adder, "-o", directory_.string(), "--dry-run"});
    ASSERT_EQ(dry.exit_status, 0) << dry.err;
    std::string image = read(directory_ / "image.bin");
    const size_t victim = find_entry(image, "node1/root.elf", 5000);
    image[victim] = static_cast<char>(image[victim] ^ 1);
    std::ofstream{directory_ / "image.bin", std::ios::binary} << image;

    std::string seen;
    ProcessRequest request;
    request.argv = words(dry.out);
    request.timeout = 30s;
    request.on_output = [&](ProcessStream, std::string_view text) {
        seen += text;
        return seen.find("node1/root.elf") == std::string::npos ||
               seen.find('\n', seen.find("node1/root.elf")) == std::string::npos;
    };
    run_process(request);
    EXPECT_THAT(seen, HasSubstr("node1/root.elf"));

    const auto verify = mkl({"verify", (directory_ / "image.bin").string()});
    EXPECT_EQ(verify.exit_status, 1);
    EXPECT_THAT(verify.err, HasSubstr("node1/root.elf"));
    EXPECT_THAT(verify.err, HasSubstr("[E606 entry-hash]"));
}

TEST_F(Program, AMissingCpuIsOneLineAndTheOtherNodeRuns) {
    const auto dry = mkl({"qemu", MKL_SOURCE_DIR "/examples/two-nodes/system.yaml", "-o",
                          directory_.string(), "--dry-run"});
    ASSERT_EQ(dry.exit_status, 0) << dry.err;
    std::vector<std::string> argv = words(dry.out);
    const auto smp = std::find(argv.begin(), argv.end(), "-smp");
    ASSERT_NE(smp, argv.end());
    *(smp + 1) = "1";
    std::string seen;
    ProcessRequest request;
    request.argv = argv;
    request.timeout = 30s;
    const std::string banner = "mkl: node0: cpu 0x0 ram";
    request.on_output = [&](ProcessStream, std::string_view text) {
        seen += text;
        return seen.find(banner) == std::string::npos || seen.find("node1") == std::string::npos;
    };
    run_process(request);
    EXPECT_THAT(seen, HasSubstr(banner));
    const auto lines = [&] {
        std::vector<std::string> out;
        std::istringstream in{seen};
        for (std::string l; std::getline(in, l);)
            if (l.find("node1") != std::string::npos) out.push_back(l);
        return out;
    }();
    ASSERT_FALSE(lines.empty());
    EXPECT_THAT(lines.front(), HasSubstr("refused: node1"));
}

TEST_F(Program, SameInputSameBytesInAnyDirectory) {
    const fs::path a = directory_ / "a", b = directory_ / "elsewhere" / "b",
                   copy = directory_ / "copy of the system";
    fs::create_directories(b.parent_path());
    fs::copy(fs::path{adder}.parent_path(), copy, fs::copy_options::recursive);
    ASSERT_EQ(mkl({"image", adder, "-o", a.string()}).exit_status, 0);
    ASSERT_EQ(mkl({"image", (copy / "system.yaml").string(), "-o", b.string()}).exit_status, 0);
    size_t compared = 0;
    for (const auto& entry : fs::recursive_directory_iterator{a}) {
        if (!entry.is_regular_file() || entry.path().filename() == ".mkl.lock") continue;
        const fs::path other = b / entry.path().lexically_relative(a);
        EXPECT_TRUE(read(entry.path()) == read(other)) << entry.path();
        compared++;
    }
    EXPECT_GE(compared, 15u);
}

TEST_F(Program, EveryFormatIsProved) {
    ASSERT_EQ(mkl({"image", adder, "-o", directory_.string()}).exit_status, 0);
    for (const char* name : {"image.elf", "image.bin", "image.itb", "image.uimg"}) {
        const auto alone = mkl({"verify", (directory_ / name).string()});
        EXPECT_EQ(alone.exit_status, 0) << name << '\n' << alone.err;
        const auto asked = mkl({"verify", (directory_ / name).string(), "--system", adder});
        EXPECT_EQ(asked.exit_status, 0) << name << '\n' << asked.err;
        const auto other = mkl({"verify", (directory_ / name).string(), "--system", adder, "--set",
                                "nodes.node1.memory.size=128M"});
        EXPECT_EQ(other.exit_status, 1) << name;
        EXPECT_THAT(other.err, HasSubstr("E650 not-as-asked"));
        EXPECT_EQ(mkl({"inspect", (directory_ / name).string()}).exit_status, 0);
    }
}

TEST_F(Program, AnImageOfOlderProgramsIsNotWhatWasAskedFor) {
    const fs::path copy = directory_ / "copy", out = directory_ / "out";
    fs::copy(fs::path{adder}.parent_path(), copy, fs::copy_options::recursive);
    const std::string yaml = (copy / "system.yaml").string(), image = (out / "image.itb").string();
    ASSERT_EQ(mkl({"image", yaml, "-o", out.string()}).exit_status, 0);
    std::string elf = read(copy / "client.elf");
    const size_t word = elf.find("sums correct");
    ASSERT_NE(word, std::string::npos);
    elf[word] = 'S';
    std::ofstream{copy / "client.elf", std::ios::binary} << elf;
    const auto stale = mkl({"verify", image, "--system", yaml});
    EXPECT_EQ(stale.exit_status, 1);
    EXPECT_THAT(stale.err,
                HasSubstr("other bytes than the system description gives now: node0/root.elf"));
    EXPECT_THAT(stale.err, Not(HasSubstr("node1")));
    // What is not there cannot be compared, and the proof says so.
    fs::remove(copy / "client.elf");
    const auto missing = mkl({"verify", image, "--system", yaml});
    EXPECT_EQ(missing.exit_status, 0) << missing.err;
    EXPECT_THAT(missing.err, HasSubstr("N541"));
    EXPECT_THAT(missing.out, HasSubstr("node 'node0': that its programs are those of the system "
                                       "description is claimed, not proved"));
    EXPECT_THAT(missing.out, Not(HasSubstr("node 'node1': that")));
}

TEST_F(Program, AContainerThatNamesAnotherPlaceIsRefused) {
    ASSERT_EQ(mkl({"image", adder, "-o", directory_.string()}).exit_status, 0);
    constexpr size_t e_entry = 0x18, p_paddr = 0x40 + 0x18;
    for (const size_t field : {e_entry, p_paddr}) {
        std::string elf = read(directory_ / "image.elf");
        elf.replace(field, 8, std::string(8, '\0'));
        const fs::path moved = directory_ / "moved.elf";
        std::ofstream{moved, std::ios::binary} << elf;
        const auto result = mkl({"verify", moved.string()});
        EXPECT_EQ(result.exit_status, 1) << field;
        EXPECT_THAT(result.err, HasSubstr("E617")) << field;
    }
}

TEST_F(Program, AnExpectedLineThatDoesNotComeIsStatus3) {
    const auto result = mkl({"qemu", adder, "--expect", "this is never said", "--timeout", "3"});
    EXPECT_EQ(result.exit_status, 3) << result.err;
    EXPECT_THAT(result.err, HasSubstr("W701 not-expected-line"));
}

TEST_F(Program, QemuThatIsNotInstalledIsAnError) {
    ASSERT_EQ(mkl({"image", adder, "-o", directory_.string()}).exit_status, 0);
    ProcessRequest request;
    request.argv = {MKL_PROGRAM, "qemu", adder};
    request.environment = {"PATH=/nonexistent"};
    request.timeout = 30s;
    EXPECT_EQ(run_process(request).exit_status, 1);
}

TEST_F(Program, UsageErrorsAreStatus2AndFindingsStatus1) {
    EXPECT_EQ(mkl({"chek", adder}).exit_status, 2);
    EXPECT_EQ(mkl({"check"}).exit_status, 2);
    EXPECT_EQ(mkl({"check", adder, "--set", "x"}).exit_status, 2);
    EXPECT_EQ(mkl({"check", "does-not-exist.yaml"}).exit_status, 1);
    EXPECT_EQ(mkl({"check", adder}).exit_status, 0);
    const auto json = mkl({"check", adder, "--format", "json"});
    EXPECT_TRUE(json.out.starts_with("{\"version\":1,\"errors\":0,"));
    const auto sarif = mkl({"check", "does-not-exist.yaml", "--format", "sarif"});
    EXPECT_EQ(sarif.exit_status, 1);
    EXPECT_THAT(sarif.out, HasSubstr("\"uri\":\"does-not-exist.yaml\""));
    EXPECT_EQ(sarif.err, "");
}

TEST_F(Program, NothingIsWrittenOnAnError) {
    const fs::path out = directory_ / "out";
    EXPECT_EQ(mkl({"image", adder, "-o", out.string(), "--set", "nodes.node1.cpu=0"}).exit_status,
              1);
    EXPECT_FALSE(fs::exists(out));
}

}  // namespace
}  // namespace mkl
