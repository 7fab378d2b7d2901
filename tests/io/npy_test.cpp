// SPDX-License-Identifier: MIT
#include <vpr/io/npy.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

#include <cstdint>
#include <string>
#include <vector>

using vpr::read_npy;
using vpr::read_tensor;
using vpr::Shape;

/// An array file of version 1 whose header is `dictionary`.
static std::string array(const std::string& dictionary, const std::string& values = "") {
  return std::string("\x93NUMPY\1\0", 8) + static_cast<char>(dictionary.size()) + '\0' + dictionary + values;
}

static void refused(const std::string& content, const std::string& reason) {
  const TemporaryFolder folder;
  const std::string path = folder.write("a.npy", content);
  CHECK_THROWS_AS(read_npy(path), vpr::FormatError);
  CHECK_THROWS_WITH(read_npy(path), ContainsSubstring(path) && ContainsSubstring(reason));
}

TEST_CASE("npy: what is written is read back, in NumPy's alignment") {
  const TemporaryFolder folder;
  for (const Shape& shape : {Shape{2, 3}, Shape{6}, Shape{}, Shape{0, 5}, Shape{1, 2, 1, 3}}) {
    CAPTURE(shape);
    std::vector<float> values(static_cast<std::size_t>(shape.elements()));
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i) - 2.5F;
    const std::string path = folder.file("a.npy");
    vpr::write_npy(path, shape, values);
    const std::string content = file_content(path);
    CHECK((content.size() - 4 * values.size()) % 64 == 0);
    const auto source = read_npy(path);
    CHECK(source.tensors().at(0).shape == shape);
    CHECK(read_tensor(source, "") == values);
  }
  CHECK_THROWS_WITH(vpr::write_npy(folder.file("b.npy"), Shape{2, 3}, std::vector<float>(5)), ContainsSubstring("got 5 values for [2, 3]"));
  CHECK_THROWS_AS(vpr::write_npy(folder.file("no/b.npy"), Shape{0}, {}), vpr::IoError);
}

TEST_CASE("npy: column-major values come in row-major order, whole numbers whole") {
  const TemporaryFolder folder;
  const std::vector<std::int16_t> stored{1, 4, 2, 5, 3, 6};
  const std::string bytes(reinterpret_cast<const char*>(stored.data()), 12);
  const auto path = folder.write("a.npy", array("{'descr': '<i2', 'fortran_order': True, 'shape': (2, 3), }\n", bytes));
  CHECK(read_tensor(read_npy(path), "") == std::vector<float>{1, 2, 3, 4, 5, 6});
  CHECK(read_tensor<std::int64_t>(read_npy(path), "") == std::vector<std::int64_t>{1, 2, 3, 4, 5, 6});
}

TEST_CASE("npy: the longer header of version 2") {
  const TemporaryFolder folder;
  const std::string dictionary = "{'descr': '|u1', 'fortran_order': False, 'shape': (1,), }\n";
  const std::string content =
      std::string("\x93NUMPY\2\0", 8) + static_cast<char>(dictionary.size()) + std::string(3, '\0') + dictionary + "\xff";
  CHECK(read_tensor(read_npy(folder.write("a.npy", content)), "") == std::vector<float>{255});
}

TEST_CASE("npy: anything else is refused") {
  const auto described = [](const std::string& descr, const std::string& shape) {
    return "{'descr': " + descr + ", 'fortran_order': False, 'shape': " + shape + ", }\n";
  };
  refused("\x93NUMP", "ends within the array's header");
  refused(std::string("\x93NUMPX\1\0\1\0.", 11), "does not begin with NumPy's magic text");
  refused(std::string("\x93NUMPY\7\0\1\0.", 11), "format version 7");
  refused(std::string("\x93NUMPY\1\0\xff\xff....", 14), "ends within the array's header");
  refused(array(described("'<f4'", "(-1,)"), "1234"), "negative extent -1");
  refused(array(described("'<f4'", "(4294967296, 4294967296)")), "overflows");
  refused(array(described("'<f4'", "__import__('os').system('x')"), "1234"), "'(' expected at");
  refused(array(described("'<f4'", "(1.5,)"), "1234"), "')' expected");
  refused(array(described("'<f4'", "(2,)"), "1234"), "has 4 bytes of values, float32 [2] needs 2 x 4");
  refused(array(described("'<f4'", "(1,)"), "12345"), "has 5 bytes of values");
  refused(array("{'descr': '<f4', 'shape': (1,), }", "1234"), "lacks descr, fortran_order or shape");
  refused(array("{'descr': '<f4', 'fortran_order': 7, 'shape': (1,), }", "1234"), "neither True nor False");
  refused(array("{'evil': '<f4'}", "1234"), "unknown key 'evil'");
  refused(array("{'descr': '<f4", "1234"), "a text without end");
  refused(array("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), } + 1", "1234"), "text follows");
}

TEST_CASE("npy: other types are listed, and refused only when asked for") {
  const TemporaryFolder folder;
  for (const std::string descr : {"'|O'", "'>f4'", "'<c8'", "'<U5'", "''", "[('a', '<f4'), ('b', '<i4', (2, 3))]"}) {
    CAPTURE(descr);
    const auto source =
        read_npy(folder.write("a.npy", array("{'descr': " + descr + ", 'fortran_order': False, 'shape': (7,), }\n", "123")));
    CHECK(source.tensors()[0].shape == Shape{7});
    CHECK(!source.tensors()[0].dtype.readable());
    CHECK_THROWS_AS(read_tensor(source, ""), vpr::WeightError);
  }
  refused(array("{'descr': [('a', '<f4'", "1234"), "dtype has no end");
}
