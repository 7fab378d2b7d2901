# The targets a user links. vpr::vpr needs Eigen and xtensor only; each other target adds what its headers need.
find_package(Eigen3 3.4 REQUIRED NO_MODULE)
find_package(xtensor REQUIRED)

add_library(vpr INTERFACE)
add_library(vpr::vpr ALIAS vpr)
target_compile_features(vpr INTERFACE cxx_std_20)
target_include_directories(vpr INTERFACE $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
target_link_libraries(vpr INTERFACE Eigen3::Eigen xtensor)

set(vpr_components "")

# vpr_component(NAME FOUND LIBRARY...): vpr::NAME is there when FOUND; it tells the headers by VPR_WITH_NAME.
function(vpr_component name found)
  if(NOT ${found})
    message(STATUS "vpr: component ${name} left out, its packages were not found")
    return()
  endif()
  add_library(vpr_${name} INTERFACE)
  add_library(vpr::${name} ALIAS vpr_${name})
  set_target_properties(vpr_${name} PROPERTIES EXPORT_NAME ${name})
  string(TOUPPER ${name} upper)
  target_compile_definitions(vpr_${name} INTERFACE VPR_WITH_${upper})
  target_link_libraries(vpr_${name} INTERFACE vpr ${ARGN})
  set(vpr_components ${vpr_components} ${name} PARENT_SCOPE)
endfunction()

# io: weight files. nlohmann-json reads safetensors' headers, zlib inflates npz.
find_package(nlohmann_json QUIET)
find_package(ZLIB QUIET)
set(io_found FALSE)
if(nlohmann_json_FOUND AND ZLIB_FOUND)
  set(io_found TRUE)
endif()
vpr_component(io io_found nlohmann_json::nlohmann_json ZLIB::ZLIB)

if(VPR_OPTIONAL)
  find_package(OpenMP QUIET COMPONENTS CXX)
  vpr_component(omp OpenMP_CXX_FOUND OpenMP::OpenMP_CXX)

  find_package(TurboJPEG QUIET)
  find_package(SPNG QUIET)
  set(image_found FALSE)
  if(TurboJPEG_FOUND AND SPNG_FOUND)
    set(image_found TRUE)
  endif()
  vpr_component(image image_found TurboJPEG::TurboJPEG SPNG::SPNG)

  find_package(VprThrust QUIET)
  vpr_component(thrust VprThrust_FOUND VprThrust::Thrust)
endif()
