# SPDX-License-Identifier: BSD-2-Clause
# mkl_component(NAME SOURCES file... [OUTPUT_DIRECTORY dir])
# A component as NAME.elf, linked with the runtime: beside its sources' CMakeLists.txt unless a
# directory is given, so that `elf: NAME.elf` of the YAML there is literally true. For riscv64 it is
# riscv64/NAME.elf there.
function(mkl_component name)
  cmake_parse_arguments(arg "" "OUTPUT_DIRECTORY" "SOURCES" ${ARGN})
  if(NOT arg_OUTPUT_DIRECTORY)
    set(arg_OUTPUT_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}")
    if(NOT MKL_ARCH STREQUAL "aarch64")
      string(APPEND arg_OUTPUT_DIRECTORY "/${MKL_ARCH}")
    endif()
  endif()
  string(MAKE_C_IDENTIFIER "component_${CMAKE_CURRENT_SOURCE_DIR}_${name}" target)
  add_executable(${target} ${arg_SOURCES})
  set_target_properties(${target} PROPERTIES OUTPUT_NAME ${name} SUFFIX .elf
    RUNTIME_OUTPUT_DIRECTORY "${arg_OUTPUT_DIRECTORY}"
    LINK_DEPENDS "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/component.ld")
  target_link_libraries(${target} PRIVATE -Wl,--whole-archive mkl_component -Wl,--no-whole-archive)
  target_link_options(${target} PRIVATE "-Wl,-T,${CMAKE_CURRENT_FUNCTION_LIST_DIR}/component.ld"
    -Wl,-z,max-page-size=0x1000)
endfunction()
