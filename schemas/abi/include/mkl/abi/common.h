/* SPDX-License-Identifier: BSD-2-Clause */
/* Common rules of every binary contract in this directory.
 *
 * Little-endian; addresses physical unless the field says virtual; sizes in bytes; natural
 * alignment; references are offsets from the structure's own header, never pointers. Usable from
 * C11 and C++20; includes only <stdint.h> and <stddef.h>. Readers treat every byte as hostile.
 *
 * Versions: a reader refuses a higher major and accepts any minor of its own major. Any change of
 * layout or meaning raises the major; a new optional record or trailing field raises the minor.
 */
#ifndef MKL_ABI_COMMON_H
#define MKL_ABI_COMMON_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define MKL_ABI_ASSERT(cond, text) static_assert(cond, text)
#define MKL_ABI_BYTES(pointer) static_cast<const uint8_t*>(pointer)
#else
#define MKL_ABI_ASSERT(cond, text) _Static_assert(cond, text)
#define MKL_ABI_BYTES(pointer) ((const uint8_t*)(pointer))
#endif

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the binary contracts are little-endian; a big-endian port needs byte swapping first"
#endif

/* Architecture numbers used in every header. */
#define MKL_ARCH_AARCH64 1u
#define MKL_ARCH_RISCV64 2u

/* Node names: [A-Za-z][A-Za-z0-9_-]*, at most 31 bytes and a NUL. */
#define MKL_NAME_SIZE 32u

/* 4 KiB: the granule of every ownership decision (MMIO, RAM, shared pools). */
#define MKL_PAGE_SIZE 0x1000u

/* CRC-32 (IEEE 802.3, reflected, polynomial 0xedb88320, initial and final value ~0).
 * `crc` chains: start with 0, feed the next piece with the previous result. */
static inline uint32_t mkl_crc32(uint32_t crc, const void* data, uint64_t size) {
    const uint8_t* p = MKL_ABI_BYTES(data);
    crc = ~crc;
    for (uint64_t i = 0; i < size; i++) {
        crc ^= p[i];
        for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (0xedb88320u & (0u - (crc & 1u)));
    }
    return ~crc;
}

/* CRC of a structure of `size` bytes whose 4-byte CRC field at `crc_offset` counts as zero.
 * The caller has checked crc_offset + 4 <= size. */
static inline uint32_t mkl_crc32_skipping(const void* data, uint64_t size, uint64_t crc_offset) {
    const uint8_t* p = MKL_ABI_BYTES(data);
    const uint32_t zero = 0;
    uint32_t crc = mkl_crc32(0, p, crc_offset);
    crc = mkl_crc32(crc, &zero, sizeof zero);
    return mkl_crc32(crc, p + crc_offset + 4, size - crc_offset - 4);
}

#endif
