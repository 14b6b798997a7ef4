# SPDX-License-Identifier: BSD-2-Clause
# mkl::options: language level, warnings, sanitizers and reproducibility of every host target.
add_library(mkl_options INTERFACE)
add_library(mkl::options ALIAS mkl_options)
target_compile_features(mkl_options INTERFACE cxx_std_20 c_std_11)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

target_compile_options(mkl_options INTERFACE
  -Wall -Wextra -Wformat=2 -Wcast-align -Wimplicit-fallthrough
  $<$<COMPILE_LANGUAGE:CXX>:-Wconversion;-Wshadow;-Wold-style-cast;-Wnon-virtual-dtor;-Woverloaded-virtual>
  $<$<CXX_COMPILER_ID:GNU>:-Wno-missing-field-initializers>
  $<$<CXX_COMPILER_ID:Clang>:-Wno-missing-field-initializers;-Wno-missing-braces>
  # Same input, same bytes: no build path in any output.
  "-ffile-prefix-map=${CMAKE_SOURCE_DIR}/=")
if(MKL_WERROR)
  target_compile_options(mkl_options INTERFACE -Werror)
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Debug")
  target_compile_definitions(mkl_options INTERFACE _GLIBCXX_ASSERTIONS)
endif()
if(MKL_SANITIZE)
  add_compile_options(-fsanitize=${MKL_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${MKL_SANITIZE})
endif()
if(MKL_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

# Third-party headers are not ours to warn about.
function(mkl_library name)
  cmake_parse_arguments(arg "" "ALIAS" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(${name} STATIC ${arg_SOURCES})
  add_library(${arg_ALIAS} ALIAS ${name})
  target_link_libraries(${name} PUBLIC ${arg_PUBLIC} PRIVATE mkl::options ${arg_PRIVATE})
endfunction()
