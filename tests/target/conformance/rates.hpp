// SPDX-License-Identifier: BSD-2-Clause
// The two sides of kernel_rates, on one node or on two: what they share, and how they call each
// other. See rates.cpp.
#pragma once

#include "bench.hpp"
#include "mkl/rt/memory.hpp"
#include "queue.hpp"

namespace suite {

inline constexpr Word page = 0x1000, pages = 16, most = pages * page, small = 64;
inline constexpr uint32_t queue_depth = 4;

/// What a side does for its part of a measurement.
enum class Phase : Word {
    queue,
    queue_mapped,
    rpc,
    rpc_mapped,
    notification,
    notification_mapped,
    over
};

constexpr Word bytes_of(Word slots, Word message) {  // mkl_queue_bytes, whole words only
    return sizeof(mkl_queue) + slots * (MKL_QUEUE_LENGTH_SIZE + message);
}
/// Both sides see it at the same address.
struct Shared {
    alignas(64) uint8_t bulk[bytes_of(queue_depth, most)];
    alignas(64) uint8_t requests[bytes_of(1, small)];
    alignas(64) uint8_t replies[bytes_of(1, small)];
    alignas(64) Word there, back;
    alignas(64) Word to_server, to_client;  // counted up where a signal is shared or watched for
    alignas(64) volatile Phase phase;
    volatile Word marks, wanted, size;  // of the transfer: its marks, its bytes, those in the pages
    Word posted;                        // what the client has left in the pages so far
    alignas(64) Word taken;             // of it, what the server has answered
    volatile Word done, wrong;          // the server's: transfers, words
    alignas(64) Word ready[2];          // each node's handlers stand
};

inline Word load(const Word& from) { return __atomic_load_n(&from, __ATOMIC_ACQUIRE); }
inline void store(Word& to, Word value) { __atomic_store_n(&to, value, __ATOMIC_RELEASE); }

/// The other side: how it is signalled, and where its signals arrive.
struct Peer {
    Word send = 0;  ///< capability; 0: it watches `word`
    Word* word = nullptr;
    Word own = 0;      ///< notification
    Word handler = 0;  ///< of the interrupt that arrives there

    void ring() const {
        if (word != nullptr) store(*word, *word + 1);
        if (send != 0) signal(send);
    }
    /// Returns for signals of before, too.
    void await() const {
        wait(own);
        if (handler != 0) invoke(handler, label::irq_ack, caps());
    }
};

/// A page frame at a time, in one side's address space, always at test_address.
struct Window {
    Word vspace = 0, attributes = default_attributes, frames[pages]{};

    template <class F>
    void each_page(Word bytes, F access) const {
        for (Word at = 0; at < bytes; at += page) {
            const Word frame = frames[at / page];
            invoke(frame, label::page_map, caps(vspace), test_address, rights_all, attributes);
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

struct Side {
    Shared* shared = nullptr;
    Peer peer;
    Window window;
    bool alone = true;  ///< on its node: the other side does not run while it does
};

/// What bench/userland/rates.py does not count: a look that finds nothing. Ends at the next one, or
/// where it has found something.
inline constexpr Word look_mark = 62, found_mark = 63;

/// Reads the boot record; false if the node shares no memory with another. Once: it spoils the
/// device tree of a kernel that hands the record over in one.
bool find_nodes();
/// This node's; node 0 has the client.
bool is_client();
void make_across_side(Side& side);

}  // namespace suite
