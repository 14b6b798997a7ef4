// SPDX-License-Identifier: BSD-2-Clause
// What mkl is doing, on a terminal, while it takes long: one line that comes after half a second,
// counts seconds and is taken away again. Nothing at all where nobody looks (a pipe, a file).
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace mkl::cli {

class Progress {
public:
    explicit Progress(bool on_terminal);
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    /// From now on mkl does this: "proving the image"; "" for nothing worth a line.
    void set(std::string what);
    /// Calls `print()`, which writes whole lines, with the line off the terminal.
    template <class Print>
    void around(Print&& print) {
        const std::lock_guard guard{mutex_};
        erase();
        print();
    }

private:
    void run();
    void show();
    void erase();

    std::mutex mutex_;
    std::condition_variable wake_;
    std::string what_;
    std::chrono::steady_clock::time_point since_;
    bool shown_ = false, ends_ = false;
    std::thread painter_;  ///< none if nothing is to be shown
};

/// What is being done until the end of the block.
class Step {
public:
    Step(Progress* progress, std::string what) : progress_{progress} {
        if (progress_) progress_->set(std::move(what));
    }
    ~Step() {
        if (progress_) progress_->set("");
    }
    Step(const Step&) = delete;
    Step& operator=(const Step&) = delete;

private:
    Progress* progress_;
};

}  // namespace mkl::cli
