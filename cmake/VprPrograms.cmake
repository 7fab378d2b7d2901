# How this project's own programs are compiled; nothing here reaches a user's target.
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin")

# All but the kernels is as fast at -O2, and compiles in an eighth less time.
string(REPLACE "-O3" "-O2" CMAKE_CXX_FLAGS_RELEASE "${CMAKE_CXX_FLAGS_RELEASE}")

add_library(vpr_program_flags INTERFACE)
target_compile_options(vpr_program_flags INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wno-sign-conversion)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # GCC 12 sees uninitialised values in its own AVX-512 intrinsics, and overlaps in its own strings.
  target_compile_options(vpr_program_flags INTERFACE -Wno-maybe-uninitialized -Wno-uninitialized -Wno-restrict)
endif()
if(VPR_WERROR)
  target_compile_options(vpr_program_flags INTERFACE -Werror)
endif()
if(VPR_NATIVE)
  target_compile_options(vpr_program_flags INTERFACE -march=native)
endif()

find_program(VPR_CCACHE ccache)
mark_as_advanced(VPR_CCACHE)
if(VPR_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # ccache keeps what is compiled with precompiled headers only where it may overlook macros that they would not see.
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND}" -E env "CCACHE_SLOPPINESS=pch_defines,time_macros" "${VPR_CCACHE}")
endif()

# The kernels for every instruction set, compiled once: most of the time of a small file goes into them.
add_library(vpr_kernels STATIC EXCLUDE_FROM_ALL "${CMAKE_CURRENT_LIST_DIR}/kernels.cpp")
target_link_libraries(vpr_kernels PUBLIC vpr::vpr PRIVATE vpr_program_flags)
target_compile_definitions(vpr_kernels PUBLIC VPR_KERNELS_APART)
target_compile_options(vpr_kernels PRIVATE $<IF:$<CONFIG:Release>,-O3,-O1>)

# The readers of weight files, likewise: see include/vpr/io/apart.hpp.
if(TARGET vpr::io)
  add_library(vpr_readers STATIC EXCLUDE_FROM_ALL "${CMAKE_CURRENT_LIST_DIR}/io.cpp")
  target_link_libraries(vpr_readers PUBLIC vpr::io PRIVATE vpr_program_flags)
  target_compile_definitions(vpr_readers PUBLIC VPR_IO_APART)
endif()

# The models by name, each in a source of its own: see include/vpr/model/apart.hpp.
file(GLOB model_sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_LIST_DIR}/models/*.cpp")
add_library(vpr_models STATIC EXCLUDE_FROM_ALL ${model_sources})
target_link_libraries(vpr_models PUBLIC vpr::vpr vpr_kernels PRIVATE vpr_program_flags)
target_compile_definitions(vpr_models PUBLIC VPR_MODELS_APART)
if(TARGET vpr_readers)
  target_link_libraries(vpr_models PRIVATE vpr_readers)
endif()
if(TARGET vpr::opencv)
  target_link_libraries(vpr_models PRIVATE vpr::opencv)
endif()

# The decoders of photos, likewise: see include/vpr/image/apart.hpp.
if(TARGET vpr::image)
  add_library(vpr_decoders STATIC EXCLUDE_FROM_ALL "${CMAKE_CURRENT_LIST_DIR}/image.cpp")
  target_link_libraries(vpr_decoders PUBLIC vpr::image PRIVATE vpr_program_flags)
  target_compile_definitions(vpr_decoders PUBLIC VPR_IMAGE_APART)
endif()

# vpr_program(NAME SOURCES... [LIBS component...] [OWN_KERNELS]): a program with the components it names, where each was found; with kernels of
# its own where it tests or measures them. A program whose component is missing is left out, aloud.
function(vpr_program name)
  cmake_parse_arguments(arg "OWN_KERNELS" "" "LIBS" ${ARGN})
  foreach(lib IN LISTS arg_LIBS)
    if(NOT TARGET ${lib})
      message(STATUS "vpr: ${name} left out, ${lib} is missing")
      return()
    endif()
  endforeach()
  add_executable(${name} ${arg_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PRIVATE vpr::vpr ${arg_LIBS} vpr_program_flags)
  if(NOT arg_OWN_KERNELS)
    target_link_libraries(${name} PRIVATE vpr_models vpr_kernels)
  endif()
  if(vpr::io IN_LIST arg_LIBS)
    target_link_libraries(${name} PRIVATE vpr_readers)
  endif()
  if(vpr::image IN_LIST arg_LIBS)
    target_link_libraries(${name} PRIVATE vpr_decoders)
  endif()
endfunction()
