// SPDX-License-Identifier: BSD-2-Clause
#include "console.hpp"

namespace mkl::loader {

namespace {

// A CPU that died with the lock must not silence the others.
constexpr uint32_t lock_attempts = 50'000'000;

/// Return codes of firmware are small negative numbers, everything else reads best in hex.
void put_detail(Console& console, const Fault& f) {
    const auto negative = static_cast<int64_t>(f.detail[1]);
    if (negative < 0 && negative > -4096) {
        console.line("refused: ", f.subject, ": ", f.text, ": ", rt::Hex{f.detail[0]}, ", ",
                     negative);
        return;
    }
    console.line("refused: ", f.subject, ": ", f.text, ": ", rt::Hex{f.detail[0]}, ", ",
                 rt::Hex{f.detail[1]});
}

}  // namespace

void Console::open(const mkl_rec_console& description) {
    uart_ = rt::Uart<rt::Mmio>{rt::Mmio{static_cast<uintptr_t>(description.base)}, description.type,
                               description.reg_shift, description.io_width};
    uart_.enable();
}

void Console::lock() {
    if (!shared_) return;
    for (uint32_t i = 0; i < lock_attempts; i++)
        if (!__atomic_test_and_set(&locked_, __ATOMIC_ACQUIRE)) return;
}

void Console::unlock() {
    if (shared_) __atomic_clear(&locked_, __ATOMIC_RELEASE);
}

void Console::refuse(const Fault& fault) {
    if (fault.shows_values) {
        put_detail(*this, fault);
    } else {
        line("refused: ", fault.subject, ": ", fault.text);
    }
}

void Console::banner(const char* name, uint64_t hwid, const mkl_range* ram, uint32_t count) {
    lock();
    const auto put = [this](char c) { uart_.put(c); };
    rt::print(put, "mkl: ", name, ": cpu ", rt::Hex{hwid}, " ram ");
    for (uint32_t i = 0; i < count; i++)
        rt::print(put, i == 0 ? "" : ",", rt::Hex{ram[i].base}, "+", rt::Hex{ram[i].size});
    rt::print(put, '\n');
    unlock();
}

}  // namespace mkl::loader
