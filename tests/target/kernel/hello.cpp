// SPDX-License-Identifier: BSD-2-Clause
// The smallest root task: prints what the kernel gave it.
#include "mkl/rt/format.hpp"
#include "sel4.hpp"

using namespace sel4;
IpcBuffer* sel4::ipc;

extern "C" void root_main(const abi::BootInfo* info) {
    ipc = reinterpret_cast<IpcBuffer*>(info->ipc_buffer);
    const auto say = [](const auto&... v) { mkl::rt::print(put_char, v...); };
    say("root: node ", info->node_id, " empty ", info->empty.start, "..", info->empty.end,
        " image ", info->user_image_frames.start, "..", info->user_image_frames.end, '\n');
    for (Word i = 0; i < info->untyped.end - info->untyped.start; i++) {
        const auto& u = info->untyped_list[i];
        say("  untyped ", mkl::rt::Hex{u.paddr}, " bits ", uint32_t{u.size_bits},
            u.is_device ? " device\n" : "\n");
    }
    const Result r =
        invoke(info->untyped.end - 1, abi::label::untyped_retype, caps(mkl::kapi::slot_cnode),
               abi::object::notification, 0, 0, 0, info->empty.start, 1);
    say("retype ", r.info.label(), '\n');
    signal(info->empty.start);
    say("poll ", poll(info->empty.start), '\n');
    syscall(abi::sys::debug_halt, 0, 0);
}
