// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/support/process.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>

namespace mkl {
namespace {

using namespace std::chrono_literals;

TEST(Process, CapturesBothStreamsAndTheExitStatus) {
    ProcessRequest request;
    request.argv = {"sh", "-c", "echo out; echo err >&2; exit 7"};
    const ProcessResult result = run_process(request);
    EXPECT_TRUE(result.started);
    EXPECT_EQ(result.exit_status, 7);
    EXPECT_EQ(result.out, "out\n");
    EXPECT_EQ(result.err, "err\n");
    EXPECT_FALSE(result.ok());
}

TEST(Process, MissingProgramIsNoStart) {
    ProcessRequest request;
    request.argv = {"mkl-no-such-program"};
    const ProcessResult result = run_process(request);
    EXPECT_FALSE(result.started);
    EXPECT_EQ(result.start_errno, ENOENT);
}

TEST(Process, ArgumentsReachTheProgramUnchanged) {
    ProcessRequest request;
    request.argv = {"printf", "%s|", "a b", "$HOME", "*", "'\""};
    EXPECT_EQ(run_process(request).out, "a b|$HOME|*|'\"|");
}

TEST(Process, TimeLimitEndsTheWholeGroup) {
    ProcessRequest request;
    request.argv = {"sh", "-c", "echo begun; sleep 30 & sleep 30"};
    request.timeout = 200ms;
    const auto before = std::chrono::steady_clock::now();
    const ProcessResult result = run_process(request);
    EXPECT_TRUE(result.timed_out);
    EXPECT_EQ(result.out, "begun\n");
    EXPECT_EQ(result.signal, SIGKILL);
    EXPECT_LT(std::chrono::steady_clock::now() - before, 10s);
}

TEST(Process, LargeInputAndOutputDoNotBlockEachOther) {
    ProcessRequest request;
    request.argv = {"cat"};
    request.input.assign(3 << 20, 'x');
    const ProcessResult result = run_process(request);
    EXPECT_TRUE(result.ok());
    EXPECT_EQ(result.out, request.input);
}

TEST(Process, InputThatNobodyReadsDoesNotEndUs) {
    ProcessRequest request;
    request.argv = {"true"};
    request.input.assign(3 << 20, 'x');
    EXPECT_TRUE(run_process(request).ok());
}

TEST(Process, KeepsNoMoreThanTheLimit) {
    ProcessRequest request;
    request.argv = {"sh", "-c", "printf 0123456789; printf 0123456789"};
    request.max_output = 12;
    EXPECT_EQ(run_process(request).out, "012345678901");
}

TEST(Process, OutputCallbackCanEndIt) {
    ProcessRequest request;
    request.argv = {"sh", "-c", "echo seen; sleep 30"};
    std::string text;
    request.on_output = [&](ProcessStream, std::string_view piece) {
        text += piece;
        return text.find("seen\n") == std::string::npos;
    };
    const ProcessResult result = run_process(request);
    EXPECT_TRUE(result.ended);
    EXPECT_FALSE(result.timed_out);
}

TEST(Process, EnvironmentAndDirectory) {
    ProcessRequest request;
    request.argv = {"sh", "-c", "echo $MKL_TEST_VALUE; pwd"};
    request.environment = {"MKL_TEST_VALUE=a=b"};
    request.directory = "/";
    EXPECT_EQ(run_process(request).out, "a=b\n/\n");
}

}  // namespace
}  // namespace mkl
