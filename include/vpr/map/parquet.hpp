// SPDX-License-Identifier: MIT
/// @file
/// Maps as Parquet files, which Milvus, pandas and DuckDB read, and back. Needs the components vpr::map, vpr::io and vpr::arrow.
#pragma once

#include <vpr/map/parquet_columns.hpp>
#include <vpr/map/place_map.hpp>
#include <vpr/model/descriptors_file.hpp>

#include <arrow/io/file.h>
#include <parquet/arrow/reader.h>
#include <parquet/arrow/writer.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace vpr {
namespace detail {

/// Arrow gives results from version 24 on.
template <class Reader>
std::shared_ptr<arrow::RecordBatch> row_group(Reader& reader, int group, const std::string& path) {
  std::shared_ptr<arrow::Table> table;
  if constexpr (requires { reader.ReadRowGroup(group).status(); }) {
    table = arrow_value(reader.ReadRowGroup(group), path);
  } else {
    require_arrow(reader.ReadRowGroup(group, &table), path);
  }
  return arrow_value(table->CombineChunksToBatch(), path);
}

}  // namespace detail

/// Writes a map as one Parquet file: a row a place, by ascending id, with the columns of `export_map`'s `places.csv` and `descriptor` (float32) or,
/// of a map of codes, `code` (uint8), a list of one length. The file's metadata `vpr` says, as JSON, what made them. Local features and attachments
/// are not written.
/// @throws IoError
inline void export_parquet(const PlaceMap& map, const std::string& path) {
  const MapSnapshot snapshot = map.snapshot();
  const bool binary = snapshot.precision() == MapPrecision::binary;
  nlohmann::ordered_json json = record_json(snapshot.record());
  json["map_precision"] = name_of(snapshot.precision());
  json["dimensions"] = snapshot.dim();
  const auto schema = detail::map_schema(binary)->WithMetadata(
      arrow::key_value_metadata({{"vpr", json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace)}}));
  const auto file = std::make_shared<detail::ParquetOutput>(path);
  const auto properties = parquet::ArrowWriterProperties::Builder().store_schema()->build();
  const auto writer = detail::arrow_value(
      parquet::arrow::FileWriter::Open(*schema, arrow::default_memory_pool(), file, parquet::default_writer_properties(), properties),
      path);
  const auto columns = detail::arrow_value(arrow::RecordBatchBuilder::Make(schema, arrow::default_memory_pool()), path);
  const std::int64_t at_once = std::max<std::int64_t>(1, (1 << 24) / snapshot.dim());  // 64 MB
  detail::ParquetRows rows(*columns, path);
  std::int64_t waiting = 0;
  const auto flush = [&] {
    const auto batch = detail::arrow_value(columns->Flush(), path);
    const auto table = detail::arrow_value(arrow::Table::FromRecordBatches(schema, {batch}), path);
    detail::require_arrow(writer->WriteTable(*table, at_once), path);
    waiting = 0;
  };
  snapshot.each([&](const Place& place) {
    rows.add(place, snapshot.descriptor(place.id), binary);
    if (++waiting == at_once) flush();
  });
  if (waiting > 0) flush();
  detail::require_arrow(writer->Close(), path);
  file->commit();
}

/// A new map of what `export_parquet` wrote, or what others wrote like it, under the ids there. It appears whole or not at all.
/// @param precision  of the new map
/// @throws IoError, FormatError, ShapeError  for a file that cannot be read or holds something else; ConfigError as `PlaceMap::create`
inline PlaceMap import_parquet(const std::string& path, const std::string& map, MapPrecision precision = MapPrecision::bf16) {
  parquet::arrow::FileReaderBuilder opening;
  detail::require_arrow(opening.Open(detail::arrow_value(arrow::io::ReadableFile::Open(path), path)), path);
  std::unique_ptr<parquet::arrow::FileReader> reader;
  detail::require_arrow(opening.Build(&reader), path);
  std::shared_ptr<arrow::Schema> schema;
  detail::require_arrow(reader->GetSchema(&schema), path);
  const bool binary = schema->num_fields() > 0 && schema->fields().back()->name() == "code";
  const auto expected = detail::map_schema(binary);
  bool same = schema->num_fields() == expected->num_fields();
  for (int i = 0; same && i < expected->num_fields(); ++i) {
    const auto &field = *schema->field(i), &wanted = *expected->field(i);
    same = field.name() == wanted.name() && field.type()->id() == wanted.type()->id();
    if (same && wanted.type()->num_fields() > 0) same = field.type()->field(0)->type()->Equals(wanted.type()->field(0)->type());
  }
  VPR_REQUIRE(FormatError, same, path, ": has the columns\n", schema->ToString(), "\nexpected\n", expected->ToString());

  // A row group's values of the last column, and how many each row has, which is the same for all.
  std::int64_t width = -1;
  const auto check_widths = [&](const arrow::ListArray& lists) {
    for (std::int64_t row = 0; row < lists.length(); ++row) {
      if (width < 0) width = lists.value_length(row);
      VPR_REQUIRE(FormatError, !lists.IsNull(row) && lists.value_length(row) == width && width > 0, path, ": descriptors of ",
                  lists.value_length(row), " and ", width, " values");
    }
    VPR_REQUIRE(FormatError, lists.values()->null_count() == 0, path, ": descriptors hold values that are missing");
  };
  std::shared_ptr<arrow::RecordBatch> batch;
  const auto read = [&](int group) {
    batch = detail::row_group(*reader, group, path);
    detail::require_arrow(batch->ValidateFull(), path);
    VPR_REQUIRE(FormatError, batch->column(0)->null_count() == 0, path, ": a place has no id");
    check_widths(static_cast<const arrow::ListArray&>(*batch->columns().back()));
  };
  const int groups = reader->num_row_groups();
  for (int group = 0; group < groups && width < 0; ++group) read(group);
  std::map<std::string, std::string> entries;
  std::optional<std::int64_t> stated;  // dimensions
  if (const auto metadata = schema->metadata(); metadata && metadata->Contains("vpr")) {
    const auto json = nlohmann::json::parse(*metadata->Get("vpr"), nullptr, false);
    VPR_REQUIRE(FormatError, json.is_object(), path, ": its metadata vpr is no JSON object");
    for (const auto& [name, value] : json.items()) {
      if (value.is_string()) entries[name] = value.get<std::string>();
      if (name == "dimensions" && value.is_number_integer()) stated = value.get<std::int64_t>();
    }
  }
  VPR_REQUIRE(FormatError, width > 0 || stated, path, ": holds no places, and does not say of how many dimensions");
  const std::int64_t dim = width < 0 ? *stated : binary ? detail::dimensions_of_codes(width, stated, path) : width;
  const MapSettings settings{dim, binary ? MapPrecision::binary : precision, record_in(entries).value_or(ModelRecord())};
  return PlaceMap::build(map, settings, [&](const auto& commit) {
    std::vector<float> values(static_cast<std::size_t>(dim));
    for (int group = 0; group < groups; ++group) {
      read(group);
      const auto& lists = static_cast<const arrow::ListArray&>(*batch->columns().back());
      commit([&](detail::MapEditor& editor) {
        for (std::int64_t row = 0; row < batch->num_rows(); ++row) {
          const std::int64_t begin = lists.value_offset(row);
          if (binary) {
            const auto& bytes = static_cast<const arrow::UInt8Array&>(*lists.values());
            for (std::int64_t k = 0; k < dim; ++k)
              values[static_cast<std::size_t>(k)] = (bytes.Value(begin + k / 8) >> k % 8 & 1) != 0 ? 1.0F : -1.0F;
          } else {
            std::copy_n(static_cast<const arrow::FloatArray&>(*lists.values()).raw_values() + begin, dim, values.begin());
          }
          const Place place = detail::place_of(*batch, row);
          VPR_REQUIRE(FormatError, place.id >= editor.header().next_id, path, ": place ", place.id, " stands behind place ",
                      editor.header().next_id - 1, "; ids have to ascend from 0");
          require_finite(Rows(values.data(), 1, dim), dim, "import_parquet: descriptor");
          editor.append(place.id, place, editor.layout().encode(values.data()));
        }
      });
    }
  });
}

}  // namespace vpr
