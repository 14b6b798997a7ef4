// SPDX-License-Identifier: BSD-2-Clause
// Calls the board's firmware through seL4's SMC capability: what PSCI_VERSION answers.
#include "mkl/user/syscall.hpp"
#include "program.hpp"

using namespace program;

namespace {

constexpr uint64_t psci_version = 0x84000000;  // Arm DEN0022, 5.1.1
constexpr unsigned arguments = 8;              // x0 to x7, both ways

/// seL4_ARM_SMC_Call: x0 of the answer.
uint64_t call_firmware(uint64_t function) {
    for (unsigned i = kapi::msg_registers; i < arguments; i++) ipc_buffer->msg[i] = 0;
    const SyscallResult r =
        syscall(abi::sys::call, find("firmware").a,
                kapi::MessageInfo::make(abi::label::smc_call, 0, 0, arguments).word, function);
    need("call the firmware", kapi::MessageInfo{r.info}.label());
    return r.mr[0];
}

}  // namespace

extern "C" [[noreturn]] void start_from(const uint64_t* stack) {
    read_vector(stack);
    const uint64_t version = call_firmware(psci_version);
    say("firmware: PSCI ", version >> 16, '.', version & 0xffff);
    stop();
}
