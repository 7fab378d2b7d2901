# VprWebP::VprWebP, the decoders libwebp and libwebpdemux.
find_path(VprWebP_INCLUDE_DIR webp/demux.h)
find_library(VprWebP_LIBRARY webp)
find_library(VprWebP_DEMUX_LIBRARY webpdemux)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(VprWebP REQUIRED_VARS VprWebP_LIBRARY VprWebP_DEMUX_LIBRARY VprWebP_INCLUDE_DIR)
mark_as_advanced(VprWebP_INCLUDE_DIR VprWebP_LIBRARY VprWebP_DEMUX_LIBRARY)
if(VprWebP_FOUND AND NOT TARGET VprWebP::VprWebP)
  add_library(VprWebP::VprWebP UNKNOWN IMPORTED)
  set_target_properties(VprWebP::VprWebP PROPERTIES IMPORTED_LOCATION "${VprWebP_DEMUX_LIBRARY}"
    INTERFACE_LINK_LIBRARIES "${VprWebP_LIBRARY}" INTERFACE_INCLUDE_DIRECTORIES "${VprWebP_INCLUDE_DIR}")
endif()
