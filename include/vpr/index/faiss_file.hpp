// SPDX-License-Identifier: MIT
/// @file
/// Indexes of FAISS on disk. Needs the component vpr::faiss.
#pragma once

#include <vpr/index/faiss.hpp>
#include <vpr/io/atomic_file.hpp>
#include <vpr/io/mapped_file.hpp>

#include <faiss/impl/io.h>
#include <faiss/index_io.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <exception>
#include <memory>
#include <span>
#include <string>
#include <utility>

namespace vpr {

namespace detail {

/// What FAISS writes, into a file that appears whole or not at all.
struct FaissWriter : faiss::IOWriter {
  AtomicFile file;

  explicit FaissWriter(const std::string& path) : file(path) {}
  std::size_t operator()(const void* values, std::size_t size, std::size_t count) override {
    file.write({static_cast<const std::byte*>(values), size * count});
    return count;
  }
};

struct FaissReader : faiss::IOReader {
  std::span<const std::byte> left;

  explicit FaissReader(std::span<const std::byte> bytes) : left(bytes) {}
  std::size_t operator()(void* values, std::size_t size, std::size_t count) override {
    count = size == 0 ? 0 : std::min(count, left.size() / size);
    if (count > 0) std::memcpy(values, left.data(), size * count);
    left = left.subspan(size * count);
    return count;
  }
};

}  // namespace detail

/// Writes an index as FAISS's own file, which `faiss.read_index` of Python reads, too. It appears whole or not at all.
/// @throws IoError  with path and reason; what was under that name before is then still there. Error for a kind that FAISS does not write
template <class Metric>
void save_faiss(const std::string& path, const FaissIndex<Metric>& index) {
  detail::FaissWriter writer(path);
  try {
    faiss::write_index(&index.index(), &writer);
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    fail<Error>(path, ": FAISS did not write it: ", error.what());
  }
  writer.file.commit();
}

/// Reads an index from FAISS's own file. The format has no checksum and FAISS believes what it reads: only for files of your own.
/// @throws IoError for what cannot be read; FormatError, with path, for what FAISS refuses and for another metric
template <class Metric = InnerProduct>
FaissIndex<Metric> load_faiss(const std::string& path, Execution execution = {}) {
  const MappedFile file(path);
  detail::FaissReader reader(file.bytes());
  try {
    return FaissIndex<Metric>(std::unique_ptr<faiss::Index>(faiss::read_index(&reader)), std::move(execution));
  } catch (const std::exception& error) {
    fail<FormatError>(path, ": ", error.what());
  }
}

}  // namespace vpr
