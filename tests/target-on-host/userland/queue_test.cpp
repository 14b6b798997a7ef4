// SPDX-License-Identifier: BSD-2-Clause
#include "queue.hpp"

#include <gtest/gtest.h>

#include <condition_variable>
#include <cstring>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace mkl::user {
namespace {

class QueueTest : public testing::Test {
protected:
    static constexpr uint32_t depth = 4, message_max = 20;
    std::vector<uint64_t> memory_ = std::vector<uint64_t>(mkl_queue_bytes(depth, message_max) / 8);
    Queue writer_{memory_.data(), depth, message_max};
    Queue reader_{memory_.data(), depth, message_max};

    bool put(const std::string& text) {
        void* to = writer_.room();
        if (to == nullptr) return false;
        std::memcpy(to, text.data(), text.size());
        signalled_ = writer_.publish(static_cast<uint32_t>(text.size()));
        return true;
    }
    std::string take() {
        uint32_t length = 0;
        const void* from = reader_.front(length);
        if (from == nullptr) return "(none)";
        const std::string text(static_cast<const char*>(from), length);
        signalled_ = reader_.release();
        return text;
    }
    bool signalled_ = false;
};

TEST_F(QueueTest, KeepsOrderAndTellsFullFromEmpty) {
    EXPECT_EQ(take(), "(none)");
    for (const char* text : {"a", "bb", "", "a message of 20 byte"}) EXPECT_TRUE(put(text));
    EXPECT_FALSE(put("fifth"));
    EXPECT_EQ(take(), "a");
    EXPECT_TRUE(put("fifth"));
    EXPECT_EQ(take(), "bb");
    EXPECT_EQ(take(), "");
    EXPECT_EQ(take(), "a message of 20 byte");
    EXPECT_EQ(take(), "fifth");
    EXPECT_EQ(take(), "(none)");
}

TEST_F(QueueTest, SignalsOnlyWhoMaySleep) {
    put("1");
    EXPECT_TRUE(signalled_) << "was empty";
    put("2");
    EXPECT_FALSE(signalled_) << "the reader has not even taken the first";
    put("3");
    put("4");
    take();
    EXPECT_TRUE(signalled_) << "was full";
    take();
    EXPECT_FALSE(signalled_);
}

TEST_F(QueueTest, SurvivesAHostileOtherSide) {
    auto* queue = reinterpret_cast<mkl_queue*>(memory_.data());
    queue->written = depth + 1;
    EXPECT_EQ(take(), "(none)") << "more messages than fit";
    queue->written = 1;
    memory_[sizeof(mkl_queue) / 8] = ~0ull;
    EXPECT_EQ(take().size(), message_max) << "a length that is cut";
    queue->written = queue->taken = 0;
    put("1");
    queue->taken = 7;
    EXPECT_EQ(writer_.room(), nullptr) << "more taken than written";
}

/// Two threads that really sleep: a lost wake-up would hang here.
TEST_F(QueueTest, LosesNoWakeUp) {
    std::mutex mutex;
    std::condition_variable condition;
    bool data = false, space = false;
    const auto signal = [&](bool& flag) {
        const std::lock_guard lock{mutex};
        flag = true;
        condition.notify_all();
    };
    const auto wait = [&](bool& flag) {
        std::unique_lock lock{mutex};
        condition.wait(lock, [&] { return flag; });
        flag = false;
    };
    constexpr uint64_t count = 100'000;
    std::thread sender{[&] {
        for (uint64_t i = 0; i < count; i++) {
            void* to;
            while ((to = writer_.room()) == nullptr) wait(space);
            std::memcpy(to, &i, sizeof i);
            if (writer_.publish(sizeof i)) signal(data);
        }
    }};
    uint64_t wrong = 0;
    for (uint64_t i = 0; i < count; i++) {
        uint32_t length = 0;
        const void* from;
        while ((from = reader_.front(length)) == nullptr) wait(data);
        uint64_t value = 0;
        std::memcpy(&value, from, sizeof value);
        wrong += value != i || length != sizeof value;
        if (reader_.release()) signal(space);
    }
    sender.join();
    EXPECT_EQ(wrong, 0u);
}

}  // namespace
}  // namespace mkl::user
