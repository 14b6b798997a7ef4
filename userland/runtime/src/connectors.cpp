// SPDX-License-Identifier: BSD-2-Clause
// Queues and remote procedure calls: mkl/abi/queue.h between two components, on one node or two.
#include "mkl/rt/memory.hpp"
#include "parts.hpp"

namespace mkl::user {
namespace {

const struct ::mkl_end& checked(mkl_end_t end, uint32_t kind, const char* what) {
    if (end == nullptr || end->kind != kind) stop_because(what, end);
    return *end;
}
const struct ::mkl_end& sender(mkl_end_t end) {
    return checked(end, MKL_END_QUEUE_SEND, "cannot send to");
}
const struct ::mkl_end& receiver(mkl_end_t end) {
    return checked(end, MKL_END_QUEUE_RECEIVE, "cannot receive from");
}
const struct ::mkl_end& client(mkl_end_t end) {
    return checked(end, MKL_END_RPC_CLIENT, "cannot call");
}
const struct ::mkl_end& server(mkl_end_t end) {
    return checked(end, MKL_END_RPC_SERVER, "cannot serve");
}

void ring(const struct ::mkl_end& end) { signal_end(*part(end.c & 0xffffffff)); }

void check_size(const struct ::mkl_end& end, size_t size) {
    if (size > max_of(end)) stop_because("a message is longer than its connection allows:", &end);
}

bool put(const struct ::mkl_end& end, Queue queue, const void* data, size_t size) {
    check_size(end, size);
    void* const to = queue.room();
    if (to == nullptr) return false;
    memcpy(to, data, size);
    if (queue.publish(static_cast<uint32_t>(size))) ring(end);
    return true;
}

struct Taken {
    bool any = false;       ///< there was a message
    bool was_full = false;  ///< its writer may wait for room
    size_t length = 0;      ///< of which up to `max` bytes were copied
};
Taken take(Queue queue, void* data, size_t max) {
    uint32_t size = 0;
    const void* const from = queue.front(size);
    if (from == nullptr) return {};
    memcpy(data, from, size < max ? size : max);
    return {true, queue.release(), size};
}

/// Replies are always taken, by a client that has asked: the server never has to wait for room.
bool may_begin(const struct ::mkl_end& end) {
    const auto* requests = reinterpret_cast<const mkl_queue*>(end.a);
    const auto* replies =
        reinterpret_cast<const mkl_queue*>(end.a + mkl_queue_bytes(depth_of(end), max_of(end)));
    return requests->written - replies->taken < depth_of(end);  // both are ours to write
}

}  // namespace
}  // namespace mkl::user

using namespace mkl::user;

extern "C" {

size_t mkl_queue_max(mkl_end_t end) {
    if (end == nullptr || !is_queue(*end)) stop_because("no queue:", end);
    return max_of(*end);
}

int mkl_queue_try_send(mkl_end_t end, const void* data, size_t size) {
    return put(sender(end), first_queue(*end), data, size) ? 1 : 0;
}

void mkl_queue_send(mkl_end_t end, const void* data, size_t size) {
    while (!mkl_queue_try_send(end, data, size)) mkl_wait(end);
}

size_t mkl_queue_receive(mkl_end_t end, void* data, size_t size) {
    Taken taken;
    while (!(taken = take(first_queue(receiver(end)), data, size)).any) mkl_wait(end);
    if (taken.was_full) ring(*end);
    return taken.length;
}

void* mkl_queue_room(mkl_end_t end) { return first_queue(sender(end)).room(); }

void mkl_queue_publish(mkl_end_t end, size_t size) {
    check_size(sender(end), size);
    if (first_queue(*end).publish(static_cast<uint32_t>(size))) ring(*end);
}

const void* mkl_queue_front(mkl_end_t end, size_t* size) {
    uint32_t length = 0;
    const void* const data = first_queue(receiver(end)).front(length);
    if (size != nullptr) *size = length;
    return data;
}

void mkl_queue_release(mkl_end_t end) {
    if (first_queue(receiver(end)).release()) ring(*end);
}

int mkl_call_begin(mkl_end_t end, const void* request, size_t size) {
    if (!may_begin(client(end))) return 0;
    return put(*end, first_queue(*end), request, size) ? 1 : 0;
}

size_t mkl_call_finish(mkl_end_t end, void* reply, size_t reply_max) {
    Taken taken;
    while (!(taken = take(second_queue(client(end)), reply, reply_max)).any) mkl_wait(end);
    return taken.length;  // the server never waits for room: may_begin
}

size_t mkl_call(mkl_end_t end, const void* request, size_t size, void* reply, size_t reply_max) {
    if (!mkl_call_begin(end, request, size))
        stop_because("as many calls are under way as fit on", end);
    return mkl_call_finish(end, reply, reply_max);
}

mkl_end_t mkl_server_end(const char* name, unsigned number) {
    const mkl_end_t first = mkl_find_end(name);
    if (first == nullptr) return nullptr;
    for (mkl_end_t e = first; e < startup->ends + startup->end_count; e++) {
        if (e->kind != MKL_END_RPC_SERVER || e->d >> 32 != number) continue;
        uint32_t i = 0;
        while (i < MKL_NAME_SIZE && e->name[i] == first->name[i]) i++;
        if (i == MKL_NAME_SIZE) return e;  // names are NUL padded
    }
    return nullptr;
}

unsigned mkl_client(mkl_end_t end) { return static_cast<unsigned>(server(end).d >> 32); }

const void* mkl_request(mkl_end_t end, size_t* size) {
    uint32_t length = 0;
    const void* const data = first_queue(server(end)).front(length);
    if (size != nullptr) *size = length;
    return data;
}

void mkl_reply(mkl_end_t end, const void* reply, size_t size) {
    Queue requests = first_queue(server(end));
    uint32_t length = 0;
    if (requests.front(length) == nullptr) stop_because("nobody waits for a reply from", end);
    // Its slot may still be what `reply` points into: the client fills it again only after it has
    // taken this reply (may_begin). One that breaks this rule loses a reply, and only its own.
    requests.release();
    put(*end, second_queue(*end), reply, size);
}

}  // extern "C"
