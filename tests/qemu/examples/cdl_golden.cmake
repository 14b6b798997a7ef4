# SPDX-License-Identifier: BSD-2-Clause
# cmake -DMKL=.. -DSYSTEM=.. -DNAME=.. -DGOLDEN=.. -DWORK=.. [-DSET=..] -P (or included with these
# set): the CapDL text that mkl writes for each node of an example is the one in tests/golden but for
# the lengths of what is filled from a component's program, which are the compiler's affair;
# MKL_UPDATE_GOLDEN=1 writes it there.
function(read_but_lengths file out)
  file(READ "${file}" text)
  string(REGEX REPLACE "({[0-9]+) [0-9]+ (CDL_FrameFill_FileData \"[^\"]*\\.elf\")" "\\1 _ \\2" text
    "${text}")
  set(${out} "${text}" PARENT_SCOPE)
endfunction()

set(options)
foreach(setting IN LISTS SET)
  list(APPEND options --set "${setting}")
endforeach()
file(REMOVE_RECURSE "${WORK}")
execute_process(COMMAND "${MKL}" image "${SYSTEM}" ${options} -o "${WORK}" RESULT_VARIABLE status
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
  read_but_lengths("${WORK}/${file}" is)
  set(was)
  if(EXISTS "${golden}")
    read_but_lengths("${golden}" was)
  endif()
  if(is STREQUAL was)
    continue()
  endif()
  if(NOT "$ENV{MKL_UPDATE_GOLDEN}")
    message(FATAL_ERROR "${WORK}/${file} and ${golden} differ; MKL_UPDATE_GOLDEN=1 takes the new one")
  endif()
  configure_file("${WORK}/${file}" "${golden}" COPYONLY)
endforeach()
