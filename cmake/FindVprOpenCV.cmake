# VprOpenCV::VprOpenCV, of OpenCV the modules features2d, imgproc and core. Debian's packages of single modules come without OpenCV's CMake package.
find_path(VprOpenCV_INCLUDE_DIR opencv2/features2d.hpp PATH_SUFFIXES opencv4)
find_library(VprOpenCV_LIBRARY opencv_features2d)
find_library(VprOpenCV_IMGPROC_LIBRARY opencv_imgproc)
find_library(VprOpenCV_CORE_LIBRARY opencv_core)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(VprOpenCV REQUIRED_VARS VprOpenCV_LIBRARY VprOpenCV_IMGPROC_LIBRARY VprOpenCV_CORE_LIBRARY VprOpenCV_INCLUDE_DIR)
mark_as_advanced(VprOpenCV_INCLUDE_DIR VprOpenCV_LIBRARY VprOpenCV_IMGPROC_LIBRARY VprOpenCV_CORE_LIBRARY)
if(VprOpenCV_FOUND AND NOT TARGET VprOpenCV::VprOpenCV)
  add_library(VprOpenCV::VprOpenCV UNKNOWN IMPORTED)
  set_target_properties(VprOpenCV::VprOpenCV PROPERTIES IMPORTED_LOCATION "${VprOpenCV_LIBRARY}"
    INTERFACE_LINK_LIBRARIES "${VprOpenCV_IMGPROC_LIBRARY};${VprOpenCV_CORE_LIBRARY}" INTERFACE_INCLUDE_DIRECTORIES "${VprOpenCV_INCLUDE_DIR}")
endif()
