# Strangers' projects, each configured, built and run against this one: installed, fetched as source, and with copied headers.
set(consumer_options -DCMAKE_CXX_COMPILER=${CMAKE_CXX_COMPILER} -DCMAKE_CXX_FLAGS=${CMAKE_CXX_FLAGS})
if(CMAKE_CXX_COMPILER_LAUNCHER)
  list(GET CMAKE_CXX_COMPILER_LAUNCHER -1 launcher)  # ccache alone: these projects have no precompiled headers to set it up for
  list(APPEND consumer_options -DCMAKE_CXX_COMPILER_LAUNCHER=${launcher})
endif()
set(consumer_prefix "${CMAKE_CURRENT_BINARY_DIR}/prefix")

# vpr_consumer(NAME PROJECT OPTIONS...): a test that configures, builds and runs tests/PROJECT in a folder of its own.
function(vpr_consumer name project)
  add_test(NAME ${name} COMMAND ${CMAKE_CTEST_COMMAND}
    --build-and-test "${CMAKE_CURRENT_SOURCE_DIR}/${project}" "${CMAKE_CURRENT_BINARY_DIR}/${name}"
    --build-generator "${CMAKE_GENERATOR}" --build-options ${consumer_options} ${ARGN} --test-command consumer)
endfunction()

# vpr_consumer_refused(NAME PROJECT SENTENCE OPTIONS...): a test that configuring tests/PROJECT with the options fails with the sentence.
function(vpr_consumer_refused name project sentence)
  add_test(NAME ${name} COMMAND ${CMAKE_COMMAND} --fresh -S "${CMAKE_CURRENT_SOURCE_DIR}/${project}" -B "${CMAKE_CURRENT_BINARY_DIR}/${name}"
    -G "${CMAKE_GENERATOR}" ${consumer_options} ${ARGN})
  string(REPLACE " " "[ \n]+" sentence "${sentence}")  # CMake breaks the lines of its messages
  set_tests_properties(${name} PROPERTIES PASS_REGULAR_EXPRESSION "${sentence}")
endfunction()

list(JOIN vpr_components ", " known)
set(unknown "there is no component 'teleport'; the components are ${known}")
set(no_spng "component 'image' needs SPNG, which CMake did not find: install it \\(Debian:[^)]*libspng-dev")
set(no_xtensor "the library needs xtensor, which CMake did not find: install it \\(Debian: libeigen3-dev libxtensor-dev")
set(not_asked "target 'consumer' links vpr::hash, but that component was not asked for: add 'hash' to the COMPONENTS")

if(VPR_INSTALL)
  add_test(NAME install COMMAND ${CMAKE_COMMAND} --install "${PROJECT_BINARY_DIR}" --prefix "${consumer_prefix}")
  set_tests_properties(install PROPERTIES FIXTURES_SETUP installed)
  vpr_consumer(consumer_install consumer_install -DCMAKE_PREFIX_PATH=${consumer_prefix})
  set(installed -DCMAKE_PREFIX_PATH=${consumer_prefix})
  vpr_consumer_refused(consumer_unknown_component consumer_install "${unknown}" ${installed} -DCOMPONENTS=teleport)
  vpr_consumer_refused(consumer_missing_package consumer_install "${no_spng}" ${installed} -DCOMPONENTS=image -DCMAKE_DISABLE_FIND_PACKAGE_SPNG=ON)
  vpr_consumer_refused(consumer_missing_xtensor consumer_install "${no_xtensor}" ${installed} -DCMAKE_DISABLE_FIND_PACKAGE_xtensor=ON)
  vpr_consumer_refused(consumer_links_unasked consumer_install "${not_asked}" ${installed} -DLINKS=hash)
  vpr_consumer_refused(consumer_links_unknown consumer_install "links vpr::teleport, but ${unknown}" ${installed} -DLINKS=teleport)
  set_tests_properties(consumer_install consumer_unknown_component consumer_missing_package consumer_missing_xtensor consumer_links_unasked
    consumer_links_unknown PROPERTIES FIXTURES_REQUIRED installed)
  if(TARGET vpr_cli)
    add_test(NAME installed_program COMMAND "${consumer_prefix}/${CMAKE_INSTALL_BINDIR}/vpr" --version)
    set_tests_properties(installed_program PROPERTIES FIXTURES_REQUIRED installed PASS_REGULAR_EXPRESSION "${PROJECT_VERSION}")
  endif()
endif()

set(fetched -DFETCHCONTENT_SOURCE_DIR_VPR=${PROJECT_SOURCE_DIR})
vpr_consumer(consumer_fetch consumer_fetch ${fetched})
vpr_consumer(consumer_fetch_asked consumer_fetch ${fetched} -DVPR_COMPONENTS=io)
vpr_consumer_refused(consumer_fetch_unknown_component consumer_fetch "${unknown}" ${fetched} -DVPR_COMPONENTS=teleport)
vpr_consumer_refused(consumer_fetch_missing_package consumer_fetch "${no_spng}" ${fetched} "-DVPR_COMPONENTS=io\\;image" -DCMAKE_DISABLE_FIND_PACKAGE_SPNG=ON)
vpr_consumer_refused(consumer_fetch_missing_xtensor consumer_fetch "${no_xtensor}" ${fetched} -DCMAKE_DISABLE_FIND_PACKAGE_xtensor=ON)
vpr_consumer_refused(consumer_fetch_links_missing consumer_fetch "target 'consumer' links vpr::image, but ${no_spng}" ${fetched} -DLINKS=image
  -DCMAKE_DISABLE_FIND_PACKAGE_SPNG=ON)
vpr_consumer_refused(consumer_fetch_links_unasked consumer_fetch "${not_asked}" ${fetched} -DVPR_COMPONENTS=io -DLINKS=hash)

# Copied headers, with a user's warnings as errors, by both compilers. Templates are compiled too, since the program uses them.
get_target_property(eigen_folders Eigen3::Eigen INTERFACE_INCLUDE_DIRECTORIES)
list(TRANSFORM eigen_folders PREPEND -isystem)
set(copied_options -std=c++20 -fsyntax-only -Wall -Wextra -Wconversion -Werror -I "${PROJECT_SOURCE_DIR}/include" ${eigen_folders})
foreach(component IN ITEMS io image webp tiff gif heif hash map hnsw)
  if(TARGET vpr::${component})
    string(TOUPPER "-DVPR_WITH_${component}" definition)
    list(APPEND copied_options ${definition})
  endif()
endforeach()
foreach(compiler IN ITEMS g++ clang++)
  find_program(VPR_${compiler} ${compiler})
  mark_as_advanced(VPR_${compiler})
  if(VPR_${compiler} AND TARGET vpr::io AND TARGET vpr::image)
    add_test(NAME consumer_copied_${compiler} COMMAND ${VPR_${compiler}} ${copied_options} "${CMAKE_CURRENT_SOURCE_DIR}/consumer_copied/main.cpp")
  endif()
endforeach()
