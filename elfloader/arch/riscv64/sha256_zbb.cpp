// SPDX-License-Identifier: BSD-2-Clause
// Compiled for harts with Zbb, which rotates and swaps bytes in one instruction.
#include "sha256_rounds.hpp"
#include "zbb.hpp"

namespace mkl::loader::arch {

void sha256_blocks_zbb(uint32_t (&state)[8], const uint8_t* data, uint64_t blocks) {
    sha256_rounds::compress(state, data, blocks);
}

}  // namespace mkl::loader::arch
