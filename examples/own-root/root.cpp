// SPDX-License-Identifier: BSD-2-Clause
// A root task on its own, an end of every kind of connection: adds in shared memory, serves calls,
// fills a queue. Its partners are the components of other examples, unchanged.
#include "../adder/numbers.h"
#include "../queue/pattern.h"
#include "../rpc/calc.h"
#include "mkl/abi/status.h"
#include "queue.hpp"
#include "root_task.hpp"
#include MKL_EXPORTS

using namespace own;

namespace {

RootTask own_task;  // larger than the stack likes

constexpr uint64_t add_badge = 1, calc_badge = 2, out_badge = 4;

/// `calls`: requests in the first queue, replies in the second.
class Calculator {
public:
    Calculator(void* memory, uint64_t client)
        : requests_{memory, MKL_CALC_DEPTH, MKL_CALC_MESSAGE_MAX},
          replies_{static_cast<char*>(memory) +
                       mkl_queue_bytes(MKL_CALC_DEPTH, MKL_CALC_MESSAGE_MAX),
                   MKL_CALC_DEPTH, MKL_CALC_MESSAGE_MAX},
          client_{client} {}

    void answer_all() {
        uint32_t length = 0;
        while (const void* request = requests_.front(length)) {
            // One copy: the client can still write while we look.
            const auto& there = *static_cast<const volatile calc_request*>(request);
            const uint32_t operation = there.operation;
            const uint64_t a = there.a, b = there.b;
            requests_.release();  // its writer waits for the reply
            auto* const reply = static_cast<volatile calc_reply*>(replies_.room());
            if (reply == nullptr) return;  // a client that asks for more than it may
            reply->result = operation == CALC_ADD ? a + b : a * b;
            reply->client = 0;
            reply->calls = ++calls_;
            if (replies_.publish(sizeof *reply)) kernel::signal(client_);
        }
    }

private:
    Queue requests_, replies_;
    uint64_t client_;
    uint32_t calls_ = 0;
};

/// `bulk`: messages that the consumer can tell right from wrong.
class Producer {
public:
    Producer(void* memory, uint64_t consumer)
        : queue_{memory, MKL_OUT_DEPTH, MKL_OUT_MESSAGE_MAX}, consumer_{consumer} {}

    void fill() {
        while (sent_ < MESSAGES) {
            auto* const words = static_cast<volatile uint64_t*>(queue_.room());
            if (words == nullptr) return;  // the consumer signals when there is
            const size_t size = pattern_length(sent_, MKL_OUT_MESSAGE_MAX);
            for (size_t w = 0; w < size / sizeof *words; w++) words[w] = pattern_next(&state_);
            sent_++;
            if (queue_.publish(static_cast<uint32_t>(size))) kernel::signal(consumer_);
        }
    }

private:
    Queue queue_;
    uint64_t consumer_;
    uint32_t sent_ = 0;
    uint64_t state_ = PATTERN_SEED;
};

/// `s`: a sum for what the client has left, unless it has it. The client writes `b` last; none of
/// its numbers is 0, and no `b` is the one before it.
class Adder {
public:
    Adder(void* memory, uint64_t client)
        : numbers_{static_cast<volatile numbers*>(memory)}, client_{client} {}

    void add() {
        const uint32_t b = __atomic_load_n(&numbers_->b, __ATOMIC_ACQUIRE), a = numbers_->a;
        if (b == answered_) return;
        answered_ = b;
        numbers_->sum = a + b;
        kernel::signal(client_);
    }

private:
    volatile numbers* numbers_;
    uint64_t client_;
    uint32_t answered_ = 0;  ///< its `b`
};

}  // namespace

extern "C" [[noreturn]] void root_main(const abi::BootInfo* info) {
    own_task.begin(*info);
    void* const d = own_task.map(MKL_D_BASE, MKL_D_SIZE, MKL_D_WRITABLE != 0, MKL_D_UNCACHED != 0);
    void* const calc =
        own_task.map(MKL_CALC_BASE, MKL_CALC_SIZE, MKL_CALC_WRITABLE != 0, MKL_CALC_UNCACHED != 0);
    void* const out =
        own_task.map(MKL_OUT_BASE, MKL_OUT_SIZE, MKL_OUT_WRITABLE != 0, MKL_OUT_UNCACHED != 0);
    const auto* const node0 = static_cast<const mkl_status*>(
        own_task.map(MKL_NODE0_STATUS_BASE, sizeof(mkl_status), false, MKL_D_UNCACHED != 0));
    Adder adder{d, own_task.sender(MKL_IRQ2_SEND_SGI, MKL_IRQ2_SEND_TARGET)};
    Calculator calculator{calc, own_task.sender(MKL_CALC_SEND_SGI, MKL_CALC_SEND_TARGET)};
    Producer producer{out, own_task.sender(MKL_OUT_SEND_SGI, MKL_OUT_SEND_TARGET)};
    const RootTask::Line lines[] = {own_task.listen(MKL_IRQ_RECEIVE_IRQ, add_badge),
                                    own_task.listen(MKL_CALC_RECEIVE_IRQ, calc_badge),
                                    own_task.listen(MKL_OUT_RECEIVE_IRQ, out_badge)};
    // A signal to a node whose handlers do not stand yet is lost, and so was one to us.
    while (__atomic_load_n(&node0->stage, __ATOMIC_ACQUIRE) < MKL_STAGE_READY) kernel::yield();
    adder.add();
    calculator.answer_all();
    producer.fill();
    for (;;) {
        const uint64_t rung = own_task.wait();
        // Before it is looked at what there is: the next edge rings again.
        for (const RootTask::Line& line : lines)
            if ((rung & line.badge) != 0) need(kernel::acknowledge_irq(line.handler));
        if ((rung & add_badge) != 0) adder.add();
        if ((rung & calc_badge) != 0) calculator.answer_all();
        if ((rung & out_badge) != 0) producer.fill();
    }
}
