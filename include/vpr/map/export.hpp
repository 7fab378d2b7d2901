// SPDX-License-Identifier: MIT
/// @file
/// Maps as plain files that NumPy, FAISS, Milvus and cuVS read, and back. Needs the components vpr::map and vpr::io.
#pragma once

#ifndef VPR_WITH_IO
#error \
    "vpr/map/export.hpp needs the component io: link the CMake target vpr::io, or, without CMake, compile with -DVPR_WITH_IO and link z (Debian: nlohmann-json3-dev zlib1g-dev)"
#endif

#include <vpr/dataset/csv.hpp>
#include <vpr/io/atomic_file.hpp>
#include <vpr/io/mapped_file.hpp>
#include <vpr/io/npy.hpp>
#include <vpr/map/place_map.hpp>
#include <vpr/model/descriptors_file.hpp>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace vpr {
namespace detail {

inline constexpr std::string_view place_columns = "id,name,session,time,east,north,zone,hemisphere,unit,x,y,z,qw,qx,qy,qz";

inline std::string number_text(double value) {
  char text[32];
  return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

inline std::string quoted_field(std::string_view name) {
  std::string text = "\"";
  for (const char c : escaped(name)) text.append(c == '"' ? 2 : 1, c);
  return text += '"';
}

inline std::string csv_line(const Place& place) {
  std::string line = std::to_string(place.id) + ',' + quoted_field(place.name) + ',' + quoted_field(place.session) + ',';
  if (place.time) line += number_text(*place.time);
  if (const auto& p = place.position) {
    line += ',' + number_text(p->east) + ',' + number_text(p->north) + ',';
    if (p->zone.number != 0) line += std::to_string(p->zone.number);
    line.append(",").append(!p->zone.hemisphere_known ? "" : p->zone.south ? "S" : "N").append(",").append(name_of(p->unit));
  } else {
    line += ",,,,,";
  }
  for (std::size_t i = 0; i < 7; ++i) {
    line += ',';
    if (place.pose) line += number_text(i < 3 ? place.pose->translation[i] : place.pose->rotation[i - 3]);
  }
  return line += '\n';
}

inline Place place_of(const CsvTable& table, const CsvRow& row) {
  const std::vector<std::string>& fields = row.fields;
  const auto number = [&](std::size_t column) -> std::optional<double> {
    if (fields[column].empty()) return std::nullopt;
    const auto value = parse_number(fields[column]);
    VPR_REQUIRE(FormatError, value.has_value(), table.place(row), ": found '", fields[column], "' as ", table.rows[0].fields[column],
                ", expected a number");
    return value;
  };
  const auto needed = [&](std::size_t column) {
    const auto value = number(column);
    VPR_REQUIRE(FormatError, value.has_value(), table.place(row), ": has no ", table.rows[0].fields[column]);
    return *value;
  };
  const auto any_of = [&](std::size_t begin, std::size_t end) {
    return std::any_of(fields.begin() + static_cast<std::ptrdiff_t>(begin), fields.begin() + static_cast<std::ptrdiff_t>(end),
                       [](const std::string& field) { return !field.empty(); });
  };
  const auto is_one_of = [&](std::size_t column, std::initializer_list<std::string_view> texts, std::string_view expected) {
    VPR_REQUIRE(FormatError, std::find(texts.begin(), texts.end(), fields[column]) != texts.end(), table.place(row), ": found '",
                fields[column], "' as ", table.rows[0].fields[column], ", expected ", expected);
  };
  Place place{.name = unescaped(fields[1]), .session = unescaped(fields[2]), .time = number(3)};
  const auto [end, error] = std::from_chars(fields[0].data(), fields[0].data() + fields[0].size(), place.id);
  VPR_REQUIRE(FormatError, error == std::errc() && end == fields[0].data() + fields[0].size() && place.id >= 0, table.place(row),
              ": found '", fields[0], "' as id, expected a whole number from 0");
  if (any_of(4, 9)) {
    is_one_of(7, {"", "N", "S"}, "N or S");
    is_one_of(8, {"metres", "degrees", "automatic"}, "metres, degrees or automatic");
    const double zone = number(6).value_or(0);
    VPR_REQUIRE(FormatError, zone >= 0 && zone <= 60 && zone == static_cast<int>(zone), table.place(row), ": found '", fields[6],
                "' as zone, expected 1 to 60");
    place.position =
        Position{needed(4), needed(5), {static_cast<int>(zone), fields[7] == "S", !fields[7].empty()}, position_unit(fields[8])};
  }
  if (!any_of(9, 16)) return place;
  place.pose = Pose{{needed(9), needed(10), needed(11)}, {needed(12), needed(13), needed(14), needed(15)}};
  return place;
}

/// The dimensions that the record beside a matrix states. @throws as `record_beside`
inline std::optional<std::int64_t> dimensions_beside(const std::string& matrix) {
  const std::string beside = record_path(matrix);
  std::error_code ignored;
  if (!std::filesystem::exists(beside, ignored)) return std::nullopt;
  const nlohmann::json json = nlohmann::json::parse(read_text(beside), nullptr, false);
  const auto stated = json.find("dimensions");
  return stated != json.end() && stated->is_number_integer() ? std::optional(stated->get<std::int64_t>()) : std::nullopt;
}

/// The values of an array file of two axes or one, in place. @throws FormatError for another type, order or number of axes
template <class T>
std::span<const T> npy_values(const MappedFile& file, DType::Kind dtype, std::size_t axes, Shape& shape) {
  std::span<const std::byte> left = file.bytes();
  const NpyHeader header = read_npy_header([&](std::span<std::byte> out) {
    VPR_REQUIRE(FormatError, out.size() <= left.size(), file.path(), ": ends within the array's header");
    std::memcpy(out.data(), left.data(), out.size());
    left = left.subspan(out.size());
  });
  VPR_REQUIRE(FormatError, header.dtype == DType(dtype) && header.shape.rank() == axes && (!header.fortran_order || axes == 1), file.path(),
              ": holds ", header.dtype, ' ', header.shape, ", expected ", DType(dtype), " with ", axes, " axes, the last one the fastest");
  check_npy_size(header, file.bytes().size());
  VPR_REQUIRE(FormatError, reinterpret_cast<std::uintptr_t>(left.data()) % alignof(T) == 0, file.path(), ": its values are not aligned");
  shape = header.shape;
  return {reinterpret_cast<const T*>(left.data()), static_cast<std::size_t>(shape.elements())};
}

}  // namespace detail

/// Writes a map to a folder, which is made: `descriptors.npy` (float32 N×D) with `descriptors.json`, what made them, as `vpr describe` writes them;
/// of a map of codes `codes.npy` (uint8 N×bytes, as FAISS takes binary vectors) in its place; `ids.npy` (int64 N); and `places.csv`. Row i of each is
/// one place, by ascending id. What an earlier export left there goes before the first of these has its name. Local features and attachments are not
/// written.
/// @throws IoError
inline void export_map(const PlaceMap& map, const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  VPR_REQUIRE(IoError, !error, folder.string(), ": cannot be made: ", error.message());
  const MapSnapshot snapshot = map.snapshot();
  const bool binary = snapshot.precision() == MapPrecision::binary;
  const auto file_of = [&](const char* name) { return (folder / name).string(); };
  const std::string matrix = file_of("descriptors.npy"), codes = file_of("codes.npy");
  AtomicFile descriptors(binary ? codes : matrix), record(record_path(matrix)), ids(file_of("ids.npy")), places(file_of("places.csv"));
  const std::int64_t bytes = (snapshot.dim() + 63) / 64 * 8;
  descriptors.write(binary ? detail::npy_header(DType::uint8, {snapshot.size(), bytes})
                           : detail::npy_header(DType::float32, {snapshot.size(), snapshot.dim()}));
  ids.write(detail::npy_header(DType::int64, {snapshot.size()}));
  places.write(std::string(detail::place_columns) + '\n');
  snapshot.each([&](const Place& place) {
    const std::vector<float> values = snapshot.descriptor(place.id);
    if (binary) {
      const std::vector<std::uint64_t> code = sign_codes(Rows(values.data(), 1, snapshot.dim()));
      descriptors.write(std::as_bytes(std::span(code)));
    } else {
      descriptors.write(std::as_bytes(std::span(values)));
    }
    ids.write(std::as_bytes(std::span(&place.id, 1)));
    places.write(detail::csv_line(place));
  });
  nlohmann::ordered_json json = record_json(snapshot.record());
  json["map_precision"] = name_of(snapshot.precision());
  json["dimensions"] = snapshot.dim();
  record.write(json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + '\n');
  for (const std::string& old : {binary ? matrix : codes, record_path(matrix), file_of("ids.npy"), file_of("places.csv")})
    detail::remove_before_replacing(old);
  for (AtomicFile* const file : {&descriptors, &record, &ids, &places}) file->commit();
}

/// A new map of what `export_map` wrote, or what others wrote like it, under the ids there. It appears whole or not at all.
/// @param precision  of the new map
/// @throws IoError, FormatError, ShapeError  for files that cannot be read or do not belong together; ConfigError as `PlaceMap::create`
inline PlaceMap import_map(const std::filesystem::path& folder, const std::string& path, MapPrecision precision = MapPrecision::bf16) {
  const std::string codes = (folder / "codes.npy").string(), matrix = (folder / "descriptors.npy").string();
  std::error_code ignored;
  const bool binary = std::filesystem::exists(codes, ignored) && !std::filesystem::exists(matrix, ignored);
  const MappedFile descriptor_file(binary ? codes : matrix), id_file((folder / "ids.npy").string());
  Shape shape, id_shape;
  const auto* const values = binary ? nullptr : detail::npy_values<float>(descriptor_file, DType::float32, 2, shape).data();
  const auto* const bytes = binary ? detail::npy_values<std::uint8_t>(descriptor_file, DType::uint8, 2, shape).data() : nullptr;
  const auto ids = detail::npy_values<std::int64_t>(id_file, DType::int64, 1, id_shape);
  const CsvTable table = read_csv(folder / "places.csv");
  std::string columns;
  for (std::size_t i = 0; !table.rows.empty() && i < table.rows[0].fields.size(); ++i)
    columns.append(i == 0 ? "" : ",").append(table.rows[0].fields[i]);
  VPR_REQUIRE(FormatError, columns == detail::place_columns, table.path.string(), ":1: found the columns ", columns, ", expected ",
              detail::place_columns);
  const ModelRecord record = record_beside(matrix);
  const std::int64_t count = shape[0],
                     dim = binary ? detail::dimensions_of_codes(shape[1], detail::dimensions_beside(matrix), codes) : shape[1];
  VPR_REQUIRE(ShapeError, count == id_shape[0] && count == std::ssize(table.rows) - 1, folder.string(), ": has ", count, " descriptors, ",
              id_shape[0], " ids and ", table.rows.size() - 1, " places");
  const MapSettings settings{dim, binary ? MapPrecision::binary : precision, record};
  return PlaceMap::build(path, settings, [&](const auto& commit) {
    constexpr std::int64_t at_once = 1 << 14;
    for (std::int64_t begin = 0; begin < count; begin += at_once) {
      commit([&](detail::MapEditor& editor) {
        std::vector<float> signs(static_cast<std::size_t>(dim));
        for (std::int64_t i = begin; i < std::min(count, begin + at_once); ++i) {
          const CsvRow& line = table.rows[static_cast<std::size_t>(i) + 1];
          const Place place = detail::place_of(table, line);
          VPR_REQUIRE(FormatError, place.id == ids[static_cast<std::size_t>(i)] && place.id >= editor.header().next_id, table.place(line),
                      ": is of place ", place.id, ", ids.npy has ", ids[static_cast<std::size_t>(i)],
                      " there; ids have to agree and to ascend");
          for (std::int64_t k = 0; binary && k < dim; ++k)
            signs[static_cast<std::size_t>(k)] = (bytes[i * shape[1] + k / 8] >> k % 8 & 1) != 0 ? 1.0F : -1.0F;
          const Rows row(binary ? signs.data() : values + i * dim, 1, dim);
          require_finite(row, dim, text_of(descriptor_file.path(), ": row ", i, ": descriptor").c_str());
          editor.append(place.id, place, editor.layout().encode(row[0]));
        }
      });
    }
  });
}

}  // namespace vpr
