# SPDX-License-Identifier: BSD-2-Clause
# Freestanding aarch64 from Debian's cross compiler for Linux.
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
set(CMAKE_ASM_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_OBJCOPY aarch64-linux-gnu-objcopy)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
set(MKL_ARCH aarch64)
set(MKL_ARCH_FLAGS -mgeneral-regs-only -mno-outline-atomics)
set(MKL_ARCH_LTO_FLAGS -flto)
set(MKL_ARCH_LTO_LINK_FLAGS)
