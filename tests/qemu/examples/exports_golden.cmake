# SPDX-License-Identifier: BSD-2-Clause
# cmake -DMKL=.. -DDIRECTORY=.. -DWORK=.. -P: the exports.h that the example's root task was built with
# is what mkl writes for its system; MKL_UPDATE_GOLDEN=1 takes the new one.
file(REMOVE_RECURSE "${WORK}")
execute_process(COMMAND "${MKL}" partition "${DIRECTORY}/system.yaml" -o "${WORK}"
  RESULT_VARIABLE status OUTPUT_QUIET ERROR_VARIABLE errors)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "mkl partition ended with ${status}:\n${errors}")
endif()
if("$ENV{MKL_UPDATE_GOLDEN}")
  configure_file("${WORK}/node1/exports.h" "${DIRECTORY}/exports.h" COPYONLY)
endif()
execute_process(COMMAND "${CMAKE_COMMAND}" -E compare_files "${WORK}/node1/exports.h"
  "${DIRECTORY}/exports.h" RESULT_VARIABLE differs)
if(differs)
  message(FATAL_ERROR "${WORK}/node1/exports.h and ${DIRECTORY}/exports.h differ")
endif()
file(READ "${WORK}/node1/exports.json" json)
string(JSON base GET "${json}" connections 0 memory base)
string(JSON target GET "${json}" connections 2 send target)
if(NOT base STREQUAL "0x60000000" OR NOT target STREQUAL "0x0")
  message(FATAL_ERROR "exports.json says ${base} and ${target}")
endif()
