// SPDX-License-Identifier: BSD-2-Clause
// The loader's lines on the plan's console: "mkl: " and one line, never two CPUs' mixed.
#pragma once

#include "fault.hpp"
#include "mkl/rt/format.hpp"
#include "mkl/rt/uart.hpp"

namespace mkl::loader {

class Console {
public:
    /// The description is the plan's, or before it is verified the best there is.
    void open(const mkl_rec_console& description);
    bool present() const { return uart_.present(); }

    /// From now on several CPUs print, all with caches on.
    void share() { shared_ = true; }

    template <class... Values>
    void line(const Values&... values) {
        lock();
        const auto put = [this](char c) { uart_.put(c); };
        rt::print(put, "mkl: ", values..., '\n');
        unlock();
    }
    /// "mkl: refused: SUBJECT: TEXT: A, B"
    void refuse(const Fault& fault);
    /// "mkl: NAME: cpu HWID ram BASE+SIZE,..." for a root task that does not say it itself.
    void banner(const char* name, uint64_t hwid, const mkl_range* ram, uint32_t count);

private:
    void lock();
    void unlock();

    rt::Uart<rt::Mmio> uart_{rt::Mmio{0}, MKL_CONSOLE_NONE, 0, 1};
    bool shared_ = false;
    bool locked_ = false;
};

}  // namespace mkl::loader
