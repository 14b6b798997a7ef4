// SPDX-License-Identifier: BSD-2-Clause
// The component interface for C++: the functions of mkl/component.h with types. Header only; no
// exceptions, no allocation. A component still defines mkl_init and mkl_notified.
#pragma once

#include "mkl/component.h"

namespace mkl {

/// Shared memory as a structure; nullptr if the buffer is smaller than that.
template <class T>
volatile T* buffer(const char* name) {
    size_t size = 0;
    volatile void* const memory = mkl_buffer(name, &size);
    return size >= sizeof(T) ? static_cast<volatile T*>(memory) : nullptr;
}

/// An end of type Message: a queue or an rpc connection whose messages all have one type.
template <class Message>
class Queue {
public:
    explicit Queue(const char* name) : end_{mkl_end(name)} {}
    mkl_end_t end() const { return end_; }
    void send(const Message& message) const { mkl_queue_send(end_, &message, sizeof message); }
    bool try_send(const Message& message) const {
        return mkl_queue_try_send(end_, &message, sizeof message) != 0;
    }
    /// Blocks. False if what came has another length.
    [[nodiscard]] bool receive(Message& message) const {
        return mkl_queue_receive(end_, &message, sizeof message) == sizeof message;
    }

private:
    mkl_end_t end_;
};

template <class Request, class Reply>
class Client {
public:
    explicit Client(const char* name) : end_{mkl_end(name)} {}
    /// Blocks until the server has answered. False if the answer has another length.
    [[nodiscard]] bool call(const Request& request, Reply& reply) const {
        return mkl_call(end_, &request, sizeof request, &reply, sizeof reply) == sizeof reply;
    }

private:
    mkl_end_t end_;
};

/// Answers what is there, one reply for each request; `handler` gets a copy, which the client
/// cannot change any more, and the number of the client. Requests of another length get an empty
/// reply.
template <class Request, class Reply, class Handler>
void serve(mkl_end_t end, Handler&& handler) {
    size_t size = 0;
    while (const void* from = mkl_request(end, &size)) {
        if (size != sizeof(Request)) {
            mkl_reply(end, nullptr, 0);
            continue;
        }
        Request request;
        __builtin_memcpy(&request, from, sizeof request);
        const Reply reply = handler(request, mkl_client(end));
        mkl_reply(end, &reply, sizeof reply);
    }
}

}  // namespace mkl
