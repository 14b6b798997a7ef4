// SPDX-License-Identifier: BSD-2-Clause
// sha256_instructions(uint32_t state[8], const uint8_t* data, uint64_t blocks), blocks > 0:
// SHA-256 by the CPU's instructions (Arm ARM DDI 0487, FEAT_SHA256). The caller has checked that
// they are there. 1.6 instructions a byte. Uses SIMD registers, which no other loader code does.
.arch armv8-a+crypto

.macro quad_round w0, w1, w2, w3, k, extend
    add     v8.4s, \w0\().4s, \k\().4s
    .if \extend
    sha256su0 \w0\().4s, \w1\().4s
    .endif
    mov     v9.16b, v2.16b
    sha256h q2, q3, v8.4s
    sha256h2 q3, q9, v8.4s
    .if \extend
    sha256su1 \w0\().4s, \w2\().4s, \w3\().4s
    .endif
.endm

.text
.global sha256_instructions
sha256_instructions:
    mrs     x3, CurrentEL           // SIMD is ours: no trap at this level
    cmp     x3, #8
    b.eq    1f
    mov     x3, #3 << 20            // CPACR_EL1.FPEN
    msr     cpacr_el1, x3
    b       2f
1:  mov     x3, #0x33ff             // CPTR_EL2: RES1, TFP 0
    msr     cptr_el2, x3
2:  isb
    adr     x3, sha256_constants
    ld1     {v16.4s-v19.4s}, [x3], #64
    ld1     {v20.4s-v23.4s}, [x3], #64
    ld1     {v24.4s-v27.4s}, [x3], #64
    ld1     {v28.4s-v31.4s}, [x3]
    ld1     {v0.4s, v1.4s}, [x0]
3:  ld1     {v4.16b-v7.16b}, [x1], #64
    rev32   v4.16b, v4.16b
    rev32   v5.16b, v5.16b
    rev32   v6.16b, v6.16b
    rev32   v7.16b, v7.16b
    mov     v2.16b, v0.16b
    mov     v3.16b, v1.16b
    quad_round v4, v5, v6, v7, v16, 1
    quad_round v5, v6, v7, v4, v17, 1
    quad_round v6, v7, v4, v5, v18, 1
    quad_round v7, v4, v5, v6, v19, 1
    quad_round v4, v5, v6, v7, v20, 1
    quad_round v5, v6, v7, v4, v21, 1
    quad_round v6, v7, v4, v5, v22, 1
    quad_round v7, v4, v5, v6, v23, 1
    quad_round v4, v5, v6, v7, v24, 1
    quad_round v5, v6, v7, v4, v25, 1
    quad_round v6, v7, v4, v5, v26, 1
    quad_round v7, v4, v5, v6, v27, 1
    quad_round v4, v5, v6, v7, v28, 0
    quad_round v5, v6, v7, v4, v29, 0
    quad_round v6, v7, v4, v5, v30, 0
    quad_round v7, v4, v5, v6, v31, 0
    add     v0.4s, v0.4s, v2.4s
    add     v1.4s, v1.4s, v3.4s
    subs    x2, x2, #1
    b.ne    3b
    st1     {v0.4s, v1.4s}, [x0]
    ret

// FIPS 180-4, 4.2.2.
.balign 16
sha256_constants:
    .word 0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5
    .word 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174
    .word 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da
    .word 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967
    .word 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85
    .word 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070
    .word 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3
    .word 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2
