// SPDX-License-Identifier: BSD-2-Clause
// The smallest root task: prints what the kernel gave it.
#include "mkl/rt/format.hpp"
#include "suite_arch.hpp"

using namespace suite;
using mkl::kapi::MessageInfo;

namespace {
void put_char(char c) {
    raw_syscall(abi::sys::debug_put_char, static_cast<unsigned char>(c), 0, 0, 0, 0, 0);
}
}  // namespace

extern "C" void root_main(const abi::BootInfo* info) {
    auto* ipc = reinterpret_cast<mkl::kapi::IpcBuffer*>(info->ipc_buffer);
    const auto say = [](const auto&... v) { mkl::rt::print(put_char, v...); };
    say("root: node ", info->node_id, " empty ", info->empty.start, "..", info->empty.end,
        " image ", info->user_image_frames.start, "..", info->user_image_frames.end, '\n');
    for (Word i = 0; i < info->untyped.end - info->untyped.start; i++) {
        const auto& u = info->untyped_list[i];
        say("  untyped ", mkl::rt::Hex{u.paddr}, " bits ", uint32_t{u.size_bits},
            u.is_device ? " device\n" : "\n");
    }
    ipc->caps_or_badges[0] = mkl::kapi::slot_cnode;
    ipc->msg[4] = info->empty.start;
    ipc->msg[5] = 1;
    const RawResult r = raw_syscall(abi::sys::call, info->untyped.end - 1,
                                    MessageInfo::make(abi::label::untyped_retype, 0, 1, 6).word,
                                    abi::object::notification, 0, 0, 0);
    say("retype ", MessageInfo{r.info}.label(), '\n');
    raw_syscall(abi::sys::debug_halt, 0, 0, 0, 0, 0, 0);
}
