# SPDX-License-Identifier: BSD-2-Clause
# cmake -DBUILD=.. -DTEMPLATE=.. -DARCH=.. -DWORK=.. -DGOLDEN=.. [-DSET=..] -P: mkl is installed, the
# template is copied out of the repository and built with nothing but the installed mkl, what it makes
# boots, and its CapDL text is the golden one.
function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE out ERROR_VARIABLE out)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "${ARGN}\nended with ${status}:\n${out}")
  endif()
  set(out "${out}" PARENT_SCOPE)
endfunction()

file(REMOVE_RECURSE "${WORK}")
set(installed "${WORK}/installed")
set(project "${WORK}/my-system")
run("${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${installed}")
file(COPY "${TEMPLATE}/" DESTINATION "${project}" PATTERN "*.elf" EXCLUDE)
run("${CMAKE_COMMAND}" -G Ninja -S "${project}" -B "${project}/build"
  "-DCMAKE_PREFIX_PATH=${installed}"
  "-DCMAKE_TOOLCHAIN_FILE=${installed}/share/mkl/cmake/${ARCH}.cmake")
run("${CMAKE_COMMAND}" --build "${project}/build")
set(options)
if(SET)
  foreach(setting IN LISTS SET)
    list(APPEND options --set "${setting}")
  endforeach()
endif()
run("${installed}/bin/mkl" qemu "${project}/system.yaml" ${options}
  --expect "hello: I am on node1, with 65536 bytes of heap" --timeout 60)
# What it was built from is the installed mkl's alone.
file(READ "${project}/build/build.ninja" rules)
string(FIND "${rules}" "${BUILD}/share" found)
if(NOT found EQUAL -1)
  message(FATAL_ERROR "the template was built with ${BUILD}/share")
endif()
set(MKL "${installed}/bin/mkl")
set(SYSTEM "${project}/system.yaml")
set(NAME template-${ARCH})
set(WORK "${WORK}/image")
include("${CMAKE_CURRENT_LIST_DIR}/cdl_golden.cmake")
