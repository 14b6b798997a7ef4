// SPDX-License-Identifier: BSD-2-Clause
// The node's console: its UART, or its log ring, written line by line by the initialiser alone.
#pragma once

#include "mkl/rt/format.hpp"
#include "mkl/rt/ring.hpp"
#include "mkl/rt/uart.hpp"

namespace mkl::user {

class Console {
public:
    void use_uart(const mkl_rec_console& record, uint64_t registers) {
        uart_ =
            rt::Uart<rt::Mmio>{rt::Mmio{registers}, record.type, record.reg_shift, record.io_width};
        uart_.enable();
        ready_ = uart_.present();
    }
    void use_log(void* ring, uint64_t size) {
        log_ = ring;
        log_size_ = size;
        ready_ = true;
    }

    /// One whole line; the line end is added.
    template <class... Values>
    void line(const Values&... values) {
        // The ring's head is read anew for each line: a debug kernel may have written in between.
        rt::RingWriter ring{log_, log_size_};
        auto put = [&](char c) { put_one(ring, c); };
        rt::print(put, values..., '\n');
    }

private:
    void put_one(rt::RingWriter& ring, char c);

    rt::Uart<rt::Mmio> uart_;
    void* log_ = nullptr;
    uint64_t log_size_ = 0;
    bool ready_ = false;
};

}  // namespace mkl::user
