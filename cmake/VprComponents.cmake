# The components beside vpr::vpr: which packages each looks for, what it links, and Debian's names of those packages.
# This project's build and the installed package (vprConfig.cmake) both read them from here.
set(vpr_components io image webp tiff gif heif hash omp thrust tbb cuda)

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

# Loops over threads.
set(vpr_omp_packages OpenMP)
set(vpr_omp_links OpenMP::OpenMP_CXX)
set(vpr_omp_debian "g++ or libomp-dev")

# The Thrust backend under a plain C++ compiler.
set(vpr_thrust_packages VprThrust)
set(vpr_thrust_links VprThrust::Thrust)
set(vpr_thrust_debian libthrust-dev)

# Thrust's threads on TBB.
set(vpr_tbb_packages VprThrust TBB)
set(vpr_tbb_links VprThrust::Thrust TBB::tbb)
set(vpr_tbb_debian libthrust-dev libtbb-dev)

# The CUDA backend, for sources that nvcc compiles.
set(vpr_cuda_packages CUDAToolkit CUDAToolkit)
set(vpr_cuda_links CUDA::cudart CUDA::cublas)
set(vpr_cuda_options $<$<COMPILE_LANGUAGE:CUDA>:-std=c++20> $<$<COMPILE_LANGUAGE:CUDA>:--extended-lambda> $<$<COMPILE_LANGUAGE:CUDA>:-DEIGEN_NO_CUDA>)
set(vpr_cuda_debian "nvidia-cuda-toolkit, or NVIDIA's own")

# vpr_component(NAME): makes vpr::NAME where its packages are found. It tells the headers so by VPR_WITH_NAME.
# Sets vpr_NAME_FOUND and, where that is false, vpr_NAME_problem to a sentence.
function(vpr_component name)
  set(problem "")
  list(PREPEND CMAKE_MODULE_PATH "${CMAKE_CURRENT_FUNCTION_LIST_DIR}")
  if(NOT name IN_LIST vpr_components)
    list(JOIN vpr_components ", " known)
    set(problem "there is no component '${name}'; the components are ${known}")
  elseif(NOT TARGET vpr::${name})
    set(missing "")
    foreach(package link IN ZIP_LISTS vpr_${name}_packages vpr_${name}_links)
      find_package(${package} QUIET)
      if(NOT TARGET ${link})
        list(APPEND missing ${package})
      endif()
    endforeach()
    if(missing)
      list(JOIN missing " and " missing)
      list(JOIN vpr_${name}_debian " " debian)
      set(problem "component '${name}' needs ${missing}, which CMake did not find (Debian: ${debian})")
    else()
      string(TOUPPER "VPR_WITH_${name}" definition)
      add_library(vpr::${name} INTERFACE IMPORTED GLOBAL)
      target_link_libraries(vpr::${name} INTERFACE vpr::vpr ${vpr_${name}_links})
      target_compile_definitions(vpr::${name} INTERFACE ${definition})
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
