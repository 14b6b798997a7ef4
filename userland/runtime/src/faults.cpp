// SPDX-License-Identifier: BSD-2-Clause
// Faults of the components that this one looks after.
#include "parts.hpp"
#include "runtime.hpp"

namespace mkl::user {
namespace {

static_assert(MKL_FAULTED_MEMORY == MKL_FAULT_MEMORY && MKL_FAULTED_CAP == MKL_FAULT_CAP &&
              MKL_FAULTED_SYSCALL == MKL_FAULT_SYSCALL &&
              MKL_FAULTED_EXCEPTION == MKL_FAULT_EXCEPTION && MKL_FAULTED_OTHER == MKL_FAULT_OTHER);

const struct ::mkl_end* watched(uint64_t badge) {
    for (uint32_t i = 0; i < startup->end_count; i++) {
        const struct ::mkl_end& end = startup->ends[i];
        if (end.kind == MKL_END_FAULTS && (badge == 0 || end.b == badge)) return &end;
    }
    return nullptr;
}

}  // namespace
}  // namespace mkl::user

using namespace mkl::user;

extern "C" {

int mkl_wait_fault(mkl_fault* fault) {
    const struct ::mkl_end* const any = watched(0);
    if (any == nullptr) stop_because("nobody's faults come to", nullptr);
    if (anything_pending()) return 0;
    mkl_message message{};
    stub(MKL_STUB_FAULT, any->a, &message);
    if (message.label == MKL_FAULT_NONE) {  // the inbox, which is bound to this thread
        arrived(message.badge);
        return 0;
    }
    fault->component = watched(message.badge);
    fault->kind = static_cast<unsigned>(message.label);
    fault->pc = message.mr[0];
    fault->detail = message.mr[1];
    return 1;
}

void mkl_resume_fault() {
    mkl_message message{};
    stub(MKL_STUB_REPLY, &message);
}

}  // extern "C"
