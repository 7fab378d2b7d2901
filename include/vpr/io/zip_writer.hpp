// SPDX-License-Identifier: MIT
/// @file
/// Stored ZIP archives with ZIP64 records, so that no size is too large.
#pragma once

#include <vpr/io/atomic_file.hpp>
#include <vpr/io/inflate.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace vpr {

/// Writes entries one after the other; `finish()` writes the directory. Only names and sizes are kept in memory.
class ZipWriter {
 public:
  explicit ZipWriter(AtomicFile& file) : file_(file) {}

  /// Writes an entry whose content is `head` followed by `body`.
  void add(const std::string& name, std::span<const std::byte> head, std::span<const std::byte> body) {
    entries_.push_back({name, crc32_of(body, crc32_of(head)), head.size() + body.size(), file_.size()});
    const Entry& entry = entries_.back();
    Record record;
    record.u32(0x04034b50);
    describe(record, entry, 20);
    record.text(name);
    record.u16(1).u16(16).u64(entry.size).u64(entry.size);
    file_.write(record.bytes);
    file_.write(head);
    file_.write(body);
  }

  void finish() {
    const std::uint64_t start = file_.size();
    for (const Entry& entry : entries_) {
      Record record;
      record.u32(0x02014b50).u16(version);
      describe(record, entry, 28);
      record.u16(0).u16(0).u16(0).u32(0).u32(elsewhere);
      record.text(entry.name);
      record.u16(1).u16(24).u64(entry.size).u64(entry.size).u64(entry.offset);
      file_.write(record.bytes);
    }
    const std::uint64_t end = file_.size();
    Record record;
    record.u32(0x06064b50).u64(44).u16(version).u16(version).u32(0).u32(0);
    record.u64(entries_.size()).u64(entries_.size()).u64(end - start).u64(start);
    record.u32(0x07064b50).u32(0).u64(end).u32(1);
    record.u32(0x06054b50).u16(0).u16(0).u16(0xffff).u16(0xffff).u32(elsewhere).u32(elsewhere).u16(0);
    file_.write(record.bytes);
  }

 private:
  static constexpr std::uint16_t version = 45;            // the first with ZIP64
  static constexpr std::uint32_t elsewhere = 0xffffffff;  // the number is in the ZIP64 field

  struct Entry {
    std::string name;
    std::uint32_t crc;
    std::uint64_t size;
    std::uint64_t offset;
  };
  /// Little-endian numbers and texts.
  struct Record {
    std::string bytes;
    Record& u16(std::uint16_t value) { return put(value); }
    Record& u32(std::uint32_t value) { return put(value); }
    Record& u64(std::uint64_t value) { return put(value); }
    void text(const std::string& text) { bytes += text; }

   private:
    template <class T>
    Record& put(T value) {
      bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
      return *this;
    }
  };

  /// What local header and directory say alike.
  static void describe(Record& record, const Entry& entry, std::uint16_t extra_size) {
    constexpr std::uint16_t utf8 = 0x0800;
    constexpr std::uint16_t date = 0x0021;  // 1 January 1980: the same model gives the same file
    record.u16(version).u16(utf8).u16(0).u16(0).u16(date).u32(entry.crc).u32(elsewhere).u32(elsewhere);
    record.u16(static_cast<std::uint16_t>(entry.name.size())).u16(extra_size);
  }

  AtomicFile& file_;
  std::vector<Entry> entries_;
};

}  // namespace vpr
