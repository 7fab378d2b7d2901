# The components beside vpr::vpr: which packages each looks for, what it links, and Debian's names of those packages.
# This project's build and the installed package (vprConfig.cmake) both read them from here.
set(vpr_components io image webp tiff gif heif hash map hnsw faiss arrow opencv mpi omp thrust tbb cuda)

# What vpr::vpr itself needs.
set(vpr_vpr_packages Eigen3 xtensor Threads)
set(vpr_vpr_links Eigen3::Eigen xtensor Threads::Threads)
set(vpr_vpr_debian libeigen3-dev libxtensor-dev)

# Weight files: nlohmann-json reads the header of safetensors, zlib inflates npz.
set(vpr_io_packages nlohmann_json ZLIB)
set(vpr_io_links nlohmann_json::nlohmann_json ZLIB::ZLIB)
set(vpr_io_debian nlohmann-json3-dev zlib1g-dev)

# Photos: JPEG and PNG.
set(vpr_image_packages JPEG SPNG ZLIB)
set(vpr_image_links JPEG::JPEG SPNG::SPNG ZLIB::ZLIB)
set(vpr_image_debian libjpeg-dev libspng-dev zlib1g-dev)

# Further formats of photos, each by its own library.
set(vpr_webp_packages VprWebP)
set(vpr_webp_links VprWebP::VprWebP)
set(vpr_webp_debian libwebp-dev)
set(vpr_tiff_packages TIFF)
set(vpr_tiff_links TIFF::TIFF)
set(vpr_tiff_debian libtiff-dev)
set(vpr_gif_packages GIF)
set(vpr_gif_links GIF::GIF)
set(vpr_gif_debian libgif-dev)
set(vpr_heif_packages VprHeif)
set(vpr_heif_links VprHeif::VprHeif)
set(vpr_heif_debian libheif-dev)

# Checksums and keys of caches: xxHash.
set(vpr_hash_packages Xxhash)
set(vpr_hash_links Xxhash::Xxhash)
set(vpr_hash_debian libxxhash-dev)

# The place map: LMDB keeps its file, xxHash its checksums.
set(vpr_map_packages Lmdb Xxhash)
set(vpr_map_links Lmdb::Lmdb Xxhash::Xxhash)
set(vpr_map_definitions VPR_WITH_HASH)
set(vpr_map_debian liblmdb-dev libxxhash-dev)

# Approximate search: hnswlib.
set(vpr_hnsw_packages Hnswlib)
set(vpr_hnsw_links Hnswlib::Hnswlib)
set(vpr_hnsw_debian libhnswlib-dev)

# Search by FAISS's indexes.
set(vpr_faiss_packages VprFaiss)
set(vpr_faiss_links VprFaiss::VprFaiss)
set(vpr_faiss_debian libfaiss-dev liblapack-dev libblas-dev)

# Maps as Parquet files: Apache Arrow, whose packages for Debian are its own (arrow.apache.org/install).
set(vpr_arrow_packages Arrow Parquet)
set(vpr_arrow_links Arrow::arrow_shared Parquet::parquet_shared)
set(vpr_arrow_debian libarrow-dev libparquet-dev)

# Traditional features: OpenCV's SIFT.
set(vpr_opencv_packages VprOpenCV)
set(vpr_opencv_links VprOpenCV::VprOpenCV)
set(vpr_opencv_debian libopencv-features2d-dev)

# Several processes, on one machine or more: MPI.
set(vpr_mpi_packages MPI)
set(vpr_mpi_links MPI::MPI_CXX)
set(vpr_mpi_debian libopenmpi-dev)

# OpenMP's threads: for loops (OpenMpExecutor) and for Thrust.
set(vpr_omp_packages OpenMP)
set(vpr_omp_links OpenMP::OpenMP_CXX)
set(vpr_omp_debian "g++ or libomp-dev")

# The Thrust backend under a plain C++ compiler.
set(vpr_thrust_packages VprThrust)
set(vpr_thrust_links VprThrust::Thrust)
set(vpr_thrust_debian libthrust-dev)

# TBB's threads: for loops (TbbExecutor) and for Thrust.
set(vpr_tbb_packages VprThrust TBB)
set(vpr_tbb_links VprThrust::Thrust TBB::tbb)
set(vpr_tbb_debian libthrust-dev libtbb-dev)

# The CUDA backend, for sources that nvcc compiles.
set(vpr_cuda_packages CUDAToolkit CUDAToolkit)
set(vpr_cuda_links CUDA::cudart CUDA::cublas)
set(vpr_cuda_options $<$<COMPILE_LANGUAGE:CUDA>:-std=c++20> $<$<COMPILE_LANGUAGE:CUDA>:--extended-lambda> $<$<COMPILE_LANGUAGE:CUDA>:-DEIGEN_NO_CUDA>)
set(vpr_cuda_debian "nvidia-cuda-toolkit, or NVIDIA's own")

# vpr_find_packages(NAME SUBJECT OUT): looks for the packages of a component or of vpr itself. OUT becomes a sentence about those
# that are missing, or empty.
function(vpr_find_packages name subject out)
  set(missing "")
  foreach(package link IN ZIP_LISTS vpr_${name}_packages vpr_${name}_links)
    find_package(${package} QUIET)
    if(NOT TARGET ${link})
      list(APPEND missing ${package})
    elseif(package STREQUAL "Eigen3" AND Eigen3_VERSION AND Eigen3_VERSION VERSION_LESS 3.4)
      list(APPEND missing "Eigen3 3.4 or later")
    endif()
  endforeach()
  set(${out} "" PARENT_SCOPE)
  if(missing)
    list(JOIN missing " and " missing)
    list(JOIN vpr_${name}_debian " " debian)
    set(${out} "${subject} needs ${missing}, which CMake did not find: install it (Debian: ${debian}), or name its place in CMAKE_PREFIX_PATH" PARENT_SCOPE)
  endif()
endfunction()

# vpr_component(NAME): makes vpr::NAME where its packages are found. It tells the headers so by VPR_WITH_NAME.
# Sets vpr_NAME_FOUND and, where that is false, vpr_NAME_problem to a sentence.
function(vpr_component name)
  set(problem "")
  list(PREPEND CMAKE_MODULE_PATH "${CMAKE_CURRENT_FUNCTION_LIST_DIR}")
  if(NOT name IN_LIST vpr_components)
    list(JOIN vpr_components ", " known)
    set(problem "there is no component '${name}'; the components are ${known}")
  elseif(NOT TARGET vpr::${name})
    vpr_find_packages(${name} "component '${name}'" problem)
    if(NOT problem)
      string(TOUPPER "VPR_WITH_${name}" definition)
      add_library(vpr::${name} INTERFACE IMPORTED GLOBAL)
      target_link_libraries(vpr::${name} INTERFACE vpr::vpr ${vpr_${name}_links})
      target_compile_definitions(vpr::${name} INTERFACE ${definition} ${vpr_${name}_definitions})
      target_compile_options(vpr::${name} INTERFACE ${vpr_${name}_options})
    endif()
  endif()
  if(problem)
    set(vpr_${name}_FOUND FALSE PARENT_SCOPE)
  else()
    set(vpr_${name}_FOUND TRUE PARENT_SCOPE)
  endif()
  set(vpr_${name}_problem "${problem}" PARENT_SCOPE)
endfunction()

# vpr_check_links(FOLDER): stops with a sentence where a target of the folder, or of one below it, links a component that is not there.
function(vpr_check_links folder)
  include("${CMAKE_CURRENT_FUNCTION_LIST_FILE}")  # called from another folder, which has not the variables above
  get_property(targets DIRECTORY "${folder}" PROPERTY BUILDSYSTEM_TARGETS)
  foreach(target IN LISTS targets)
    get_target_property(links ${target} LINK_LIBRARIES)
    get_target_property(more ${target} INTERFACE_LINK_LIBRARIES)
    foreach(link IN LISTS links more)
      if(link MATCHES "^vpr::([A-Za-z0-9_]+)$" AND NOT link STREQUAL "vpr::vpr" AND NOT TARGET ${link})
        set(name ${CMAKE_MATCH_1})
        vpr_component(${name})
        set(problem "${vpr_${name}_problem}")
        if(NOT problem)
          set(problem "that component was not asked for: add '${name}' to the COMPONENTS of find_package(vpr) or, where vpr is a part of the build, to VPR_COMPONENTS")
        endif()
        message(FATAL_ERROR "vpr: target '${target}' links vpr::${name}, but ${problem}.")
      endif()
    endforeach()
  endforeach()
  get_property(folders DIRECTORY "${folder}" PROPERTY SUBDIRECTORIES)
  foreach(below IN LISTS folders)
    vpr_check_links("${below}")
  endforeach()
endfunction()

# Once everything is configured, the links of the whole build are checked: CMake itself would only say that a target was not found.
get_property(vpr_checks_links GLOBAL PROPERTY vpr_checks_links)
if(NOT vpr_checks_links)
  set_property(GLOBAL PROPERTY vpr_checks_links TRUE)
  cmake_language(DEFER DIRECTORY "${CMAKE_SOURCE_DIR}" CALL vpr_check_links "${CMAKE_SOURCE_DIR}")
endif()
