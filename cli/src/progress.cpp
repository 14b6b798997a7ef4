// SPDX-License-Identifier: BSD-2-Clause
#include "progress.hpp"

#include <pthread.h>
#include <signal.h>

#include <cstdio>
#include <system_error>
#include <utility>

namespace mkl::cli {

namespace {

constexpr auto worth_a_line = std::chrono::milliseconds{500};
constexpr auto between_lines = std::chrono::seconds{1};

}  // namespace

Progress::Progress(bool on_terminal) {
    if (!on_terminal) return;
    // Signals are the main thread's: while it writes files it keeps them back.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    try {
        painter_ = std::thread{[this] { run(); }};
    } catch (const std::system_error&) {
        // No thread to be had: no line.
    }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

Progress::~Progress() {
    if (!painter_.joinable()) return;
    {
        const std::lock_guard guard{mutex_};
        ends_ = true;
        erase();
    }
    wake_.notify_one();
    painter_.join();
}

void Progress::set(std::string what) {
    if (!painter_.joinable()) return;
    {
        const std::lock_guard guard{mutex_};
        erase();
        what_ = std::move(what);
        since_ = std::chrono::steady_clock::now();
    }
    wake_.notify_one();
}

void Progress::run() {
    std::unique_lock lock{mutex_};
    while (!ends_) {
        if (what_.empty()) {
            wake_.wait(lock);
            continue;
        }
        const auto begin = since_;
        wake_.wait_for(lock, shown_ ? std::chrono::milliseconds{between_lines} : worth_a_line);
        if (!ends_ && !what_.empty() && since_ == begin &&
            std::chrono::steady_clock::now() - begin >= worth_a_line)
            show();
    }
}

void Progress::show() {
    const auto seconds =
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - since_);
    // ECMA-48: EL, erase in line.
    std::fprintf(stderr, "\r\x1b[Kmkl: %s (%lld s)", what_.c_str(),
                 static_cast<long long>(seconds.count()));
    std::fflush(stderr);
    shown_ = true;
}

void Progress::erase() {
    if (!shown_) return;
    std::fputs("\r\x1b[K", stderr);
    std::fflush(stderr);
    shown_ = false;
}

}  // namespace mkl::cli
