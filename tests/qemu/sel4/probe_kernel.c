/* SPDX-License-Identifier: BSD-2-Clause */
/* Contract probe: built for its node as an unmodified seL4 is (linked at the node's RAM, with the
 * two tables that say what is compiled in), it checks what such a kernel finds when it is entered,
 * and says so on the board's UART through the identity map. It starts no root task.
 *   -DNODE -DBASE -DSIZE -DLEVEL -DGICD -DGIC_OTHER, from build_kernel.py */
#include <stdint.h>

struct region {
    uint64_t start, end;
};
struct frame {
    uint64_t phys, virt;
    uint32_t execute_never, user_available;
};
__attribute__((used)) const struct region avail_p_regs[] = {
    {BASE, BASE + SIZE}
};
__attribute__((used)) const struct frame kernel_device_frames[] = {
    {GICD,       0, 1, 0},
    {GIC_OTHER,  0, 1, 0},
    {0x09000000, 0, 1, 1}
};

uint64_t entered_with[6];
static uint64_t zeroed[512]; /* BSS: the loader's to clear */
__attribute__((aligned(16))) uint8_t stack[4096];

__asm__(".section .text.first, \"ax\"\n"
        ".global _start\n"
        "_start: adrp x9, entered_with\n add x9, x9, :lo12:entered_with\n"
        "stp x0, x1, [x9]\n stp x2, x3, [x9, #16]\n stp x4, x5, [x9, #32]\n"
        "adrp x9, stack\n add x9, x9, :lo12:stack\n add sp, x9, #4096\n"
        "b probe\n");

static void put(const char* text) {
    volatile uint32_t* const uart = (volatile uint32_t*)0x09000000;
    for (; *text; text++) {
        while (uart[6] & 0x20) {}
        uart[0] = (uint32_t)*text;
    }
}

static int failures;
static void expect(int good, const char* what) {
    if (good) return;
    if (failures++ == 0) put("contract BROKEN:");
    put(" ");
    put(what);
}

#define READ(name)                                                                                 \
    ({                                                                                             \
        uint64_t v;                                                                                \
        __asm__ volatile("mrs %0, " #name : "=r"(v));                                              \
        v;                                                                                         \
    })

static void check_translation(void) {
#if LEVEL == 2
    expect((READ(sctlr_el2) & 0x1005) == 0x1005, "mmu-and-caches");
    expect(READ(tcr_el2) == 0x80823510, "tcr");
    expect(READ(mair_el2) == 0x0000aaff440c0400, "mair");
#else
    expect((READ(sctlr_el1) & 0x1005) == 0x1005, "mmu-and-caches");
    expect((READ(tcr_el1) & 0xffff) == 0x3510 && (READ(tcr_el1) >> 16 & 0xffff) == 0xb510, "tcr");
    expect(READ(mair_el1) == 0x0000aaff440c0400, "mair");
#endif
}

static void check_registers(void) {
    const uint64_t* x = entered_with;
    const uint64_t end = BASE + IMAGE;
    const uint32_t* tree = (const uint32_t*)x[4];
    expect(x[0] % 4096 == 0 && x[1] % 4096 == 0 && x[0] < x[1] && x[1] <= BASE + SIZE,
           "root-image");
    expect(x[3] >= x[0] - x[2] && x[3] < x[1] - x[2], "root-entry");
    expect(end <= x[4] && x[4] + x[5] <= x[0], "order");
    expect(x[5] % 4096 == 0 && *tree == 0xedfe0dd0, "tree");
}

__attribute__((noreturn, used)) void probe(void) {
    uint64_t hz = READ(cntfrq_el0), start = READ(cntpct_el0), sum = 0;
    while (READ(cntpct_el0) - start < hz / 50 * NODE) {} /* one UART for all */
    put(NODE == 0 ? "probe of node0: " : "probe of node1: ");
    expect(READ(CurrentEL) >> 2 == LEVEL, "level");
    expect(READ(daif) == 0x3c0, "daif");
    for (unsigned i = 0; i < 512; i++) sum |= zeroed[i];
    expect(sum == 0, "bss");
    check_translation();
    check_registers();
    put(failures == 0 ? "contract kept\r\n" : "\r\n");
    for (;;) __asm__ volatile("wfi");
}
