# Installs the headers, the CMake package `vpr` and its pkg-config file. Nothing in them depends on the processor.
include(CMakePackageConfigHelpers)

set(package_dir "${CMAKE_INSTALL_DATADIR}/cmake/vpr")
configure_package_config_file(cmake/vprConfig.cmake.in "${PROJECT_BINARY_DIR}/vprConfig.cmake"
  INSTALL_DESTINATION "${package_dir}" NO_SET_AND_CHECK_MACRO NO_CHECK_REQUIRED_COMPONENTS_MACRO)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/vprConfigVersion.cmake" COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
configure_file(cmake/vpr.pc.in "${PROJECT_BINARY_DIR}/vpr.pc" @ONLY)

install(DIRECTORY include/vpr cuda/include/vpr DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
install(TARGETS vpr EXPORT vprTargets)
if(TARGET vpr_cli)
  install(TARGETS vpr_cli OPTIONAL)  # the headers can be installed before the program is built
endif()
install(EXPORT vprTargets NAMESPACE vpr:: DESTINATION "${package_dir}")
install(FILES "${PROJECT_BINARY_DIR}/vprConfig.cmake" "${PROJECT_BINARY_DIR}/vprConfigVersion.cmake"
  cmake/VprComponents.cmake cmake/FindHnswlib.cmake cmake/FindLmdb.cmake cmake/FindSPNG.cmake cmake/FindVprFaiss.cmake cmake/FindVprHeif.cmake
  cmake/FindVprOpenCV.cmake cmake/FindVprThrust.cmake cmake/FindVprWebP.cmake cmake/FindXxhash.cmake DESTINATION "${package_dir}")
install(FILES "${PROJECT_BINARY_DIR}/vpr.pc" DESTINATION "${CMAKE_INSTALL_DATADIR}/pkgconfig")
