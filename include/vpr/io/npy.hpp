// SPDX-License-Identifier: MIT
/// @file
/// NumPy's array files: a magic text, a header that looks like a Python dictionary, the values.
/// See https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html.
#pragma once

#include <vpr/io/atomic_file.hpp>
#include <vpr/io/weight_file.hpp>

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <locale>
#include <map>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vpr {

/// What the header of an array says.
struct NpyHeader {
  DType dtype = DType::float32;
  bool fortran_order = false;  // the first dimension is the fastest
  Shape shape;
  std::uint64_t size = 0;  // of magic and header: where the values begin
};

namespace detail {

/// The type that `descr` means. Anything but plain little-endian numbers is listed only: texts, objects, records, complex numbers.
inline DType npy_dtype(std::string_view descr) {
  static const std::map<std::string_view, DType::Kind> names{{"<f2", DType::float16}, {"<f4", DType::float32}, {"<f8", DType::float64},
                                                             {"|i1", DType::int8},    {"<i2", DType::int16},   {"<i4", DType::int32},
                                                             {"<i8", DType::int64},   {"|u1", DType::uint8},   {"<u2", DType::uint16},
                                                             {"<u4", DType::uint32},  {"<u8", DType::uint64},  {"|b1", DType::boolean}};
  const auto found = names.find(descr);
  return found == names.end() ? DType::named(std::string("NumPy type '").append(descr.substr(0, 40)).append("'")) : found->second;
}

/// Reads the one form of dictionary that NumPy writes; anything else, calls included, is refused.
class NpyDictionary {
 public:
  explicit NpyDictionary(std::string_view text) : text_(text) {}

  NpyHeader parse() {
    NpyHeader header;
    int seen = 0;
    expect('{');
    while (!accept('}')) {
      const std::string_view key = quoted();
      expect(':');
      if (key == "descr") {
        header.dtype = next() == '[' ? record() : npy_dtype(quoted());
        seen |= 1;
      } else if (key == "fortran_order") {
        header.fortran_order = truth();
        seen |= 2;
      } else if (key == "shape") {
        header.shape = shape();
        seen |= 4;
      } else {
        fail<FormatError>("the array's header has an unknown key '", key, "'");
      }
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    VPR_REQUIRE(FormatError, next() == '\0', "text follows the array's header");
    VPR_REQUIRE(FormatError, seen == 7, "the array's header lacks descr, fortran_order or shape");
    return header;
  }

 private:
  char next() {
    while (!text_.empty() && (text_[0] == ' ' || text_[0] == '\n')) text_.remove_prefix(1);
    return text_.empty() ? '\0' : text_[0];
  }
  bool accept(char c) {
    if (next() != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  void expect(char c) {
    VPR_REQUIRE(FormatError, accept(c), "the array's header is not a dictionary as NumPy writes it: '", c, "' expected at '",
                text_.substr(0, 40), "'");
  }
  std::string_view quoted() {
    expect('\'');
    const std::size_t end = text_.find('\'');
    VPR_REQUIRE(FormatError, end != text_.npos, "the array's header has a text without end");
    const std::string_view found = text_.substr(0, end);
    text_.remove_prefix(end + 1);
    return found;
  }
  /// Passes over the description of records, a list.
  DType record() {
    int depth = 0;
    do {
      const char c = next();
      VPR_REQUIRE(FormatError, c != '\0', "the array's dtype has no end");
      if (c == '\'') {
        quoted();
        continue;
      }
      depth += c == '[' || c == '(' ? 1 : c == ']' || c == ')' ? -1 : 0;
      text_.remove_prefix(1);
    } while (depth > 0);
    return DType::named("NumPy record");
  }
  bool truth() {
    next();
    const bool value = text_.starts_with("True");
    VPR_REQUIRE(FormatError, value || text_.starts_with("False"), "the array's fortran_order is neither True nor False");
    text_.remove_prefix(value ? 4 : 5);
    return value;
  }
  Shape shape() {
    std::vector<std::int64_t> extents;
    expect('(');
    while (!accept(')')) {
      next();
      std::int64_t extent = 0;
      const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), extent);
      VPR_REQUIRE(FormatError, error == std::errc{}, "the array's shape is not made of whole numbers: '", text_.substr(0, 40), "'");
      text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
      extents.push_back(extent);
      if (!accept(',')) {
        expect(')');
        break;
      }
    }
    return Shape(extents);
  }

  std::string_view text_;
};

/// Reads the header by `read(std::span<std::byte>)`, which gives the array's bytes from the front on.
template <class Read>
NpyHeader read_npy_header(Read&& read) {
  std::array<char, 12> start{};
  read(std::as_writable_bytes(std::span(start).first(10)));
  VPR_REQUIRE(FormatError, std::string_view(start.data(), 6) == "\x93NUMPY", "the array does not begin with NumPy's magic text");
  const int version = start[6];
  VPR_REQUIRE(FormatError, version >= 1 && version <= 3, "the array has format version ", version, ", expected 1 to 3");
  std::size_t before = 10;
  if (version > 1) {
    read(std::as_writable_bytes(std::span(start).subspan(10, 2)));
    before = 12;
  }
  std::uint32_t length = 0;
  std::memcpy(&length, start.data() + 8, before - 8);
  constexpr std::uint32_t longest = 1 << 16;
  VPR_REQUIRE(FormatError, length <= longest, "the array claims a header of ", length, " bytes, at most ", longest, " are allowed");
  std::string text(length, '\0');
  read(std::as_writable_bytes(std::span(text)));
  NpyHeader header = NpyDictionary(text).parse();
  header.size = before + length;
  return header;
}

/// Strides of an array in elements; none where it is row-major.
inline std::vector<std::int64_t> npy_strides(const NpyHeader& header) {
  std::vector<std::int64_t> strides;
  if (!header.fortran_order || header.shape.rank() < 2 || header.shape.elements() == 0) return strides;
  std::int64_t stride = 1;
  for (const std::int64_t extent : header.shape) {
    strides.push_back(stride);
    stride *= extent;
  }
  return strides;
}

/// `content` is how many bytes the whole array file has. Values that are missing or left over are refused.
inline void check_npy_size(const NpyHeader& header, std::uint64_t content) {
  if (!header.dtype.readable()) return;
  const auto elements = static_cast<std::uint64_t>(header.shape.elements());
  const std::uint64_t values = content - header.size;
  VPR_REQUIRE(FormatError, values % byte_size(header.dtype) == 0 && values / byte_size(header.dtype) == elements, "the array has ", values,
              " bytes of values, ", header.dtype, ' ', header.shape, " needs ", elements, " x ", byte_size(header.dtype));
}

inline std::string npy_header(DType::Kind dtype, const Shape& shape) {
  constexpr std::array<std::string_view, 14> descr{"<f2", "",    "<f4", "<f8", "",    "|i1", "<i2",
                                                   "<i4", "<i8", "|u1", "<u2", "<u4", "<u8", "|b1"};
  std::ostringstream text;
  text.imbue(std::locale::classic());
  text << "{'descr': '" << descr[dtype] << "', 'fortran_order': False, 'shape': (";
  for (const std::int64_t extent : shape) text << extent << ", ";
  text << "), }";
  std::string header = text.str();
  constexpr std::size_t alignment = 64;
  header.append(alignment - (10 + header.size() + 1) % alignment, ' ').push_back('\n');
  const std::size_t length = header.size();
  return std::string("\x93NUMPY\x01\x00", 8) + static_cast<char>(length & 0xff) + static_cast<char>(length >> 8) + header;
}

}  // namespace detail

/// Opens an array file; its one tensor has no name.
/// An array of objects, records, texts, complex or big-endian numbers is listed, and refused by `read`.
/// @throws IoError; FormatError for a damaged header, or sizes that do not fit.
inline WeightFile read_npy(MappedFile file) {
  const std::string path = file.path();
  return detail::naming_file(path, "npy", [&] {
    WeightFile source(std::move(file), "npy");
    const std::span<const std::byte> bytes = source.file().bytes();
    std::span<const std::byte> left = bytes;
    const NpyHeader header = detail::read_npy_header([&left](std::span<std::byte> out) {
      VPR_REQUIRE(FormatError, out.size() <= left.size(), "the file ends within the array's header");
      std::memcpy(out.data(), left.data(), out.size());
      left = left.subspan(out.size());
    });
    detail::check_npy_size(header, bytes.size());
    source.add({"", header.dtype, header.shape}, {left, detail::npy_strides(header), {}});
    return source;
  });
}

inline WeightFile read_npy(const std::string& path) { return read_npy(MappedFile(path)); }

/// Writes float32 values, row-major, as an array file; whole or not at all.
/// @throws IoError; ShapeError if `values` has another size than `shape`.
inline void write_npy(const std::string& path, const Shape& shape, std::span<const float> values) {
  VPR_REQUIRE(ShapeError, static_cast<std::size_t>(shape.elements()) == values.size(), path, ": got ", values.size(), " values for ",
              shape);
  AtomicFile file(path);
  file.write(detail::npy_header(DType::float32, shape));
  file.write(std::as_bytes(values));
  file.commit();
}

}  // namespace vpr
