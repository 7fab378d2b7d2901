// SPDX-License-Identifier: MIT
/// @file
/// Processes that MPI started. Needs the component vpr::mpi.
#pragma once

#ifndef VPR_WITH_MPI
#error \
    "vpr/dist/mpi.hpp needs the component mpi: link the CMake target vpr::mpi, or, without CMake, compile with -DVPR_WITH_MPI and compile by mpicxx (Debian: libopenmpi-dev)"
#endif

#include <vpr/dist/communicator.hpp>

#include <mpi.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <span>
#include <string_view>
#include <vector>

namespace vpr {

namespace detail {

/// @throws Error  with MPI's own words
inline void require_mpi(int code, std::string_view what) {
  if (code == MPI_SUCCESS) return;
  char text[MPI_MAX_ERROR_STRING];
  int length = 0;
  MPI_Error_string(code, text, &length);
  fail<Error>("MPI: ", what, ": ", std::string_view(text, static_cast<std::size_t>(length)));
}

}  // namespace detail

/// MPI for as long as it lives: started where the program has not done so, and then ended at the end. Make one in `main`. An error that leaves it
/// behind leaves MPI running, so that `mpirun` ends the other processes, too.
class MpiSession {
 public:
  MpiSession() {
    int running = 0, provided = 0;
    detail::require_mpi(MPI_Initialized(&running), "start");
    if (running != 0) return;
    detail::require_mpi(MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided), "start");
    started_ = true;
  }
  MpiSession(const MpiSession&) = delete;
  MpiSession& operator=(const MpiSession&) = delete;
  ~MpiSession() {
    if (started_ && std::uncaught_exceptions() == 0) MPI_Finalize();
  }

 private:
  bool started_ = false;
};

/// A `Communicator` of the processes of an MPI communicator, which must outlive it, as must MPI. One thread of each process calls it.
class Mpi {
 public:
  /// @throws Error  where MPI is not running: see `MpiSession`
  explicit Mpi(MPI_Comm processes = MPI_COMM_WORLD) : processes_(processes) {
    int running = 0;
    detail::require_mpi(MPI_Initialized(&running), "start");
    VPR_REQUIRE(Error, running != 0, "MPI is not running: make a vpr::MpiSession in main");
    detail::require_mpi(MPI_Comm_set_errhandler(processes_, MPI_ERRORS_RETURN), "errors");
    detail::require_mpi(MPI_Comm_rank(processes_, &rank_), "rank");
    detail::require_mpi(MPI_Comm_size(processes_, &size_), "size");
  }

  int rank() const { return rank_; }
  int size() const { return size_; }

  std::vector<std::vector<std::byte>> gather(std::span<const std::byte> bytes) const {
    const auto count = static_cast<std::uint64_t>(bytes.size());
    std::vector<std::uint64_t> counts(static_cast<std::size_t>(size_));
    detail::require_mpi(MPI_Allgather(&count, 1, MPI_UINT64_T, counts.data(), 1, MPI_UINT64_T, processes_), "gather sizes");
    std::vector<std::vector<std::byte>> all;
    for (int root = 0; root < size_; ++root) {
      std::vector<std::byte>& part = all.emplace_back(counts[static_cast<std::size_t>(root)]);
      if (root == rank_) std::copy(bytes.begin(), bytes.end(), part.begin());
      pieces(std::span(part), [&](std::span<std::byte> piece) {
        return MPI_Bcast(piece.data(), static_cast<int>(piece.size()), MPI_BYTE, root, processes_);
      });
    }
    return all;
  }

  void sum(std::span<float> numbers) const { sum(numbers, MPI_FLOAT); }
  void sum(std::span<double> numbers) const { sum(numbers, MPI_DOUBLE); }

 private:
  /// One process adds and sends the others the sum, so that all have the same bits.
  template <class T>
  void sum(std::span<T> numbers, MPI_Datatype type) const {
    pieces(numbers, [&](std::span<T> piece) {
      const auto count = static_cast<int>(piece.size());
      const int code = MPI_Reduce(rank_ == 0 ? MPI_IN_PLACE : piece.data(), piece.data(), count, type, MPI_SUM, 0, processes_);
      return code == MPI_SUCCESS ? MPI_Bcast(piece.data(), count, type, 0, processes_) : code;
    });
  }

  /// MPI counts in `int`.
  template <class T, class Send>
  static void pieces(std::span<T> values, Send&& send) {
    constexpr std::size_t most = std::size_t{1} << 28;
    for (std::size_t begin = 0; begin < values.size(); begin += most)
      detail::require_mpi(send(values.subspan(begin, std::min(most, values.size() - begin))), "exchange");
  }

  MPI_Comm processes_;
  int rank_ = 0, size_ = 1;
};

static_assert(Communicator<Mpi>);

}  // namespace vpr
