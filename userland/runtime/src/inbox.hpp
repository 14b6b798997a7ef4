// SPDX-License-Identifier: BSD-2-Clause
// What of a component's incoming ends is pending, and which interrupts still want their
// acknowledgement. Pure: the system calls are the caller's, so that it runs in host tests.
#pragma once

#include <stdint.h>

namespace mkl::user {

class Inbox {
public:
    /// A badge came from the inbox notification.
    void arrived(uint64_t badge) {
        pending_ |= badge;
        unacknowledged_ |= badge;
    }
    /// Still to do, without a new arrival.
    void again(uint64_t bit) { pending_ |= bit; }
    bool pending(uint64_t bit) const { return (pending_ & bit) != 0; }
    bool any() const { return pending_ != 0; }
    /// Takes `bit`; true if it was pending.
    bool take(uint64_t bit) {
        const bool was = pending(bit);
        pending_ &= ~bit;
        return was;
    }
    /// True once after each arrival of `bit` that has been taken: its interrupt may be
    /// acknowledged, since whoever handled it now asks for the next.
    bool acknowledge(uint64_t bit) {
        if ((unacknowledged_ & bit) == 0 || pending(bit)) return false;
        unacknowledged_ &= ~bit;
        return true;
    }

private:
    uint64_t pending_ = 0, unacknowledged_ = 0;
};

}  // namespace mkl::user
