// SPDX-License-Identifier: MIT
/// @file
/// Local features in a file. Needs the component vpr::io.
#pragma once

#include <vpr/io/inflate.hpp>
#include <vpr/local/store.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace vpr {

/// Keeps local features in one file and holds 8 bytes a photo in memory: a photo's are read when asked for.
///
/// The file is a header of 16 bytes (`vprlocal`, version, precision) and a record a photo: height, width, channels, how many keypoints (0:
/// the features lie on the grid), a CRC-32 of those and of what follows, then the numbers as `encode` gives them; all integers are 32 bits,
/// little-endian. A record is appended whole or not at all: a full disk, a killed process or a power cut never harms those before it. What
/// is left of a last record that was cut off is passed over, and `cut_bytes()` counts it; extending the file drops it. A record that was
/// altered is an error that names it. Reading is const and may be done from several threads; one process at a time may add.
class DiskLocalStore {
 public:
  /// A new file, to add to and to read.
  /// @throws IoError with path and reason, also where there is a file already.
  static DiskLocalStore create(const std::string& path, LocalPrecision precision = LocalPrecision::float16) {
    DiskLocalStore store(path, O_RDWR | O_CREAT | O_EXCL);
    store.precision_ = precision;
    const Header header{magic, version, precision};
    try {
      store.end_ = store.append(std::as_bytes(std::span(&header, 1)), {});
    } catch (...) {
      ::unlink(path.c_str());
      throw;
    }
    return store;
  }

  /// A file that is there, to read. Its records are counted, not read.
  /// @throws IoError with path and reason; FormatError for what is no such file, or has an altered record before others.
  static DiskLocalStore open(const std::string& path) {
    DiskLocalStore store(path, O_RDONLY | O_NONBLOCK);
    store.scan();
    return store;
  }
  /// The same, also to add to.
  static DiskLocalStore extend(const std::string& path) {
    DiskLocalStore store(path, O_RDWR | O_NONBLOCK);
    store.scan();
    VPR_REQUIRE(IoError, store.cut_bytes_ == 0 || ::ftruncate(store.file_, static_cast<off_t>(store.end_)) == 0, path,
                ": what is left of a record that was cut off cannot be dropped: ", std::strerror(errno));
    store.cut_bytes_ = 0;
    return store;
  }

  DiskLocalStore(DiskLocalStore&& other) noexcept
      : path_(std::move(other.path_)),
        file_(std::exchange(other.file_, -1)),
        precision_(other.precision_),
        end_(other.end_),
        cut_bytes_(other.cut_bytes_),
        records_(std::move(other.records_)) {}
  DiskLocalStore& operator=(DiskLocalStore&&) = delete;
  ~DiskLocalStore() {
    if (file_ >= 0) ::close(file_);
  }

  const std::string& path() const& { return path_; }
  void path() const&& = delete;
  LocalPrecision precision() const { return precision_; }
  std::int64_t size() const { return static_cast<std::int64_t>(records_.size()); }
  /// The file's size in bytes, up to the end of the last whole record.
  std::uint64_t bytes() const { return end_; }
  /// Bytes behind it of a record that was cut off; 0 as a rule.
  std::uint64_t cut_bytes() const { return cut_bytes_; }

  /// Appends a photo's features under the id `size()`.
  /// @throws ShapeError, FormatError as `encode`; IoError where they cannot be written. Nothing is added then.
  void add(const LocalFeatures& features) {
    const std::vector<std::byte> numbers = encode(features, precision_);
    VPR_REQUIRE(ShapeError,
                features.grid.height <= most && features.grid.width <= most && features.channels <= most &&
                    std::cmp_less_equal(features.keypoints.size(), most),
                path_, ": record ", size(), ": got ", features.grid.height, "x", features.grid.width, "x", features.channels, " and ",
                features.keypoints.size(), " keypoints, at most ", most, " each are supported");
    Record record{static_cast<std::uint32_t>(features.grid.height), static_cast<std::uint32_t>(features.grid.width),
                  static_cast<std::uint32_t>(features.channels), static_cast<std::uint32_t>(features.keypoints.size())};
    record.crc = record.crc_with(numbers);
    const std::uint64_t next = append(std::as_bytes(std::span(&record, 1)), numbers);
    records_.push_back(end_);
    end_ = next;
  }

  /// @throws ConfigError for an id that is not here; IoError, FormatError, naming the record, where it cannot be read or was altered.
  LocalFeatures features(std::int64_t id) const {
    VPR_REQUIRE(ConfigError, id >= 0 && id < size(), path_, ": got id ", id, ", ids are 0 to ", size() - 1);
    const std::uint64_t begin = records_[static_cast<std::size_t>(id)];
    Record record;
    read(begin, std::as_writable_bytes(std::span(&record, 1)), id);
    const std::uint64_t next = static_cast<std::size_t>(id) + 1 < records_.size() ? records_[static_cast<std::size_t>(id) + 1] : end_;
    VPR_REQUIRE(FormatError, record.fits() && begin + sizeof record + record.bytes(precision_) == next, path_, ": record ", id,
                " was altered: its sizes are not those that it was opened with");
    std::vector<std::byte> numbers(record.bytes(precision_));
    read(begin + sizeof record, numbers, id);
    VPR_REQUIRE(FormatError, record.crc == record.crc_with(numbers), path_, ": record ", id,
                " was altered: its checksum does not fit its numbers; write the file again");
    return decode(numbers, precision_, {record.height, record.width}, record.channels, record.keypoints);
  }

  /// Waits until all that was added is on the disk. @throws IoError
  void sync() const { VPR_REQUIRE(IoError, ::fsync(file_) == 0, path_, ": cannot be written: ", std::strerror(errno)); }

 private:
  static_assert(std::endian::native == std::endian::little, "vpr/local/disk_store.hpp writes numbers as they lie in memory, little-endian");
  static constexpr std::array<char, 8> magic{'v', 'p', 'r', 'l', 'o', 'c', 'a', 'l'};
  static constexpr std::uint32_t version = 2;
  static constexpr std::int64_t most = 1 << 16;

  struct Header {
    std::array<char, 8> name;
    std::uint32_t version;
    LocalPrecision precision;
  };
  struct Record {
    std::uint32_t height = 0, width = 0, channels = 0, keypoints = 0, crc = 0;

    friend bool operator==(const Record&, const Record&) = default;
    bool fits() const { return height <= most && width <= most && channels <= most && keypoints <= most; }
    std::uint64_t bytes(LocalPrecision precision) const {
      return byte_size(precision, keypoints > 0 ? keypoints : std::uint64_t{height} * width, channels, keypoints);
    }
    std::uint32_t crc_with(std::span<const std::byte> numbers) const {
      return crc32_of(numbers, crc32_of(std::as_bytes(std::span(this, 1)).first(offsetof(Record, crc))));
    }
  };

  DiskLocalStore(std::string path, int flags) : path_(std::move(path)), file_(::open(path_.c_str(), flags | O_CLOEXEC, 0666)) {
    VPR_REQUIRE(IoError, file_ >= 0, path_, ": cannot be opened: ", std::strerror(errno));
  }

  void scan() {
    struct stat status {};
    VPR_REQUIRE(IoError, ::fstat(file_, &status) == 0, path_, ": cannot be examined: ", std::strerror(errno));
    VPR_REQUIRE(IoError, S_ISREG(status.st_mode), path_, ": is not a regular file");
    const auto size = static_cast<std::uint64_t>(status.st_size);
    Header header{};
    VPR_REQUIRE(FormatError, size >= sizeof header, path_, ": has ", size, " bytes, too few for a file of local features");
    read(0, std::as_writable_bytes(std::span(&header, 1)), 0);
    VPR_REQUIRE(FormatError, header.name == magic, path_, ": is not a file of local features: it does not begin with 'vprlocal'");
    VPR_REQUIRE(FormatError, header.version == version && header.precision <= LocalPrecision::int8, path_, ": has version ", header.version,
                " and precision ", static_cast<std::uint32_t>(header.precision), ", expected version ", version, " and precision 0 to 2",
                header.version > version   ? ": a newer vpr wrote it; update this one"
                : header.version < version ? ": an older vpr wrote it; write the file again"
                                           : "");
    precision_ = header.precision;
    for (end_ = sizeof header; end_ < size;) {
      const std::size_t id = records_.size();
      Record record;
      cut_bytes_ = size - end_;
      if (cut_bytes_ < sizeof record) return;
      read(end_, std::as_writable_bytes(std::span(&record, 1)), static_cast<std::int64_t>(id));
      if (record == Record{} && only_zeros(size)) return;  // the disk had the file's size before it had the record
      VPR_REQUIRE(FormatError, record.fits(), path_, ": record ", id, " at byte ", end_, " was altered: it claims ", record.height, "x",
                  record.width, "x", record.channels, " numbers");
      const std::uint64_t needed = record.bytes(precision_);
      if (needed > cut_bytes_ - sizeof record) {
        VPR_REQUIRE(FormatError, !ends_with_record(size), path_, ": record ", id, " at byte ", end_, " was altered: it claims ", needed,
                    " bytes, more than there are, and another record follows");
        return;
      }
      records_.push_back(end_);
      end_ += sizeof record + needed;
    }
    cut_bytes_ = 0;
  }

  /// Calls `look(bytes)` with what lies behind `end_`, in pieces that overlap by a record's head, until it says true.
  template <class Look>
  bool any_behind_end(std::uint64_t size, Look&& look) const {
    constexpr std::uint64_t piece = 1 << 20, overlap = sizeof(Record) - 1;
    std::vector<std::byte> bytes;
    for (std::uint64_t begin = end_; begin + overlap < size; begin += piece) {
      bytes.resize(std::min(piece + overlap, size - begin));
      read(begin, bytes, this->size());
      if (look(begin, std::span<const std::byte>(bytes))) return true;
    }
    return false;
  }

  bool only_zeros(std::uint64_t size) const {
    return !any_behind_end(size, [](std::uint64_t, std::span<const std::byte> bytes) {
      return std::any_of(bytes.begin(), bytes.end(), [](std::byte byte) { return byte != std::byte{0}; });
    });
  }

  /// Whether a whole record begins behind `end_` and ends with the file: then none was cut off.
  bool ends_with_record(std::uint64_t size) const {
    return any_behind_end(size, [&](std::uint64_t begin, std::span<const std::byte> bytes) {
      for (std::size_t i = begin == end_ ? 1 : 0; i + sizeof(Record) <= bytes.size(); ++i) {
        Record record;
        std::memcpy(&record, &bytes[i], sizeof record);
        const std::uint64_t first = begin + i + sizeof record;
        if (!record.fits() || record.bytes(precision_) != size - first) continue;
        std::vector<std::byte> numbers(size - first);
        read(first, numbers, this->size());
        if (record.crc == record.crc_with(numbers)) return true;
      }
      return false;
    });
  }

  void read(std::uint64_t offset, std::span<std::byte> out, std::int64_t id) const {
    while (!out.empty()) {
      const ssize_t count = ::pread(file_, out.data(), out.size(), static_cast<off_t>(offset));
      if (count < 0 && errno == EINTR) continue;
      VPR_REQUIRE(IoError, count >= 0, path_, ": record ", id, " cannot be read: ", std::strerror(errno));
      VPR_REQUIRE(FormatError, count > 0, path_, ": ends within record ", id, ": it was cut off while in use");
      out = out.subspan(static_cast<std::size_t>(count));
      offset += static_cast<std::uint64_t>(count);
    }
  }

  /// Writes both parts behind the last record, or leaves the file as it was; gives the new end.
  std::uint64_t append(std::span<const std::byte> head, std::span<const std::byte> numbers) const {
    std::uint64_t end = end_;
    for (std::span<const std::byte> part : {head, numbers}) {
      while (!part.empty()) {
        const ssize_t count = ::pwrite(file_, part.data(), part.size(), static_cast<off_t>(end));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) {
          const std::string reason = std::strerror(errno);
          [[maybe_unused]] const int shortened = ::ftruncate(file_, static_cast<off_t>(end_));
          fail<IoError>(path_, ": record ", size(), " cannot be written: ", reason);
        }
        part = part.subspan(static_cast<std::size_t>(count));
        end += static_cast<std::uint64_t>(count);
      }
    }
    return end;
  }

  std::string path_;
  int file_ = -1;
  LocalPrecision precision_ = LocalPrecision::float16;
  std::uint64_t end_ = 0;
  std::uint64_t cut_bytes_ = 0;
  std::vector<std::uint64_t> records_;  // where each begins
};

static_assert(LocalStore<DiskLocalStore>);

}  // namespace vpr
