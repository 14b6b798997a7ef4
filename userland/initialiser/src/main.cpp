// SPDX-License-Identifier: BSD-2-Clause
// C++ entry of the root task, called by start.S.
#include "mkl/user/root.hpp"

extern "C" {

using Constructor = void (*)();
extern char __image_start[], __image_end[];  // link.ld
extern Constructor __init_array_start[], __init_array_end[];

[[noreturn]] void root_main(const mkl::user::abi::BootInfo* boot_info) {
    for (Constructor* p = __init_array_start; p < __init_array_end; p++) (*p)();
    mkl::user::run_root(*boot_info, {reinterpret_cast<uintptr_t>(__image_start),
                                     reinterpret_cast<uintptr_t>(__image_end)});
}

}  // extern "C"
