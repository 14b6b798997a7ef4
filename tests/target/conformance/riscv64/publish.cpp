// SPDX-License-Identifier: BSD-2-Clause
#include "suite.hpp"

bool suite::publish_instructions(Word) {
    asm volatile("fence.i" ::: "memory");
    return true;
}
