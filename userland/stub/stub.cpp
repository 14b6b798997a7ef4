// SPDX-License-Identifier: BSD-2-Clause
// The functions of the stub page (mkl/abi/component.h). Flat, linked at 0, no data, no calls out:
// the page may stand at any address. One page per ABI; the table of offsets is header.S.
#include "mkl/user/model.hpp"
#include "mkl/user/syscall.hpp"

using namespace mkl::user;

namespace {

constexpr uint64_t length_mask = 0x7f;  // message information: length [6:0], label [63:12]
constexpr unsigned label_shift = 12;

uint64_t info_of(const mkl_message& message) {
    return message.label << label_shift | (message.length & length_mask);
}

void store(mkl_message& message, const SyscallResult& result) {
    message.label = result.info >> label_shift;
    message.length = result.info & length_mask;
    message.badge = result.badge;
    message.mr[0] = result.mr[0];
    message.mr[1] = result.mr[1];
    message.mr[2] = result.mr[2];
    message.mr[3] = result.mr[3];
}

SyscallResult transfer(int64_t number, uint64_t cptr, const mkl_message& m) {
    return syscall(number, cptr, info_of(m), m.mr[0], m.mr[1], m.mr[2], m.mr[3], MKL_SLOT_REPLY);
}

constexpr unsigned address_word = 1;  // of a VMFault and of a CapFault
constexpr unsigned number_word = syscall_number_word;

/// Word of the message received last: the first four are registers, the rest the IPC buffer.
uint64_t word(const mkl_message& m, unsigned index) {
    if (index < kapi::msg_registers) return m.mr[index];
    return reinterpret_cast<const kapi::IpcBuffer*>(MKL_VA_IPC_BUFFER)->msg[index];
}

/// MKL_FAULT_*; and the two words that say where.
uint64_t translate(const mkl_message& m, uint64_t& pc, uint64_t& detail) {
    pc = m.mr[0];
    detail = 0;
    if (m.label == abi::fault::null_fault) return MKL_FAULT_NONE;
    if (m.label == abi::fault::vm_fault || m.label == abi::fault::cap_fault) {
        detail = word(m, address_word);
        return m.label == abi::fault::vm_fault ? MKL_FAULT_MEMORY : MKL_FAULT_CAP;
    }
    if (m.label == abi::fault::unknown_syscall) {
        pc = word(m, syscall_pc_word);
        detail = word(m, number_word);
        return MKL_FAULT_SYSCALL;
    }
    return m.label == abi::fault::user_exception ? MKL_FAULT_EXCEPTION : MKL_FAULT_OTHER;
}

}  // namespace

extern "C" {

void mkl_stub_signal(uint64_t cptr) { syscall(abi::sys::send, cptr, 0); }

uint64_t mkl_stub_wait(uint64_t cptr) { return syscall(sys_wait, cptr, 0).badge; }

uint64_t mkl_stub_poll(uint64_t cptr) { return syscall(sys_poll, cptr, 0).badge; }

uint64_t mkl_stub_irq_ack(uint64_t cptr) {
    return syscall(abi::sys::call, cptr, abi::label::irq_ack << label_shift).info >> label_shift;
}

void mkl_stub_yield() { syscall(abi::sys::yield, 0, 0); }

void mkl_stub_relax() { relax(); }

void mkl_stub_debug_put(uint64_t c) { syscall(abi::sys::debug_put_char, c, 0); }

void mkl_stub_call(uint64_t cptr, mkl_message* message) {
    store(*message, transfer(abi::sys::call, cptr, *message));
}

void mkl_stub_send(uint64_t cptr, mkl_message* message) {
    transfer(abi::sys::send, cptr, *message);
}

void mkl_stub_recv(uint64_t cptr, mkl_message* message) {
    store(*message, syscall(sys_receive, cptr, 0, 0, 0, 0, 0, MKL_SLOT_REPLY));
}

void mkl_stub_reply_recv(uint64_t cptr, mkl_message* message) {
    store(*message, transfer(abi::sys::reply_recv, cptr, *message));
}

void mkl_stub_reply(mkl_message* message) { transfer(sys_reply, reply_cptr, *message); }

void mkl_stub_fault(uint64_t cptr, mkl_message* message) {
    store(*message, syscall(sys_receive, cptr, 0, 0, 0, 0, 0, MKL_SLOT_REPLY));
    uint64_t pc = 0, detail = 0;
    message->label = translate(*message, pc, detail);
    message->mr[0] = pc;
    message->mr[1] = detail;
}

}  // extern "C"
