// SPDX-License-Identifier: BSD-2-Clause
// Queues and calls of both sides in one address space: how often they wake each other, and what
// they do when there is no room. Signals are counted instead of sent; whoever would sleep lets the
// other side run.
#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "parts.hpp"

namespace mkl::user {

const mkl_startup* startup = nullptr;

namespace {

constexpr uint32_t message_max = 16;
struct Stopped {
    std::string why;
};

/// One connection, and as one startup page what its two components have on theirs.
class Connection {
public:
    enum End : uint32_t { from, to, from_signals, from_waits, to_signals, to_waits, count };

    Connection(uint32_t from_kind, uint32_t to_kind, uint32_t depth)
        : page_((sizeof(mkl_startup) + count * sizeof(struct ::mkl_end)) / 8 + 1),
          memory_(2 * mkl_queue_bytes(depth, message_max) / 8) {
        auto* const page = reinterpret_cast<mkl_startup*>(page_.data());
        page->end_count = count;
        const auto whole = [&](End end, uint32_t kind, uint64_t out, uint64_t in) {
            page->ends[end].kind = kind;
            page->ends[end].a = reinterpret_cast<uint64_t>(memory_.data());
            page->ends[end].b = uint64_t{depth} << 32 | message_max;
            page->ends[end].c = in << 32 | out;
        };
        whole(from, from_kind, from_signals, from_waits);
        whole(to, to_kind, to_signals, to_waits);
        startup = page;
        running = this;
    }
    ~Connection() {
        startup = nullptr;
        running = nullptr;
    }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    static mkl_end_t end(End e) { return &startup->ends[e]; }

    static inline Connection* running = nullptr;
    unsigned signals[count] = {};
    unsigned sleeps = 0;
    std::function<void()> other_side = [] {};

private:
    std::vector<uint64_t> page_, memory_;
};

class Rpc : public Connection {
public:
    explicit Rpc(uint32_t depth) : Connection(MKL_END_RPC_CLIENT, MKL_END_RPC_SERVER, depth) {}
    static bool begin(uint64_t n) { return mkl_call_begin(end(from), &n, sizeof n) != 0; }
    static uint64_t finish() {
        uint64_t n = 0;
        mkl_call_finish(end(from), &n, sizeof n);
        return n;
    }
    /// Answers all requests: one more than asked.
    static void serve() {
        size_t size = 0;
        while (const void* request = mkl_request(end(to), &size)) {
            uint64_t n = 0;
            std::memcpy(&n, request, sizeof n);
            n++;
            mkl_reply(end(to), &n, sizeof n);
        }
    }
};

TEST(Rpc, TakesTwoSignalsAndOneSleep) {
    Rpc c{1};
    c.other_side = Rpc::serve;
    for (uint64_t n = 0; n < 3; n++) {
        uint64_t reply = 0;
        EXPECT_EQ(mkl_call(c.end(c.from), &n, sizeof n, &reply, sizeof reply), sizeof reply);
        EXPECT_EQ(reply, n + 1);
        EXPECT_EQ(c.signals[c.from_signals], n + 1);
        EXPECT_EQ(c.signals[c.to_signals], n + 1);
        EXPECT_EQ(c.sleeps, n + 1);
    }
}

TEST(Rpc, QueuedCallsShareTheirSignals) {
    Rpc c{4};
    for (uint64_t n = 0; n < 4; n++) EXPECT_TRUE(c.begin(n));
    EXPECT_FALSE(c.begin(4)) << "four are under way";
    c.serve();
    EXPECT_FALSE(c.begin(4)) << "answered, but not yet taken";
    for (uint64_t n = 0; n < 4; n++) EXPECT_EQ(c.finish(), n + 1);
    EXPECT_EQ(c.signals[c.from_signals], 1u);
    EXPECT_EQ(c.signals[c.to_signals], 1u);
    EXPECT_EQ(c.sleeps, 0u);
    EXPECT_TRUE(c.begin(4)) << "there is room again";
}

TEST(Rpc, BlockingCallBesideAsManyAsFitStops) {
    Rpc c{1};
    uint64_t n = 0;
    ASSERT_TRUE(c.begin(n));
    EXPECT_THROW(mkl_call(c.end(c.from), &n, sizeof n, &n, sizeof n), Stopped);
}

TEST(Rpc, ReplyWithoutARequestStops) {
    Rpc c{1};
    EXPECT_THROW(mkl_reply(c.end(c.to), nullptr, 0), Stopped);
}

TEST(QueueEnd, FullQueueRefusesOrSleepsUntilThereIsRoom) {
    constexpr uint32_t depth = 2;
    Connection c{MKL_END_QUEUE_SEND, MKL_END_QUEUE_RECEIVE, depth};
    for (uint32_t n = 0; n < depth; n++)
        EXPECT_TRUE(mkl_queue_try_send(c.end(c.from), &n, sizeof n));
    uint32_t n = depth;
    EXPECT_FALSE(mkl_queue_try_send(c.end(c.from), &n, sizeof n));
    EXPECT_EQ(c.sleeps, 0u);
    const auto take = [&] {
        uint32_t taken = 0;
        EXPECT_EQ(mkl_queue_receive(c.end(c.to), &taken, sizeof taken), sizeof taken);
        return taken;
    };
    c.other_side = [&] { EXPECT_EQ(take(), 0u); };
    mkl_queue_send(c.end(c.from), &n, sizeof n);
    EXPECT_EQ(c.sleeps, 1u);
    EXPECT_EQ(c.signals[c.from_signals], 1u) << "of the first message";
    EXPECT_EQ(c.signals[c.to_signals], 1u) << "of room in a full queue";
    EXPECT_EQ(take(), 1u);
    EXPECT_EQ(take(), 2u);
}

}  // namespace

// What of the runtime calls the kernel.

void signal_end(const struct ::mkl_end& end) {
    Connection::running->signals[&end - startup->ends]++;
}
void stop_because(const char* what, mkl_end_t) { throw Stopped{what}; }

}  // namespace mkl::user

extern "C" {
void mkl_wait(mkl_end_t) {
    auto* const c = mkl::user::Connection::running;
    c->sleeps++;
    c->other_side();
}
mkl_end_t mkl_find_end(const char*) { return nullptr; }
}
