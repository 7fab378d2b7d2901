// SPDX-License-Identifier: MIT
#include <vpr/io/npz.hpp>
#include <vpr/io/weight_file.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

#include <cstdint>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include <unistd.h>

using vpr::DType;
using vpr::Shape;
using vpr::WeightFile;

/// Pages of this process that are in memory, in KiB.
static long resident_kilobytes() {
  long total = 0;
  long resident = 0;
  std::ifstream("/proc/self/statm") >> total >> resident;
  return resident * (::sysconf(_SC_PAGESIZE) / 1024);
}

TEST_CASE("weight file: every type is converted, without alignment") {
  const TemporaryFolder folder;
  const auto value_of = [&folder](DType dtype, const std::string& bytes) {
    vpr::MappedFile mapped(folder.write("w", "x" + bytes));
    WeightFile file(std::move(mapped), "test");
    file.add({"w", dtype, Shape{1}}, {file.file().bytes().subspan(1), {}, {}});
    return vpr::read_tensor<double>(file, "w")[0];
  };
  const auto bits = [](auto value) { return std::string(reinterpret_cast<const char*>(&value), sizeof value); };
  CHECK(value_of(DType::float16, bits(std::uint16_t{0xc100})) == -2.5);
  CHECK(value_of(DType::bfloat16, bits(std::uint16_t{0xc020})) == -2.5);
  CHECK(value_of(DType::float32, bits(-2.5F)) == -2.5);
  CHECK(value_of(DType::float64, bits(0.1)) == 0.1);
  CHECK(value_of(DType::int8, bits(std::int8_t{-3})) == -3);
  CHECK(value_of(DType::int16, bits(std::int16_t{-300})) == -300);
  CHECK(value_of(DType::int32, bits(std::int32_t{-70000})) == -70000);
  CHECK(value_of(DType::int64, bits(std::int64_t{1} << 40)) == 1099511627776.0);
  CHECK(value_of(DType::uint8, bits(std::uint8_t{200})) == 200);
  CHECK(value_of(DType::uint16, bits(std::uint16_t{60000})) == 60000);
  CHECK(value_of(DType::uint32, bits(std::uint32_t{4000000000})) == 4000000000.0);
  CHECK(value_of(DType::uint64, bits(std::uint64_t{1} << 63)) == 9223372036854775808.0);
  CHECK(value_of(DType::boolean, "\7") == 1);
}

TEST_CASE("weight file: strides walk any view, also of one element and of none") {
  const TemporaryFolder folder;
  const std::vector<float> stored{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
  vpr::MappedFile mapped(folder.write("w", std::string(reinterpret_cast<const char*>(stored.data()), 48)));
  WeightFile file(std::move(mapped), "test");
  const auto bytes = file.file().bytes();
  file.add({"transposed", DType::float32, Shape{4, 3}}, {bytes, {1, 4}, {}});
  file.add({"cube", DType::float32, Shape{2, 3, 2}}, {bytes, {1, 4, 2}, {}});
  file.add({"repeated", DType::float32, Shape{2, 2}}, {bytes.subspan(20), {0, 0}, {}});
  file.add({"none", DType::float32, Shape{0, 3}}, {bytes, {1, 1}, {}});
  CHECK(vpr::read_tensor(file, "transposed") == std::vector<float>{0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11});
  CHECK(vpr::read_tensor(file, "cube") == std::vector<float>{0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11});
  CHECK(vpr::read_tensor(file, "repeated") == std::vector<float>(4, 5));
  CHECK(vpr::read_tensor(file, "none").empty());
}

TEST_CASE("weight file: negatives are those of the stored type") {
  const TemporaryFolder folder;
  const auto negative_of = [&folder](DType dtype, const std::string& bytes) {
    WeightFile file(vpr::MappedFile(folder.write("w", bytes)), "test");
    file.add({"w", dtype, Shape{1}}, {file.file().bytes(), {}, {}, true});
    return vpr::read_tensor<double>(file, "w")[0];
  };
  CHECK(negative_of(DType::uint8, "\1") == 255);
  CHECK(negative_of(DType::int8, "\x80") == -128);
  CHECK(negative_of(DType::int16, std::string("\2\0", 2)) == -2);
  CHECK(negative_of(DType::bfloat16, std::string("\x20\xc0", 2)) == 2.5);
  CHECK(negative_of(DType::float64, std::string(8, '\0')) == 0);
}

TEST_CASE("weight file: a strided tensor comes in pieces as in one") {
  const TemporaryFolder folder;
  std::vector<float> stored(300 * 200);
  for (std::size_t i = 0; i < stored.size(); ++i) stored[i] = static_cast<float>(i);
  vpr::MappedFile mapped(folder.write("w", std::string(reinterpret_cast<const char*>(stored.data()), 4 * stored.size())));
  WeightFile file(std::move(mapped), "test");
  file.add({"transposed", DType::float32, Shape{200, 300}}, {file.file().bytes(), {1, 200}, {}});
  std::vector<float> pieces;
  file.stream<float>(0, [&](std::span<const float> part) {
    CHECK(part.size() <= 16384);
    pieces.insert(pieces.end(), part.begin(), part.end());
  });
  CHECK(pieces == vpr::read_tensor(file, "transposed"));
  CHECK(pieces[1] == 200);
}

TEST_CASE("weight file: an index that is none, and repeats without end, are errors of ours") {
  const TemporaryFolder folder;
  WeightFile file(vpr::MappedFile(folder.write("w", "1234")), "test");
  file.add({"w", DType::float32, Shape{1}}, {file.file().bytes(), {}, {}});
  CHECK_THROWS_AS(vpr::read_tensor(file, 1), vpr::ShapeError);
  CHECK_THROWS_AS(file.stream<float>(1, [](std::span<const float>) {}), vpr::ShapeError);
  const std::int64_t huge = std::int64_t{1} << 40;
  CHECK_THROWS_AS(file.add({"r", DType::float32, Shape{huge}}, {file.file().bytes(), {0}, {}}), vpr::FormatError);
}

TEST_CASE("weight file: reading a large tensor leaves no second copy in memory") {
  const TemporaryFolder folder;
  const std::size_t count = 16 << 20;
  const std::string path = folder.file("w");
  {
    std::ofstream out(path, std::ios::binary);
    const std::string piece(1 << 20, 'a');
    for (std::size_t i = 0; i < count * 4 / piece.size(); ++i) out << piece;
  }
  WeightFile file(vpr::MappedFile(path), "test");
  file.add({"w", DType::float32, Shape{static_cast<std::int64_t>(count)}}, {file.file().bytes(), {}, {}});
  std::vector<float> values(count);
  const long before = resident_kilobytes();
  file.read(0, std::span<float>(values));
  const long after = resident_kilobytes();
  CHECK(after - before < 16 * 1024);
  CHECK(values.back() == values.front());
}
