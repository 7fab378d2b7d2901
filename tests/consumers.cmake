# Two strangers' projects, each configured, built and run against this one: installed, and fetched as source.
set(consumer_options -DCMAKE_CXX_COMPILER=${CMAKE_CXX_COMPILER} -DCMAKE_CXX_COMPILER_LAUNCHER=${CMAKE_CXX_COMPILER_LAUNCHER} -DCMAKE_CXX_FLAGS=${CMAKE_CXX_FLAGS})
set(consumer_prefix "${CMAKE_CURRENT_BINARY_DIR}/prefix")

# vpr_consumer(NAME PROJECT OPTIONS...): a test that configures, builds and runs tests/PROJECT in a folder of its own.
function(vpr_consumer name project)
  add_test(NAME ${name} COMMAND ${CMAKE_CTEST_COMMAND}
    --build-and-test "${CMAKE_CURRENT_SOURCE_DIR}/${project}" "${CMAKE_CURRENT_BINARY_DIR}/${name}"
    --build-generator "${CMAKE_GENERATOR}" --build-options ${consumer_options} ${ARGN} --test-command consumer)
endfunction()

# vpr_consumer_refused(NAME SENTENCE OPTIONS...): a test that configuring consumer_install with the options fails with the sentence.
function(vpr_consumer_refused name sentence)
  add_test(NAME ${name} COMMAND ${CMAKE_COMMAND} --fresh -S "${CMAKE_CURRENT_SOURCE_DIR}/consumer_install" -B "${CMAKE_CURRENT_BINARY_DIR}/${name}"
    -G "${CMAKE_GENERATOR}" ${consumer_options} -DCMAKE_PREFIX_PATH=${consumer_prefix} ${ARGN})
  string(REPLACE " " "[ \n]+" sentence "${sentence}")  # CMake breaks the lines of its messages
  set_tests_properties(${name} PROPERTIES FIXTURES_REQUIRED installed PASS_REGULAR_EXPRESSION "${sentence}")
endfunction()

if(VPR_INSTALL)
  add_test(NAME install COMMAND ${CMAKE_COMMAND} --install "${PROJECT_BINARY_DIR}" --prefix "${consumer_prefix}")
  set_tests_properties(install PROPERTIES FIXTURES_SETUP installed)
  vpr_consumer(consumer_install consumer_install -DCMAKE_PREFIX_PATH=${consumer_prefix})
  set_tests_properties(consumer_install PROPERTIES FIXTURES_REQUIRED installed)
  vpr_consumer_refused(consumer_unknown_component "there is no component 'teleport'; the components are io, image, webp, tiff, gif, heif, hash, omp, thrust, tbb, cuda" -DCOMPONENTS=teleport)
  vpr_consumer_refused(consumer_missing_package "component 'image' needs SPNG, which CMake did not find \\(Debian: libjpeg-dev libspng-dev zlib1g-dev\\)"
    -DCOMPONENTS=image -DCMAKE_DISABLE_FIND_PACKAGE_SPNG=ON)
endif()
vpr_consumer(consumer_fetch consumer_fetch -DFETCHCONTENT_SOURCE_DIR_VPR=${PROJECT_SOURCE_DIR})
