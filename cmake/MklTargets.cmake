# SPDX-License-Identifier: BSD-2-Clause
# Loader, kernel, userland and example components: one CMake project per architecture
# (cmake/target), built with the cross compiler. What mkl needs at run time is installed to
# <build>/share/mkl/<arch>, where the tool in <build> finds it.
include(ExternalProject)

set(MKL_SHARE "${CMAKE_BINARY_DIR}/share/mkl")
function(mkl_target_programs arch compiler)
  find_program(MKL_CXX_${arch} ${compiler})
  if(NOT MKL_CXX_${arch})
    message(WARNING "${compiler} not found: no programs for ${arch}, its tests are skipped")
    return()
  endif()
  ExternalProject_Add(target-${arch}
    SOURCE_DIR "${CMAKE_SOURCE_DIR}/cmake/target"
    BINARY_DIR "${CMAKE_BINARY_DIR}/target-${arch}"
    INSTALL_DIR "${MKL_SHARE}/${arch}"
    CMAKE_GENERATOR Ninja
    CMAKE_ARGS
      "-DCMAKE_TOOLCHAIN_FILE=${CMAKE_SOURCE_DIR}/cmake/toolchains/${arch}.cmake"
      "-DCMAKE_INSTALL_PREFIX=<INSTALL_DIR>"
      "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON"
      "-DMKL_WERROR=${MKL_WERROR}"
    BUILD_ALWAYS ON
    USES_TERMINAL_BUILD OFF)
  install(DIRECTORY "${MKL_SHARE}/${arch}" DESTINATION "${CMAKE_INSTALL_DATADIR}/mkl")
endfunction()

mkl_target_programs(aarch64 aarch64-linux-gnu-g++)

# find_package(mkl), from the build directory and from the install prefix: share/mkl/cmake.
foreach(file mklConfig.cmake toolchains/aarch64.cmake toolchains/riscv64.cmake)
  get_filename_component(name ${file} NAME)
  configure_file("${CMAKE_SOURCE_DIR}/cmake/${file}" "${MKL_SHARE}/cmake/${name}" COPYONLY)
endforeach()
install(DIRECTORY "${MKL_SHARE}/cmake" DESTINATION "${CMAKE_INSTALL_DATADIR}/mkl")
mkl_target_programs(riscv64 riscv64-unknown-elf-g++)
install(DIRECTORY examples DESTINATION "${CMAKE_INSTALL_DATADIR}/mkl")
