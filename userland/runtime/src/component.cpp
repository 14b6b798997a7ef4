// SPDX-License-Identifier: BSD-2-Clause
// Ends, notifications and the event loop of a component.
#include "inbox.hpp"
#include "parts.hpp"
#include "runtime.hpp"

namespace mkl::user {

const mkl_startup* startup = nullptr;

namespace {

Inbox inbox;

bool same(const char* a, const char* b) {
    for (uint32_t i = 0; i < MKL_NAME_SIZE; i++) {
        if (a[i] != b[i]) return false;
        if (a[i] == '\0') return true;
    }
    return false;
}

/// The incoming signal of an end that can be waited for: itself, or part of a queue or RPC end.
const struct ::mkl_end* incoming(mkl_end_t end) {
    if (end != nullptr && end->kind == MKL_END_CONSUME) return end;
    if (end == nullptr || !is_queue(*end)) stop_because("cannot wait for", end);
    return part(end->c >> 32);
}

/// The end that the program knows: a part stands for the whole.
const struct ::mkl_end* known_end(const struct ::mkl_end& end) {
    if ((end.flags & MKL_END_FLAG_PART) == 0) return &end;
    const auto index = static_cast<uint64_t>(&end - startup->ends);
    for (uint32_t i = 0; i < startup->end_count; i++) {
        const struct ::mkl_end& whole = startup->ends[i];
        if (is_queue(whole) && whole.c >> 32 == index) return &whole;
    }
    return &end;
}

/// Interrupts of all ends that were taken: the next wait is the request for the next one.
void acknowledge_taken() {
    for (uint32_t i = 0; i < startup->end_count; i++) {
        const struct ::mkl_end& end = startup->ends[i];
        if (end.kind != MKL_END_CONSUME || end.b == 0) continue;
        if (inbox.acknowledge(end.a)) stub<uint64_t>(MKL_STUB_IRQ_ACK, end.b);
    }
}

/// Ends that have the same name, clients of one server, stand side by side.
void print_names() {
    const char* before = nullptr;
    for (uint32_t i = 0; i < startup->end_count; i++) {
        const struct ::mkl_end& end = startup->ends[i];
        if ((end.flags & MKL_END_FLAG_PART) != 0) continue;
        if (before != nullptr && same(end.name, before)) continue;
        mkl_printf("%s'%s'", before == nullptr ? "" : ", ", end.name);
        before = end.name;
    }
    mkl_print(before == nullptr ? "none\n" : "\n");
}

void block() {
    acknowledge_taken();
    inbox.arrived(stub<uint64_t>(MKL_STUB_WAIT, startup->inbox));
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
}

[[noreturn]] void event_loop() {
    for (;;) {
        for (uint32_t i = 0; i < startup->end_count; i++) {
            const struct ::mkl_end& end = startup->ends[i];
            if (end.kind != MKL_END_CONSUME || !inbox.take(end.a)) continue;
            const mkl_end_t known = known_end(end);
            if (is_stale(*known)) continue;
            mkl_notified(known);
            if (has_message(*known)) inbox.again(end.a);  // taken one of several
        }
        if (!inbox.any()) {
            if (startup->inbox == 0) mkl_stop();
            block();
        }
    }
}

}  // namespace

void stop_because(const char* what, mkl_end_t end) {
    mkl_printf("%s: %s '%s', stops here\n", startup->name, what,
               end == nullptr ? "(none)" : end->name);
    mkl_stop();
}

bool anything_pending() {
    if (!inbox.any()) acknowledge_taken();
    return inbox.any();
}

void arrived(uint64_t badge) {
    inbox.arrived(badge);
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
}

void signal_end(const struct ::mkl_end& end) {
    __atomic_thread_fence(__ATOMIC_SEQ_CST);  // data before doorbell
    if (end.b != 0) {  // multiplexed or polled: this sender's word says that it was us
        auto* word = reinterpret_cast<uint64_t*>(end.b);
        __atomic_store_n(word, __atomic_load_n(word, __ATOMIC_RELAXED) + 1, __ATOMIC_RELEASE);
        __atomic_thread_fence(__ATOMIC_SEQ_CST);
    }
    if (end.a != 0) stub(MKL_STUB_SIGNAL, end.a);
}

}  // namespace mkl::user

using namespace mkl::user;

extern "C" {

[[gnu::weak]] void mkl_notified(mkl_end_t) {}

using Constructor = void (*)();
extern Constructor __init_array_start[], __init_array_end[];  // component.ld

/// crt0's only call. A startup page of another contract leaves nothing that could report it.
[[noreturn]] void mkl_start(const mkl_startup* page) {
    if (page->magic != MKL_STARTUP_MAGIC || page->version != MKL_STARTUP_VERSION) __builtin_trap();
    startup = page;
    for (Constructor* p = __init_array_start; p < __init_array_end; p++) (*p)();
    mkl_init();
    event_loop();
}

mkl_end_t mkl_find_end(const char* name) {
    for (uint32_t i = 0; i < startup->end_count; i++)
        if ((startup->ends[i].flags & MKL_END_FLAG_PART) == 0 && same(startup->ends[i].name, name))
            return &startup->ends[i];
    return nullptr;
}

mkl_end_t mkl_end(const char* name) {
    const mkl_end_t end = mkl_find_end(name);
    if (end == nullptr) {
        mkl_printf("%s: the system description gives it no end '%s'; it has ", startup->name, name);
        print_names();
        mkl_stop();
    }
    return end;
}

const char* mkl_end_name(mkl_end_t end) { return end->name; }

volatile void* mkl_buffer(const char* name, size_t* size) {
    const mkl_end_t end = mkl_end(name);
    if (end->kind != MKL_END_BUFFER && end->kind != MKL_END_DEVICE && end->kind != MKL_END_DMA)
        stop_because("no memory behind", end);
    if (size != nullptr) *size = end->b;
    return reinterpret_cast<volatile void*>(end->a);
}

uint64_t mkl_physical(const char* name) {
    const mkl_end_t end = mkl_end(name);
    if (end->kind != MKL_END_DEVICE && end->kind != MKL_END_DMA)
        stop_because("no physical address known of", end);
    return end->c;
}

void mkl_signal(mkl_end_t end) {
    if (end == nullptr || end->kind != MKL_END_EMIT) stop_because("cannot signal", end);
    signal_end(*end);
}

void mkl_wait(mkl_end_t end) {
    const uint64_t bit = incoming(end)->a;
    while (!inbox.take(bit)) block();
}

int mkl_poll(mkl_end_t end) {
    const uint64_t bit = incoming(end)->a;
    if (!inbox.pending(bit)) {
        acknowledge_taken();
        inbox.arrived(stub<uint64_t>(MKL_STUB_POLL, startup->inbox));
        __atomic_thread_fence(__ATOMIC_ACQUIRE);
    }
    return inbox.take(bit) ? 1 : 0;
}

void mkl_wait_any() {
    while (!inbox.any()) block();
}

const char* mkl_component_name() { return startup->name; }
const char* mkl_node_name() { return startup->node; }

void* mkl_heap(size_t* size) {
    if (size != nullptr) *size = startup->heap_size;
    return startup->heap_size == 0 ? nullptr : reinterpret_cast<void*>(startup->heap_base);
}

void mkl_yield() { stub(MKL_STUB_YIELD); }

void mkl_stop() {
    for (;;) {
        if (startup->inbox != 0) {
            stub<uint64_t>(MKL_STUB_WAIT, startup->inbox);
        } else {
            stub(MKL_STUB_RELAX);
            stub(MKL_STUB_YIELD);
        }
    }
}

}  // extern "C"
