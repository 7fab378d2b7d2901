# Programs that must not compile, and whose refusal must show the sentence meant for the reader: a static_assert's or an #error's.
# tests/compile_fail/CASE.cpp has the line `// refused: SENTENCE`.
file(GLOB cases CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/compile_fail/*.cpp")
foreach(case IN LISTS cases)
  cmake_path(GET case STEM name)
  file(READ ${case} text)
  string(REGEX MATCH "// refused: ([^\n]+)" _ "${text}")
  string(REGEX REPLACE "[^A-Za-z0-9 ]" "." sentence "${CMAKE_MATCH_1}")
  add_test(NAME compile_fail_${name}
    COMMAND ${CMAKE_CXX_COMPILER} -std=c++20 -fsyntax-only "-I${PROJECT_SOURCE_DIR}" "-I$<JOIN:$<REMOVE_DUPLICATES:$<TARGET_PROPERTY:all_components,INTERFACE_INCLUDE_DIRECTORIES>>,;-I>" ${case}
    COMMAND_EXPAND_LISTS)
  set_tests_properties(compile_fail_${name} PROPERTIES PASS_REGULAR_EXPRESSION "error:[^\n]*${sentence}")
  if(name MATCHES "^vpr_without_")  # nothing but that sentence
    set_tests_properties(compile_fail_${name} PROPERTIES FAIL_REGULAR_EXPRESSION "not a member;no member named;not declared;undeclared;no matching")
  endif()
endforeach()
