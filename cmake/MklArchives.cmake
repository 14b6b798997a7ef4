# SPDX-License-Identifier: BSD-2-Clause
# MKL_ARCHIVES: what mkl links comes from archives, but for libc (docs/adr/0011). Included before
# the find_package() calls whose answers it gives.
set(OPENSSL_USE_STATIC_LIBS ON)
find_library(Libfdt_LIBRARY libfdt.a REQUIRED)

# Debian's package file of yaml-cpp names the shared object alone.
find_package(yaml-cpp REQUIRED)
find_library(MKL_YAML_CPP_ARCHIVE libyaml-cpp.a REQUIRED)
string(TOUPPER "${CMAKE_BUILD_TYPE}" config)
set_target_properties(yaml-cpp PROPERTIES IMPORTED_LOCATION_${config} "${MKL_YAML_CPP_ARCHIVE}")
