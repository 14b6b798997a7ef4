// SPDX-License-Identifier: BSD-2-Clause
// Running another program: argument vector, no shell, time limit, output captured or streamed.
//
// Errors   no exception; what went wrong is in ProcessResult. The child never outlives the call,
//          nor do the children that stay in its process group.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace mkl {

enum class ProcessStream { out, err };

struct ProcessRequest {
    std::vector<std::string> argv;         ///< argv[0] is looked up in PATH
    std::string directory;                 ///< working directory; "": the caller's
    std::vector<std::string> environment;  ///< "NAME=VALUE", added to the caller's
    std::string input;                     ///< given to its standard input, which is then closed
    std::chrono::milliseconds timeout{0};  ///< 0: none
    uint64_t max_output = uint64_t{16} << 20;  ///< bytes kept of each stream; more is dropped
    /// Called for each piece of output as it comes; false ends the child. May be empty.
    std::function<bool(ProcessStream, std::string_view)> on_output;
};

struct ProcessResult {
    bool started = false;    ///< false: `error` says why (ENOENT: the program is not installed)
    int start_errno = 0;     ///< errno of the failed start
    std::string error;       ///< strerror text, "" if it started
    bool timed_out = false;  ///< ended by the time limit
    bool ended = false;      ///< ended because on_output returned false
    int exit_status = -1;    ///< -1 if a signal ended it
    int signal = 0;
    std::string out, err;
    bool ok() const { return started && !timed_out && exit_status == 0; }
};

ProcessResult run_process(const ProcessRequest& request);

}  // namespace mkl
