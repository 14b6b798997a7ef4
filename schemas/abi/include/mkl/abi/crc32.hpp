// SPDX-License-Identifier: BSD-2-Clause
// The CRC-32 of common.h (mkl_crc32, which defines it) for more than a few hundred bytes, on the
// host and on the board.
//
// Method   Slicing by eight: table[k][b] is the CRC of byte b followed by k zero bytes, so that
//          eight bytes take eight independent look-ups: about 3 instructions a byte, not 49.
// Cost     8 KiB of tables. The host has them as a constant; the root task makes them when it
//          starts (25,000 instructions), because each byte of its image is loaded and hashed.
#pragma once

#include "mkl/abi/common.h"

namespace mkl {

struct Crc32 {
    uint32_t table[8][256] = {};

    constexpr void make() {
        for (uint32_t b = 0; b < 256; b++) {
            uint32_t crc = b;
            for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (0xedb88320u & (0u - (crc & 1u)));
            table[0][b] = crc;
        }
        for (unsigned k = 1; k < 8; k++)
            for (unsigned b = 0; b < 256; b++)
                table[k][b] = (table[k - 1][b] >> 8) ^ table[0][table[k - 1][b] & 0xff];
    }

    /// As mkl_crc32.
    uint32_t update(uint32_t crc, const void* data, uint64_t size) const {
        const auto* p = static_cast<const uint8_t*>(data);
        const auto* const end = p + size;
        crc = ~crc;
        // Up to a multiple of eight: some memory may only be read aligned.
        while (p != end && reinterpret_cast<uintptr_t>(p) % 8 != 0) crc = byte(crc, *p++);
        const uint32_t* const t1 = base(1);
        const uint32_t* const t2 = base(2);
        const uint32_t* const t3 = base(3);
        const uint32_t* const t4 = base(4);
        const uint32_t* const t5 = base(5);
        const uint32_t* const t6 = base(6);
        const uint32_t* const t7 = base(7);
        for (const auto* const last = p + (end - p) / 8 * 8; p != last; p += 8) {
            uint64_t word = 0;
            __builtin_memcpy(&word, __builtin_assume_aligned(p, 8), sizeof word);
            word ^= crc;
            const auto low = static_cast<uint32_t>(word), high = static_cast<uint32_t>(word >> 32);
            crc = t7[low & 0xff] ^ t6[low >> 8 & 0xff] ^ t5[low >> 16 & 0xff] ^ t4[low >> 24];
            if (high != 0)  // else its look-ups give 0, and half of a table's words are small
                crc ^= t3[high & 0xff] ^ t2[high >> 8 & 0xff] ^ t1[high >> 16 & 0xff] ^
                       table[0][high >> 24];
        }
        while (p != end) crc = byte(crc, *p++);
        return ~crc;
    }

    /// As mkl_crc32_skipping.
    uint32_t skipping(const void* data, uint64_t size, uint64_t crc_offset) const {
        const auto* p = static_cast<const uint8_t*>(data);
        const uint32_t zero = 0;
        uint32_t crc = update(0, p, crc_offset);
        crc = update(crc, &zero, sizeof zero);
        return update(crc, p + crc_offset + sizeof zero, size - crc_offset - sizeof zero);
    }

private:
    /// A table's address that the compiler does not know to be `table` and an offset: eight bases in
    /// registers, not one and an addition for each look-up.
    const uint32_t* base(unsigned k) const {
        const uint32_t* t = table[k];
        __asm__(""
                : "+r"(t));
        return t;
    }
    uint32_t byte(uint32_t crc, uint8_t b) const {
        return (crc >> 8) ^ table[0][(crc ^ b) & 0xff];
    }
};

}  // namespace mkl
