# SPDX-License-Identifier: BSD-2-Clause
# Freestanding riscv64. The compiler has no C++ library headers: <stdint.h>, <stddef.h> and rt/
# are all that target code may include.
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR riscv64)
set(CMAKE_C_COMPILER riscv64-unknown-elf-gcc)
set(CMAKE_CXX_COMPILER riscv64-unknown-elf-g++)
set(CMAKE_ASM_COMPILER riscv64-unknown-elf-gcc)
set(CMAKE_OBJCOPY riscv64-unknown-elf-objcopy)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
set(MKL_ARCH riscv64)
# Linking with _zicsr in -march picks a wrong multilib of libgcc: see MKL_ARCH_LINK_FLAGS.
set(MKL_ARCH_FLAGS -march=rv64imac_zicsr_zifencei -mabi=lp64 -mcmodel=medany)
set(MKL_ARCH_LINK_FLAGS -march=rv64imac -mabi=lp64)
# Link-time optimisation assembles with the link's -march, which then needs _zicsr; libgcc by its path.
execute_process(COMMAND "${CMAKE_CXX_COMPILER}" ${MKL_ARCH_LINK_FLAGS} -print-libgcc-file-name
  OUTPUT_VARIABLE mkl_libgcc OUTPUT_STRIP_TRAILING_WHITESPACE)
get_filename_component(mkl_libgcc_directory "${mkl_libgcc}" DIRECTORY)
set(MKL_ARCH_LTO_FLAGS -flto)
set(MKL_ARCH_LTO_LINK_FLAGS ${MKL_ARCH_FLAGS} "-L${mkl_libgcc_directory}")
