// SPDX-License-Identifier: BSD-2-Clause
// What a queue, an rpc and a notification cost a client and a server, with memory that stays mapped
// as the connectors have it, and the same with memory that each side maps, copies from or to and
// unmaps for each access. The two are address spaces of one node, or root tasks of two nodes.
// bench/userland/rates.py counts the instructions between the marks. The queue is the runtime's
// own.
#include "rates.hpp"

using namespace suite;
using mkl::user::Queue;

namespace {

constexpr Word rounds = 3;

Shared own_shared;  // of sides in one image
constexpr Word words = most / sizeof(Word), small_words = small / sizeof(Word);
Word source[words], sink[words], answer[small_words];
Side client, server;
bool two_nodes;

struct Queues {
    Queue bulk, requests, replies;
    explicit Queues(Shared& s)
        : bulk{s.bulk, queue_depth, most}, requests{s.requests, 1, small}, replies{s.replies, 1,
                                                                                   small} {}
};

void put(Queue& queue, const void* data, Word size, const Peer& reader) {
    void* to = nullptr;
    while ((to = queue.room()) == nullptr) reader.await();
    memcpy(to, data, size);
    if (queue.publish(static_cast<uint32_t>(size))) reader.ring();
}
/// As the runtime does, a sender that waits for room is woken, an rpc's sides are not: they never
/// do.
Word take(Queue& queue, void* data, const Peer* writer = nullptr) {
    uint32_t size = 0;
    const void* from = queue.front(size);
    if (from == nullptr) return 0;
    memcpy(data, from, size);
    if (queue.release() && writer != nullptr) writer->ring();
    return size;
}

constexpr Word pattern(Word at) { return (at + 1) * 0x0101010101010107; }

// ---- Server -------------------------------------------------------------------------------------

/// Ends the transfer, and looks at what came, when all of it has; false until then.
bool got(Word size) {
    static Word received;
    Shared& s = *server.shared;
    received += size;
    if (received != s.wanted) return false;
    mark(2 * s.marks + 1);
    const Word last = received < most ? received : most;
    for (Word i = 0; i < last / sizeof(Word); i++)
        if (sink[i] != pattern(i)) s.wrong = s.wrong + 1;
    memset(sink, 0, sizeof sink);
    received = 0;
    s.done = s.done + 1;
    server.peer.ring();
    return true;
}

/// What the client has left in the pages. On one node it need not be told that it was taken.
void take_posted() {
    Shared& s = *server.shared;
    const Word posted = load(s.posted);
    if (s.taken == posted) return;  // a signal of before
    uint64_t word;
    switch (s.phase) {
    case Phase::queue_mapped:
        server.window.read(sink, s.size);
        store(s.taken, posted);
        if (!got(s.size) && !server.alone) server.peer.ring();
        return;
    case Phase::rpc_mapped:
        server.window.read(sink, small);
        server.window.write(sink, small);
        break;
    default:
        server.window.read(&word, sizeof word);
        server.window.write(&word, sizeof word);
    }
    store(s.taken, posted);
    server.peer.ring();
}

/// Does what there is, then waits: the signal of meet() may have been the first message's as well.
/// Ends with Phase::over.
void serve() {
    Shared& s = *server.shared;
    const Peer& peer = server.peer;
    Queues q{s};
    for (;; peer.await()) {
        switch (s.phase) {
        case Phase::queue:
            while (const Word size = take(q.bulk, sink, &peer)) got(size);
            break;
        case Phase::rpc:
            while (take(q.requests, sink)) put(q.replies, sink, small, peer);
            break;
        case Phase::notification:
            store(s.back, load(s.there));
            peer.ring();
            break;
        case Phase::queue_mapped:
        case Phase::rpc_mapped:
        case Phase::notification_mapped:
            take_posted();
            break;
        case Phase::over:
            return;
        }
    }
}

// ---- Client -------------------------------------------------------------------------------------

template <class F>
void transfer(const char* prefix, const char* name, Phase phase, Word bytes, F send) {
    Shared& s = *client.shared;
    const Marks marks;
    s.phase = phase;
    s.marks = marks.number;
    s.wanted = bytes;
    for (Word i = 0; i < rounds; i++) {
        const Word done = s.done;
        marks.begin();
        for (Word at = 0; at < bytes; at += most) send(bytes - at < most ? bytes - at : most);
        while (s.done == done) client.peer.await();
    }
    CHECK_EQ(s.wrong, Word{0});
    marks.report(prefix, name);
}

template <class F>
void round_trip(const char* prefix, const char* name, Phase phase, F f) {
    client.shared->phase = phase;
    const Marks marks;
    for (Word i = 0; i < rounds; i++) {
        marks.begin();
        f(i + 1);
        marks.end();
    }
    marks.report(prefix, name);
}

/// Tells the server of what is in the pages; returns when it has answered.
void post() {
    Shared& s = *client.shared;
    store(s.posted, s.posted + 1);
    client.peer.ring();
    while (load(s.taken) != s.posted) client.peer.await();
}

template <class F>
void all_sizes(const char* prefix, const char* const (&names)[3], Phase phase, F send) {
    const Word bytes[] = {page, most, 16 * most};
    for (unsigned i = 0; i < 3; i++) transfer(prefix, names[i], phase, bytes[i], send);
}

void measure_all(const char* prefix) {
    Shared& s = *client.shared;
    const Peer& peer = client.peer;
    const Window& window = client.window;
    Queues q{s};
    for (Word i = 0; i < words; i++) source[i] = pattern(i);
    all_sizes(prefix, {"queue-4K", "queue-64K", "queue-1M"}, Phase::queue,
              [&](Word n) { put(q.bulk, source, n, peer); });
    all_sizes(prefix, {"mapped-queue-4K", "mapped-queue-64K", "mapped-queue-1M"},
              Phase::queue_mapped, [&](Word n) {
                  window.write(source, n);
                  s.size = n;
                  post();
              });
    round_trip(prefix, "rpc", Phase::rpc, [&](Word) {
        put(q.requests, source, small, peer);
        while (take(q.replies, answer) == 0) peer.await();
    });
    for (Word i = 0; i < small_words; i++) CHECK_EQ(answer[i], source[i]);
    memset(answer, 0, sizeof answer);
    round_trip(prefix, "mapped-rpc", Phase::rpc_mapped, [&](Word) {
        window.write(source, small);
        post();
        window.read(answer, small);
    });
    for (Word i = 0; i < small_words; i++) CHECK_EQ(answer[i], source[i]);
    round_trip(prefix, "notification", Phase::notification, [&](Word i) {
        store(s.there, i);
        peer.ring();
        while (load(s.back) != i) peer.await();
    });
    round_trip(prefix, "mapped-notification", Phase::notification_mapped, [&](Word i) {
        Word back = 0;
        window.write(&i, sizeof i);
        post();
        window.read(&back, sizeof back);
        CHECK_EQ(back, i);
    });
    s.phase = Phase::over;
    peer.ring();
}

/// A signal to a node without a handler is lost: who is first waits for the other's.
void meet(const Side& side) {
    Word* const ready = side.shared->ready;
    const bool second = !is_client();
    store(ready[second], 1);
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    if (load(ready[!second]) != 0)
        side.peer.ring();
    else
        side.peer.await();
}

/// A frame for each page of a window, a capability for each side; the server's tables.
void make_windows(Word vspace) {
    client.window.vspace = slot_vspace;
    server.window.vspace = vspace;
    for (Word i = 0; i < pages; i++) {
        client.window.frames[i] = make(object::small_page);
        server.window.frames[i] = copy(client.window.frames[i]);
    }
    const Word first = server.window.frames[0];
    while (
        invoke(first, label::page_map, caps(vspace), test_address, rights_all, default_attributes)
            .error() == failed_lookup)
        invoke(make(object::page_table), label::page_table_map, caps(vspace), test_address,
               default_attributes);
    invoke(first, label::page_unmap, caps());
}

}  // namespace

void suite::prepare() {
    // Without a console nothing is said.
    two_nodes = find_nodes();
    if (two_nodes && !is_client())
        output = [](char) {};
    else
        use_console();
}

// First, so that afterwards the second node is asleep.
TEST(rates, across) {
    if (!two_nodes) return;
    Side& side = is_client() ? client : server;
    make_across_side(side);
    no_fpu(slot_tcb);
    set_own_priority(100);
    meet(side);
    if (is_client())
        measure_all("across-");
    else
        serve();
}

// The server has the higher priority: it is done when the client goes on.
TEST(rates, one_node) {
    if (two_nodes && !is_client()) return;
    const Word to_client = make(object::notification), to_server = make(object::notification);
    client = {
        &own_shared, {to_server,  nullptr, to_client, 0},
         {},
         true
    };
    server = {
        &own_shared, {to_client,  nullptr, to_server, 0},
         {},
         true
    };
    const Thread t = thread([](Word) { serve(); }, 0, 200);
    const Word vspace = other_vspace(t);
    make_windows(vspace);
    invoke(t.tcb, label::tcb_set_space, caps(root, vspace), 0, 0, 0);
    no_fpu(t.tcb);
    no_fpu(slot_tcb);
    start(t);
    let_run();
    set_own_priority(100);
    measure_all("");
}
