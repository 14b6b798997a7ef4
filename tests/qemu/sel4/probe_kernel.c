/* SPDX-License-Identifier: BSD-2-Clause */
/* Contract probe: built for its node as an unmodified seL4 is (linked at the node's RAM, with the
 * two tables that say what is compiled in), it checks what such a kernel finds when it is entered,
 * and says so on the board's UART through the identity map. It starts no root task.
 *   -DNODE -DBASE -DSIZE -DLEVEL -DGICD -DGIC_OTHER, from build_kernel.py
 *   -DINFO: for a kernel that is told all but its devices, by a loader info page. */
#include <stdint.h>

#ifdef INFO
#include "mkl/abi/loader_info.h"
#endif

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

/* What is found, said in one go: the nodes share the UART. */
static char line[512];
static unsigned length;
static void say(const char* text) {
    while (*text && length < sizeof line - 1) line[length++] = *text++;
}

static int failures;
static void expect(int good, const char* what) {
    if (good) return;
    if (failures++ == 0) say("contract BROKEN:");
    say(" ");
    say(what);
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

#ifdef INFO
static void check_registers(void) {
    const struct mkl_info_header* h = (const struct mkl_info_header*)entered_with[0];
    const struct mkl_info_range* kernel = (const struct mkl_info_range*)(h + 1);
    const struct mkl_info_range* ram = kernel + 1;
    const struct mkl_info_root* root = (const struct mkl_info_root*)(ram + h->ram);
    const struct mkl_info_range* reserved = (const struct mkl_info_range*)(root + 1);
    const uint64_t* cpus = (const uint64_t*)(reserved + h->reserved_ranges);
    const uint64_t other = BASE ^ (0x40000000 ^ 0x50000000); /* packing.py: the other node's RAM */
    int page_kept = 0, other_kept = 0, own_kept = 0;
    expect(h->magic == 0x73654c34 && h->version == 0, "magic");
    expect(h->kernels == 1 && h->root_tasks == 1 && h->ram == 1 && h->cpus == 2, "counts");
    expect(h->reserved_ranges >= 1 && h->reserved_ranges <= 17, "reserved-count");
    expect(kernel->base == BASE && kernel->end == BASE + IMAGE, "kernel");
    expect(ram->base == BASE && ram->end == BASE + SIZE, "ram");
    expect(root->base % 4096 == 0 && root->end % 4096 == 0 && root->base >= BASE + IMAGE &&
               root->base < root->end && root->end <= BASE + SIZE,
           "root-image");
    expect(h->root_entry >= root->virt && h->root_entry - root->virt < root->end - root->base,
           "root-entry");
    uint64_t tree = root->end - 4096;
    while (tree > root->base && *(const uint32_t*)tree != 0xedfe0dd0) tree -= 4096;
    expect(*(const uint32_t*)tree == 0xedfe0dd0, "no-tree");
    expect(root->end - tree ==
               ((uint64_t)__builtin_bswap32(((const uint32_t*)tree)[1]) + 4095) / 4096 * 4096,
           "tree-is-not-the-end");
    for (unsigned i = 0; i < h->reserved_ranges; i++) {
        const struct mkl_info_range* r = &reserved[i];
        page_kept |= r->base <= entered_with[0] && entered_with[0] + 4096 <= r->end;
        other_kept |= r->base <= other && other + SIZE <= r->end;
        own_kept |= r->base < root->end && root->base < r->end;
    }
    expect(page_kept, "page-not-reserved");
    expect(other_kept, "neighbour-not-reserved");
    expect(!own_kept, "root-image-reserved");
    expect(cpus[NODE] == (READ(mpidr_el1) & 0xff00ffffff), "cpu");
    expect(READ(tpidr_el1) == NODE, "node-number");
    expect((*(volatile uint32_t*)GICD & 1) != 0 || (*(volatile uint32_t*)GICD & 2) != 0,
           "distributor-off");
}
#else
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
#endif

__attribute__((noreturn, used)) void probe(void) {
    uint64_t hz = READ(cntfrq_el0), start = READ(cntpct_el0), sum = 0;
    say(NODE == 0 ? "probe of node0: " : "probe of node1: ");
    expect(READ(CurrentEL) >> 2 == LEVEL, "level");
    expect(READ(daif) == 0x3c0, "daif");
    for (unsigned i = 0; i < 512; i++) sum |= zeroed[i];
    expect(sum == 0, "bss");
    check_translation();
    check_registers();
    say(failures == 0 ? "contract kept\r\n" : "\r\n");
    /* After the loader's banners, and one after the other. */
    while (READ(cntpct_el0) - start < hz / 4 + hz / 2 * NODE) {}
    put(line);
    for (;;) __asm__ volatile("wfi");
}
