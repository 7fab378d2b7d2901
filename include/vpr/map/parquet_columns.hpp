// SPDX-License-Identifier: MIT
/// @file
/// Places as columns of Arrow. Needs the component vpr::arrow.
#pragma once

#ifndef VPR_WITH_ARROW
#error \
    "vpr/map/parquet_columns.hpp needs the component arrow: link the CMake target vpr::arrow, or, without CMake, compile with -DVPR_WITH_ARROW and link arrow and parquet (Debian: libarrow-dev libparquet-dev)"
#endif

#include <vpr/dataset/text.hpp>
#include <vpr/index/signs.hpp>
#include <vpr/io/atomic_file.hpp>
#include <vpr/map/place.hpp>

#include <arrow/api.h>
#include <arrow/io/interfaces.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vpr {
namespace detail {

/// Arrow's error as ours.
inline void require_arrow(const arrow::Status& status, const std::string& path) {
  VPR_REQUIRE(FormatError, status.ok() || status.IsIOError(), path, ": ", status.ToString());
  VPR_REQUIRE(IoError, status.ok(), path, ": ", status.ToString());
}
template <class T>
T arrow_value(arrow::Result<T> result, const std::string& path) {
  require_arrow(result.status(), path);
  return std::move(result).ValueUnsafe();
}

/// The file that Arrow writes to, which appears whole or not at all.
class ParquetOutput final : public arrow::io::OutputStream {
 public:
  explicit ParquetOutput(const std::string& path) : file_(path) {}
  arrow::Status Write(const void* data, std::int64_t count) override {
    try {
      file_.write({static_cast<const std::byte*>(data), static_cast<std::size_t>(count)});
      return arrow::Status::OK();
    } catch (const IoError& error) {
      return arrow::Status::IOError(error.what());
    }
  }
  arrow::Result<std::int64_t> Tell() const override { return static_cast<std::int64_t>(file_.size()); }
  arrow::Status Close() override { return arrow::Status::OK(); }
  bool closed() const override { return false; }
  void commit() { file_.commit(); }

 private:
  AtomicFile file_;
};

/// The columns of places, then the descriptor's. Names are escaped as in CSV, since Parquet's texts are UTF-8.
inline arrow::FieldVector place_fields() {
  arrow::FieldVector fields{arrow::field("id", arrow::int64(), false), arrow::field("name", arrow::utf8(), false),
                            arrow::field("session", arrow::utf8(), false)};
  for (const char* name : {"time", "east", "north"}) fields.push_back(arrow::field(name, arrow::float64()));
  fields.push_back(arrow::field("zone", arrow::int32()));
  for (const char* name : {"hemisphere", "unit"}) fields.push_back(arrow::field(name, arrow::utf8()));
  for (const char* name : {"x", "y", "z", "qw", "qx", "qy", "qz"}) fields.push_back(arrow::field(name, arrow::float64()));
  return fields;
}

inline std::shared_ptr<arrow::Schema> map_schema(bool binary) {
  arrow::FieldVector fields = place_fields();
  // Lists, of one length all: Milvus takes vectors as such, not as lists of a fixed size.
  fields.push_back(arrow::field(binary ? "code" : "descriptor", arrow::list(binary ? arrow::uint8() : arrow::float32()), false));
  return arrow::schema(fields);
}

/// Writes places and their descriptors row after row.
class ParquetRows {
 public:
  ParquetRows(arrow::RecordBatchBuilder& columns, const std::string& path) : columns_(columns), path_(path) {}

  void add(const Place& place, std::span<const float> values, bool binary) {
    column_ = 0;
    append<arrow::Int64Builder>(std::optional(place.id));
    append<arrow::StringBuilder>(std::optional(escaped(place.name)));
    append<arrow::StringBuilder>(std::optional(escaped(place.session)));
    append<arrow::DoubleBuilder>(place.time);
    const auto& p = place.position;
    const auto of_position = [&](const auto& value) { return p ? std::optional(value()) : std::nullopt; };
    append<arrow::DoubleBuilder>(of_position([&] { return p->east; }));
    append<arrow::DoubleBuilder>(of_position([&] { return p->north; }));
    append<arrow::Int32Builder>(of_position([&] { return p->zone.number; }));
    append<arrow::StringBuilder>(p && p->zone.hemisphere_known ? std::optional(p->zone.south ? "S" : "N") : std::nullopt);
    append<arrow::StringBuilder>(of_position([&] { return std::string(name_of(p->unit)); }));
    for (std::size_t i = 0; i < 7; ++i)
      append<arrow::DoubleBuilder>(place.pose ? std::optional(i < 3 ? place.pose->translation[i] : place.pose->rotation[i - 3])
                                              : std::nullopt);
    auto& list = *columns_.GetFieldAs<arrow::ListBuilder>(column_);
    require_arrow(list.Append(), path_);
    if (binary) {
      const std::vector<std::uint64_t> code = sign_codes(Rows(values.data(), 1, std::ssize(values)));
      const auto bytes = std::as_bytes(std::span(code));
      auto& builder = static_cast<arrow::UInt8Builder&>(*list.value_builder());
      require_arrow(builder.AppendValues(reinterpret_cast<const std::uint8_t*>(bytes.data()), std::ssize(bytes)), path_);
    } else {
      auto& builder = static_cast<arrow::FloatBuilder&>(*list.value_builder());
      require_arrow(builder.AppendValues(values.data(), std::ssize(values)), path_);
    }
  }

 private:
  template <class Builder, class T>
  void append(const std::optional<T>& value) {
    auto& builder = *columns_.GetFieldAs<Builder>(column_++);
    require_arrow(value ? builder.Append(*value) : builder.AppendNull(), path_);
  }

  arrow::RecordBatchBuilder& columns_;
  const std::string& path_;
  int column_ = 0;
};

/// A value of a record batch; nothing where it is missing.
template <class Array>
auto arrow_value_at(const arrow::RecordBatch& batch, int column, std::int64_t row) {
  const auto& array = static_cast<const Array&>(*batch.column(column));
  return array.IsNull(row) ? std::nullopt : std::optional(array.GetView(row));
}

/// A row of a record batch as a place.
inline Place place_of(const arrow::RecordBatch& batch, std::int64_t row) {
  const auto text = [&](int column) { return arrow_value_at<arrow::StringArray>(batch, column, row); };
  const auto number = [&](int column) { return arrow_value_at<arrow::DoubleArray>(batch, column, row); };
  Place place{.id = *arrow_value_at<arrow::Int64Array>(batch, 0, row),
              .name = unescaped(text(1).value_or("")),
              .session = unescaped(text(2).value_or("")),
              .time = number(3)};
  const auto is_whole = [&](int begin, int end, std::string_view what) {
    int count = 0;
    for (int column = begin; column < end; ++column) count += number(column).has_value();
    VPR_REQUIRE(FormatError, count == 0 || count == end - begin, "place ", place.id, ": has a part of its ", what, " only");
    return count > 0;
  };
  if (is_whole(4, 6, "position")) {
    const int zone = arrow_value_at<arrow::Int32Array>(batch, 6, row).value_or(0);
    VPR_REQUIRE(FormatError, zone >= 0 && zone <= 60, "place ", place.id, ": found zone ", zone, ", expected 1 to 60");
    place.position =
        Position{*number(4), *number(5), {zone, text(7) == "S", text(7).has_value()}, position_unit(text(8).value_or("metres"))};
  }
  if (!is_whole(9, 16, "pose")) return place;
  std::array<double, 7> pose{};
  for (int i = 0; i < 7; ++i) pose[static_cast<std::size_t>(i)] = *number(9 + i);
  place.pose = Pose{{pose[0], pose[1], pose[2]}, {pose[3], pose[4], pose[5], pose[6]}};
  return place;
}

}  // namespace detail
}  // namespace vpr
