// SPDX-License-Identifier: BSD-2-Clause
#include "suite.hpp"

bool suite::publish_instructions(Word frame) {
    return invoke(frame, label::page_unify_instruction, caps(), 0, 4096).error() == no_error;
}
