# SPDX-License-Identifier: BSD-2-Clause
# find_package(mkl): mkl_component() for components outside of mkl's repository. Needs one of mkl's
# toolchain files, which stand beside this file: -DCMAKE_TOOLCHAIN_FILE=.../aarch64.cmake
if(NOT MKL_ARCH)
  set(mkl_FOUND FALSE)
  set(mkl_NOT_FOUND_MESSAGE
    "configure with -DCMAKE_TOOLCHAIN_FILE=${CMAKE_CURRENT_LIST_DIR}/aarch64.cmake (or riscv64.cmake)")
  return()
endif()
get_filename_component(_mkl_component "${CMAKE_CURRENT_LIST_DIR}/../${MKL_ARCH}/component" ABSOLUTE)
if(NOT EXISTS "${_mkl_component}/libmkl_component.a")
  set(mkl_FOUND FALSE)
  set(mkl_NOT_FOUND_MESSAGE "this mkl was built without its programs for ${MKL_ARCH}")
  return()
endif()
if(NOT TARGET mkl_component)
  add_library(mkl_component STATIC IMPORTED)
  set_target_properties(mkl_component PROPERTIES
    IMPORTED_LOCATION "${_mkl_component}/libmkl_component.a"
    INTERFACE_INCLUDE_DIRECTORIES "${_mkl_component}/include"
    INTERFACE_LINK_LIBRARIES "${_mkl_component}/libmkl_rt.a")
  target_compile_options(mkl_component INTERFACE
    ${MKL_ARCH_FLAGS} -ffreestanding -fno-stack-protector -fno-asynchronous-unwind-tables
    $<$<COMPILE_LANGUAGE:CXX>:-fno-exceptions;-fno-rtti;-fno-threadsafe-statics>)
  target_link_options(mkl_component INTERFACE
    ${MKL_ARCH_LINK_FLAGS} -nostdlib -static -Wl,--build-id=none -Wl,--gc-sections)
endif()
include("${_mkl_component}/MklComponent.cmake")
