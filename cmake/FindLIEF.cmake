# SPDX-License-Identifier: BSD-2-Clause
# LIEF (Debian: liblief-dev) has no package file. Defines LIEF::LIEF.
find_path(LIEF_INCLUDE_DIR LIEF/ELF.hpp)
find_library(LIEF_LIBRARY LIEF)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(LIEF REQUIRED_VARS LIEF_LIBRARY LIEF_INCLUDE_DIR)
if(LIEF_FOUND AND NOT TARGET LIEF::LIEF)
  add_library(LIEF::LIEF UNKNOWN IMPORTED)
  set_target_properties(LIEF::LIEF PROPERTIES IMPORTED_LOCATION "${LIEF_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${LIEF_INCLUDE_DIR}")
endif()
