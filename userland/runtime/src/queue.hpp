// SPDX-License-Identifier: BSD-2-Clause
// One side of a queue (mkl/abi/queue.h). Pure: signals and waiting are the caller's. The other side
// may be another node's component: what it writes is checked before it is used.
#pragma once

#include "mkl/abi/queue.h"

namespace mkl::user {

class Queue {
public:
    Queue(void* memory, uint32_t depth, uint32_t message_max)
        : queue_{static_cast<mkl_queue*>(memory)}, depth_{depth}, message_max_{message_max} {}

    uint32_t message_max() const { return message_max_; }

    // ---- Writer's side

    /// Where the next message goes, or nullptr if the queue is full (or broken).
    void* room() const {
        const uint64_t written = relaxed(queue_->written);
        if (written - acquire(queue_->taken) >= depth_) return nullptr;
        return slot(written) + MKL_QUEUE_LENGTH_SIZE;
    }
    /// Makes the message at room() visible. True if the reader may be asleep: it had taken all that
    /// came before.
    bool publish(uint32_t length) {
        const uint64_t written = relaxed(queue_->written);
        *length_at(written) = length;
        __atomic_store_n(&queue_->written, written + 1, __ATOMIC_RELEASE);
        // The reader stores `taken`, then loads `written`; we the other way round. With a fence in
        // both, at least one sees the other's store.
        __atomic_thread_fence(__ATOMIC_SEQ_CST);
        return acquire(queue_->taken) == written;
    }

    // ---- Reader's side

    /// The oldest message, or nullptr if there is none (or the queue is broken).
    const void* front(uint32_t& length) const {
        const uint64_t taken = relaxed(queue_->taken);
        const uint64_t waiting = acquire(queue_->written) - taken;
        if (waiting == 0 || waiting > depth_) return nullptr;
        const uint64_t claimed = *length_at(taken);
        length = claimed > message_max_ ? message_max_ : static_cast<uint32_t>(claimed);
        return slot(taken) + MKL_QUEUE_LENGTH_SIZE;
    }
    /// Gives the slot of front() back. True if the writer may be asleep: the queue was full.
    bool release() {
        const uint64_t taken = relaxed(queue_->taken);
        __atomic_store_n(&queue_->taken, taken + 1, __ATOMIC_RELEASE);
        __atomic_thread_fence(__ATOMIC_SEQ_CST);
        return acquire(queue_->written) - taken >= depth_;
    }

private:
    static uint64_t relaxed(const uint64_t& from) {
        return __atomic_load_n(&from, __ATOMIC_RELAXED);
    }
    static uint64_t acquire(const uint64_t& from) {
        return __atomic_load_n(&from, __ATOMIC_ACQUIRE);
    }
    uint8_t* slot(uint64_t number) const {
        return reinterpret_cast<uint8_t*>(queue_) + sizeof(mkl_queue) +
               number % depth_ * mkl_queue_stride(message_max_);
    }
    uint64_t* length_at(uint64_t number) const {
        return static_cast<uint64_t*>(static_cast<void*>(slot(number)));
    }

    mkl_queue* queue_;
    uint32_t depth_, message_max_;
};

}  // namespace mkl::user
