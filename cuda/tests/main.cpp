// SPDX-License-Identifier: MIT
// Runs the CUDA tests, or says that there is no GPU to run them on and exits with 77, which ctest counts as skipped.
#include <cuda_runtime.h>

#include <cstdio>

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_session.hpp>
#else
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>
#endif

int main(int count, char** arguments) {
  int devices = 0;
  const cudaError_t status = cudaGetDeviceCount(&devices);
  if (status != cudaSuccess || devices == 0) {
    std::printf("SKIPPED: there is no GPU to run on (%s)\n", status == cudaSuccess ? "no device" : cudaGetErrorString(status));
    return 77;
  }
  return Catch::Session().run(count, arguments);
}
