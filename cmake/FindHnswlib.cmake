# Hnswlib::Hnswlib, the headers of hnswlib.
find_path(HNSWLIB_INCLUDE_DIR hnswlib/hnswlib.h)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Hnswlib REQUIRED_VARS HNSWLIB_INCLUDE_DIR)
mark_as_advanced(HNSWLIB_INCLUDE_DIR)
if(Hnswlib_FOUND AND NOT TARGET Hnswlib::Hnswlib)
  add_library(Hnswlib::Hnswlib INTERFACE IMPORTED)
  set_target_properties(Hnswlib::Hnswlib PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${HNSWLIB_INCLUDE_DIR}")
endif()
