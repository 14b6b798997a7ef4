/* SPDX-License-Identifier: BSD-2-Clause */
/* A node that treats the GICv2 distributor as an unmodified seL4 does at boot: disables every
 * line, takes every target, forgets every trigger. Then it says READY, and when the other one has,
 * too, what became of the line that is its own: node 0 has 33 (level), the other one 34 (edge). */
#include <stdint.h>

static volatile uint32_t* const gicd = (volatile uint32_t*)0x08000000;

#ifdef POLITE /* that node leaves the distributor alone, as a kernel with a boot record does */
#define EDGES 0xaaaaaaaau
#else
#define POLITE ~0u
#define EDGES 0u
#endif

static void put(const char* text);
static void wait_ms(uint64_t ms);
static int wait_for(volatile uint32_t* word, uint32_t from, uint32_t mask, uint64_t ms);

#define STAGE 5 /* of struct mkl_status, in words */
#define READY 9 /* MKL_STAGE_READY */
#define UP 10   /* here: has said what it saw */

/* First in the file: entered at its first byte. A stack below the boot record. */
__asm__(".text\n mov sp, x0\n b start\n");

__attribute__((noreturn)) void start(const void* record, volatile uint32_t* status) {
    (void)record;
    const uint32_t node = status[3];
    wait_ms(node * 300); /* the other's set-up comes long after ours */
    const uint32_t self = gicd[0x800 / 4] & 0xff;
    if (node != POLITE) {
        gicd[0] = 0;
        for (uint32_t i = 1; i < 5; i++) gicd[0x180 / 4 + i] = ~0u;
        for (uint32_t i = 8; i < 40; i++) gicd[0x800 / 4 + i] = self * 0x01010101u;
        for (uint32_t i = 2; i < 10; i++) gicd[0xc00 / 4 + i] = EDGES;
        gicd[0] = 1;
    }
    status[STAGE] = READY;
    volatile uint32_t* const other = node == 0 ? status + 1024 : status - 1024;
    wait_for(other + STAGE, READY, ~0u, 10000);
    const uint32_t line = 33 + node;
    const int enabled = wait_for(gicd + 0x100 / 4 + 1, 1, 1u << (line - 32), 1500);
    if (node == 1) wait_for(other + STAGE, UP, ~0u, 10000); /* one line after the other */
    const uint32_t target = gicd[0x800 / 4 + line / 4] >> (line % 4 * 8) & 0xff;
    const uint32_t edge = gicd[0xc00 / 4 + line / 16] >> (line % 16 * 2 + 1) & 1;
    put(node == 0 ? "rude node0: line" : "rude node1: line");
    put(enabled ? " enabled" : " off");
    put(target == self ? ", mine" : ", another's");
    put(edge == node ? ", as planned\r\n" : ", wrong trigger\r\n");
    status[STAGE] = UP;
    for (;;) __asm__ volatile("wfi");
}

static void put(const char* text) {
    volatile uint32_t* const uart = (volatile uint32_t*)0x09000000;
    for (; *text; text++) {
        while (uart[6] & 0x20) {}
        uart[0] = (uint32_t)*text;
    }
}

static uint64_t now(void) {
    uint64_t v;
    __asm__ volatile("isb; mrs %0, cntpct_el0" : "=r"(v));
    return v;
}

static uint64_t after_ms(uint64_t ms) {
    uint64_t hz;
    __asm__ volatile("mrs %0, cntfrq_el0" : "=r"(hz));
    return now() + hz / 1000 * ms;
}

static void wait_ms(uint64_t ms) {
    const uint64_t until = after_ms(ms);
    while (now() < until) {}
}

/* Whether the bits of `mask` in `*word` came to `from` or more in time. */
static int wait_for(volatile uint32_t* word, uint32_t from, uint32_t mask, uint64_t ms) {
    const uint64_t until = after_ms(ms);
    while ((*word & mask) < from)
        if (now() > until) return 0;
    return 1;
}
