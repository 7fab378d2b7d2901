// SPDX-License-Identifier: MIT
#ifdef VPR_WITH_ARROW
#include <vpr/map/parquet.hpp>

#include "tests/map/map_test.hpp"

#include <fstream>
#include <random>
#include <string>
#include <vector>

using namespace vpr;
using namespace vpr::test;

TEST_CASE("A map that was written as Parquet and read again has the same ids, places, descriptors and model") {
  const TemporaryFolder folder;
  for (const MapPrecision precision : {MapPrecision::float32, MapPrecision::bf16, MapPrecision::int8, MapPrecision::binary}) {
    const std::string name(name_of(precision)), file = folder.file(name + ".parquet");
    INFO(name);
    const std::int64_t dim = precision == MapPrecision::binary ? 100 : 30;
    PlaceMap map = PlaceMap::create(folder.file(name + ".map"), {dim, precision, {.model = "salad", .vpr_version = "0.1"}});
    add(map, 0, 200);
    Place odd{
        .name = "a,b \"c\"\\ ", .session = "", .position = Position{0.1, -1e-300, {33, false, false}, PositionUnit::degrees}, .time = -0.1};
    map.add(odd, descriptor_of(200, dim));
    map.remove(std::vector<std::int64_t>{0, 17});
    export_parquet(map, file);
    const PlaceMap back = import_parquet(file, folder.file(name + " again.map"), precision);
    const MapSnapshot before = map.snapshot(), after = back.snapshot();
    CHECK(after.size() == 199);
    CHECK(after.record() == before.record());
    CHECK(after.precision() == precision);
    CHECK(after.dim() == dim);
    after.each([&](const Place& place) {
      check_same(place, before.place(place.id));
      const float largest = precision == MapPrecision::int8 ? 1e-6F : 0;
      CHECK(largest_difference(after.descriptor(place.id), before.descriptor(place.id)) <= largest);
    });
    check_same(after.place(200), odd);
    CHECK_FALSE(after.contains(17));
    CHECK(back.verify().empty());
  }
  for (const MapPrecision precision : {MapPrecision::bf16, MapPrecision::binary}) {
    const std::string name = text_of("empty ", name_of(precision));
    const PlaceMap empty = PlaceMap::create(folder.file(name), {12, precision, {.model = "salad"}});
    export_parquet(empty, folder.file("empty.parquet"));
    const PlaceMap back = import_parquet(folder.file("empty.parquet"), folder.file(name + " again"));
    CHECK(back.size() == 0);
    CHECK(back.snapshot().dim() == 12);
  }
}

TEST_CASE("Parquet files of something else, or that were damaged, are refused, and no map is left behind") {
  const TemporaryFolder folder;
  const std::string file = folder.file("m.parquet"), other = folder.file("other.parquet"), made = folder.file("n");
  PlaceMap map = PlaceMap::create(folder.file("m"), {8, MapPrecision::float32, {}});
  add(map, 0, 50);
  export_parquet(map, file);
  CHECK_THROWS_AS(import_parquet(folder.file("none"), made), IoError);
  folder.write("text", "no Parquet file at all");
  CHECK_THROWS_AS(import_parquet(folder.file("text"), made), FormatError);

  const auto written = [&](const std::shared_ptr<arrow::Table>& table) {
    const auto out = *arrow::io::FileOutputStream::Open(other);
    REQUIRE(parquet::arrow::WriteTable(*table, arrow::default_memory_pool(), out, 1 << 10).ok());
    REQUIRE(out->Close().ok());
  };
  const auto table_of = [&] {
    parquet::arrow::FileReaderBuilder opening;
    REQUIRE(opening.Open(*arrow::io::ReadableFile::Open(file)).ok());
    std::unique_ptr<parquet::arrow::FileReader> reader;
    REQUIRE(opening.Build(&reader).ok());
    return *arrow::Table::FromRecordBatches({detail::row_group(*reader, 0, file)});
  };
  const auto table = table_of();
  written(*table->RemoveColumn(3));
  CHECK_THROWS_WITH(import_parquet(other, made), ContainsSubstring(other + ": has the columns"));
  written(*arrow::ConcatenateTables({table, table}));
  CHECK_THROWS_WITH(import_parquet(other, made), other + ": place 0 stands behind place 49; ids have to ascend from 0");
  const auto without_north = *arrow::MakeArrayOfNull(arrow::float64(), table->num_rows());
  written(*table->SetColumn(5, table->schema()->field(5), std::make_shared<arrow::ChunkedArray>(without_north)));
  CHECK_THROWS_WITH(import_parquet(other, made), "place 1: has a part of its position only");
  written(table->Slice(10, 5));
  CHECK(import_parquet(other, folder.file("part")).snapshot().place(12).name == place_of(12).name);

  const std::string bytes = file_content(file);
  std::mt19937_64 random(1);
  for (int i = 0; i < 200; ++i) {
    std::string damaged = bytes;
    if (i % 4 == 0) {
      damaged.resize(random() % bytes.size());
    } else {
      damaged[random() % bytes.size()] = static_cast<char>(random());
    }
    folder.write("damaged", damaged);
    std::filesystem::remove(folder.file("again"));
    std::filesystem::remove(folder.file("again-lock"));
    try {
      static_cast<void>(import_parquet(folder.file("damaged"), folder.file("again")));
    } catch (const Error&) {
      CHECK_FALSE(std::filesystem::exists(folder.file("again")));
    }
  }
  CHECK_FALSE(std::filesystem::exists(made));
}
#endif
