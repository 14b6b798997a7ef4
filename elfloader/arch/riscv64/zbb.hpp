// SPDX-License-Identifier: BSD-2-Clause
// Bit manipulation, extension Zbb (RISC-V Bit-Manipulation ISA-extensions 1.0, 1.2).
#pragma once

#include <stdint.h>

namespace mkl::loader::arch {

/// 1 if this hart has Zbb, else 0: it tries. Interrupts off; scause and sepc change.
extern "C" [[gnu::visibility("hidden")]] uint64_t hart_has_zbb();

/// As loader::sha256_blocks; only on a hart that has Zbb.
void sha256_blocks_zbb(uint32_t (&state)[8], const uint8_t* data, uint64_t blocks);

}  // namespace mkl::loader::arch
