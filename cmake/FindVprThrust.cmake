# VprThrust::Thrust, Thrust's headers alone: of a CUDA toolkit, or Debian's libthrust-dev. No nvcc is needed.
find_path(VprThrust_INCLUDE_DIR thrust/version.h
  HINTS ENV CUDA_PATH PATHS /usr/local/cuda PATH_SUFFIXES include/cccl targets/x86_64-linux/include/cccl include)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(VprThrust REQUIRED_VARS VprThrust_INCLUDE_DIR)
mark_as_advanced(VprThrust_INCLUDE_DIR)
if(VprThrust_FOUND AND NOT TARGET VprThrust::Thrust)
  add_library(VprThrust::Thrust INTERFACE IMPORTED)
  # Host-only programs: Thrust would otherwise look for the CUDA runtime.
  set_target_properties(VprThrust::Thrust PROPERTIES
    INTERFACE_INCLUDE_DIRECTORIES "${VprThrust_INCLUDE_DIR}" INTERFACE_SYSTEM_INCLUDE_DIRECTORIES "${VprThrust_INCLUDE_DIR}"
    INTERFACE_COMPILE_DEFINITIONS THRUST_DEVICE_SYSTEM=THRUST_DEVICE_SYSTEM_CPP)
endif()
