// SPDX-License-Identifier: BSD-2-Clause
// What a queue, an rpc and a notification cost a client and a server in address spaces of their
// own, with memory that stays mapped as the connectors have it, and the same with memory that is
// mapped, copied from or to and unmapped for each access. bench/userland/rates.py counts the
// instructions between the marks. The queue is the runtime's own.
#include "bench.hpp"
#include "mkl/rt/memory.hpp"
#include "queue.hpp"

using namespace suite;
using mkl::user::Queue;

namespace {

constexpr Word page = 0x1000, pages = 16, most = pages * page, small = 64, rounds = 5;
constexpr uint32_t queue_depth = 4;

/// A page frame at a time, in one of the two address spaces, always at test_address.
struct Window {
    Word vspace = 0, frames[pages]{};

    template <class F>
    void each_page(Word bytes, F access) const {
        for (Word at = 0; at < bytes; at += page) {
            const Word frame = frames[at / page];
            invoke(frame, label::page_map, caps(vspace), test_address, rights_all,
                   default_attributes);
            access(reinterpret_cast<void*>(test_address), at,
                   bytes - at < page ? bytes - at : page);
            invoke(frame, label::page_unmap, caps());
        }
    }
    void write(const void* from, Word bytes) const {
        each_page(bytes, [&](void* to, Word at, Word n) {
            memcpy(to, static_cast<const char*>(from) + at, n);
        });
    }
    void read(void* to, Word bytes) const {
        each_page(bytes, [&](const void* from, Word at, Word n) {
            memcpy(static_cast<char*>(to) + at, from, n);
        });
    }
};

// Both address spaces have the image, and so these.
constexpr Word bytes_of(Word depth, Word message) {  // mkl_queue_bytes, whole words only
    return sizeof(mkl_queue) + depth * (MKL_QUEUE_LENGTH_SIZE + message);
}
alignas(64) uint8_t memory[bytes_of(queue_depth, most)];
alignas(64) uint8_t request_memory[bytes_of(1, small)], reply_memory[bytes_of(1, small)];
uint8_t source[most], sink[most], answer[small];
alignas(64) uint64_t there, back;
Queue bulk{memory, queue_depth, most}, requests{request_memory, 1, small},
    replies{reply_memory, 1, small};
Window client, server;
Word to_client, to_server, wanted, received, one;
Marks marks;

void put(Queue& queue, const void* data, Word size, Word signal_to, Word wait_for) {
    void* to = nullptr;
    while ((to = queue.room()) == nullptr) wait(wait_for);
    memcpy(to, data, size);
    if (queue.publish(static_cast<uint32_t>(size))) signal(signal_to);
}
/// As the runtime does, a sender that waits for room is woken, an rpc's sides are not: they never
/// do.
bool take(Queue& queue, void* data, Word signal_to = 0) {
    uint32_t size = 0;
    const void* from = queue.front(size);
    if (from == nullptr) return false;
    memcpy(data, from, size);
    if (queue.release() && signal_to != 0) signal(signal_to);
    one = size;
    return true;
}
void got(Word size) {
    received += size;
    if (received == wanted) marks.end();
}

/// A frame for each page of a window, a capability for each side; the server's tables.
void make_windows(Word vspace) {
    client.vspace = slot_vspace;
    server.vspace = vspace;
    for (Word i = 0; i < pages; i++) {
        client.frames[i] = make(object::small_page);
        server.frames[i] = copy(client.frames[i]);
    }
    while (invoke(server.frames[0], label::page_map, caps(vspace), test_address, rights_all,
                  default_attributes)
               .error() == failed_lookup)
        invoke(make(object::page_table), label::page_table_map, caps(vspace), test_address,
               default_attributes);
    invoke(server.frames[0], label::page_unmap, caps());
}

/// A server that `serve`s each signal, of higher priority: it is done when the client goes on.
void begin(ThreadFunction serve) {
    to_client = make(object::notification);
    to_server = make(object::notification);
    const Thread t = thread(serve, 0, 200);
    const Word vspace = other_vspace(t);
    make_windows(vspace);
    invoke(t.tcb, label::tcb_set_space, caps(root, vspace), 0, 0, 0);
    no_fpu(t.tcb);
    no_fpu(slot_tcb);
    start(t);
    let_run();
    for (Word i = 0; i < most; i++) source[i] = static_cast<uint8_t>(i * 7 + i / page);
    set_own_priority(100);
}

template <class F>
void transfer(const char* name, Word bytes, F send) {
    marks = {};
    for (Word i = 0; i < rounds; i++) {
        memset(sink, 0, sizeof sink);
        received = 0;
        wanted = bytes;
        marks.begin();
        for (Word at = 0; at < bytes; at += most) send(bytes - at < most ? bytes - at : most);
    }
    const Word last = bytes < most ? bytes : most;
    for (Word i = 0; i < last; i++) CHECK_EQ(sink[i], source[i]);
    marks.report(name);
}

template <class F>
void round_trip(const char* name, F f) {
    marks = {};
    for (Word i = 0; i < rounds; i++) {
        marks.begin();
        f(i + 1);
        marks.end();
    }
    marks.report(name);
}

void all_sizes(const char* const (&names)[3], void (*send)(Word)) {
    transfer(names[0], page, send);
    transfer(names[1], most, send);
    transfer(names[2], 16 * most, send);
}

}  // namespace

void suite::prepare() { use_console(); }

TEST(rates, queue) {
    begin([](Word) {
        for (;;) {
            wait(to_server);
            while (take(bulk, sink, to_client)) got(one);
        }
    });
    all_sizes({"queue-4K", "queue-64K", "queue-1M"},
              [](Word n) { put(bulk, source, n, to_server, to_client); });
}

TEST(rates, queue_mapped) {
    begin([](Word) {
        for (;;) {
            wait(to_server);
            server.read(sink, one);
            got(one);
        }
    });
    all_sizes({"mapped-queue-4K", "mapped-queue-64K", "mapped-queue-1M"}, [](Word n) {
        one = n;
        client.write(source, n);
        signal(to_server);
    });
}

TEST(rates, rpc) {
    begin([](Word) {
        for (;;) {
            wait(to_server);
            while (take(requests, sink)) put(replies, sink, small, to_client, to_server);
        }
    });
    round_trip("rpc", [](Word) {
        put(requests, source, small, to_server, to_client);
        while (!take(replies, answer)) wait(to_client);
    });
    for (Word i = 0; i < small; i++) CHECK_EQ(answer[i], source[i]);
}

TEST(rates, rpc_mapped) {
    begin([](Word) {
        for (;;) {
            wait(to_server);
            server.read(sink, small);
            server.write(sink, small);
            signal(to_client);
        }
    });
    round_trip("mapped-rpc", [](Word) {
        client.write(source, small);
        signal(to_server);
        wait(to_client);
        client.read(answer, small);
    });
    for (Word i = 0; i < small; i++) CHECK_EQ(answer[i], source[i]);
}

TEST(rates, notification) {
    begin([](Word) {
        for (;;) {
            wait(to_server);
            __atomic_store_n(&back, __atomic_load_n(&there, __ATOMIC_ACQUIRE), __ATOMIC_RELEASE);
            signal(to_client);
        }
    });
    round_trip("notification", [](Word i) {
        __atomic_store_n(&there, i, __ATOMIC_RELEASE);
        signal(to_server);
        wait(to_client);
        CHECK_EQ(__atomic_load_n(&back, __ATOMIC_ACQUIRE), i);
    });
}

TEST(rates, notification_mapped) {
    begin([](Word) {
        for (;;) {
            wait(to_server);
            server.read(&there, sizeof there);
            server.write(&there, sizeof there);
            signal(to_client);
        }
    });
    round_trip("mapped-notification", [](Word i) {
        client.write(&i, sizeof i);
        signal(to_server);
        wait(to_client);
        client.read(&back, sizeof back);
        CHECK_EQ(back, i);
    });
}
