// SPDX-License-Identifier: BSD-2-Clause
// Memory of a node and memory that all nodes share.
#include "main.hpp"
#include "mkl/rt/ring.hpp"

namespace mkl::loader {

namespace {

void* memory(uint64_t address) { return reinterpret_cast<void*>(address); }

void place(const Payload& payload, const mkl_payload_entry& entry) {
    const uint8_t* data = payload.data_of(entry);
    for (const mkl_payload_segment& s : payload.segments_of(entry)) {
        arch::copy(memory(s.dest), data + s.offset, s.file_size);
        const uint64_t rest = s.file_size % 8;  // zero() wants 8-byte alignment
        const uint64_t pad = rest == 0 ? 0 : 8 - rest;
        auto* tail = static_cast<uint8_t*>(memory(s.dest + s.file_size));
        const uint64_t bytes = s.memory_size - s.file_size;
        for (uint64_t i = 0; i < pad && i < bytes; i++) tail[i] = 0;
        if (bytes > pad) arch::zero(tail + pad, bytes - pad);
        arch::publish(s.dest, s.memory_size);
    }
}

}  // namespace

uint64_t counter_hz_of(const Payload& payload) {
    return payload.header->counter_hz != 0 ? payload.header->counter_hz : arch::counter_hz();
}

Fault prepare_node(const Payload& payload, const mkl_payload_node& node, StatusPage& status) {
    // All hashes first: a node with one bad entry is left untouched.
    for (const mkl_payload_entry& entry : payload.entries_of(node))
        if (const Fault f = verify_entry(payload, entry); !f.ok()) return f;
    status.reach(MKL_STAGE_VERIFIED, arch::counter());
    for (const mkl_payload_entry& entry : payload.entries_of(node)) place(payload, entry);
    status.reach(MKL_STAGE_COPIED, arch::counter());
    return no_fault();
}

void prepare_common(const Payload& payload) {
    const uint64_t hz = counter_hz_of(payload);
    for (const mkl_payload_node& node : payload.nodes) {
        StatusPage status{node.status};
        status.init(node, payload.nodes.count, hz);
        status.reach(MKL_STAGE_LOADER, arch::counter());
        if (node.log == 0) continue;
        arch::zero(memory(node.log), MKL_LOG_RING_SIZE);
        rt::RingWriter::init(memory(node.log), MKL_LOG_RING_SIZE);
        arch::publish(node.log, MKL_LOG_RING_SIZE);
    }
    for (const mkl_range& zeros : payload.zeros) {
        arch::zero(memory(zeros.base), zeros.size);
        arch::publish(zeros.base, zeros.size);
    }
}

}  // namespace mkl::loader
