# SPDX-License-Identifier: BSD-2-Clause
# cmake -DMKL=.. -DSYSTEM=.. -DNAME=.. -DGOLDEN=.. -DWORK=.. -P: the CapDL text that mkl writes for
# each node of an example is the one in tests/golden; MKL_UPDATE_GOLDEN=1 writes it there.
file(REMOVE_RECURSE "${WORK}")
execute_process(COMMAND "${MKL}" image "${SYSTEM}" -o "${WORK}" RESULT_VARIABLE status
  OUTPUT_QUIET ERROR_VARIABLE errors)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "mkl image ended with ${status}:\n${errors}")
endif()
file(GLOB made RELATIVE "${WORK}" "${WORK}/*/node.cdl")
if(NOT made)
  message(FATAL_ERROR "no node.cdl in ${WORK}")
endif()
foreach(file IN LISTS made)
  get_filename_component(node "${file}" DIRECTORY)
  set(golden "${GOLDEN}/${NAME}.${node}.cdl")
  if("$ENV{MKL_UPDATE_GOLDEN}")
    configure_file("${WORK}/${file}" "${golden}" COPYONLY)
  endif()
  execute_process(COMMAND "${CMAKE_COMMAND}" -E compare_files "${WORK}/${file}" "${golden}"
    RESULT_VARIABLE differs)
  if(differs)
    message(FATAL_ERROR "${WORK}/${file} and ${golden} differ; MKL_UPDATE_GOLDEN=1 takes the new one")
  endif()
endforeach()
