// SPDX-License-Identifier: MIT
/// @file
/// A small reader of tables: fields between commas (RFC 4180), semicolons or tabs.
#pragma once

#include <vpr/core/error.hpp>
#include <vpr/dataset/text.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vpr {

/// One row of a CSV file and the line it starts in, counted from 1.
struct CsvRow {
  std::int64_t line = 0;
  std::vector<std::string> fields;
};

/// The rows of a CSV file. The first may be a header; that is for the caller to know.
struct CsvTable {
  std::filesystem::path path;
  std::vector<CsvRow> rows;
  char separator = ',';  ///< of its fields: a comma, a semicolon or a tab

  /// `FILE:LINE` of a row, to begin an error message with.
  std::string place(const CsvRow& row) const { return path.string() + ":" + std::to_string(row.line); }

  /// The first column of the header (row 0) that bears one of `names`, whatever the case; nothing where none does.
  /// @throws FormatError naming the file where another column has that column's name
  std::optional<std::size_t> column(std::initializer_list<std::string_view> names) const {
    if (rows.empty()) return std::nullopt;
    std::optional<std::size_t> first;
    std::string title;  // of the first
    for (std::size_t i = 0; i < rows[0].fields.size(); ++i) {
      const std::string name = detail::lower_case(detail::trimmed(rows[0].fields[i]));
      VPR_REQUIRE(FormatError, !first || name != title, place(rows[0]), ": columns ", *first + 1, " and ", i + 1, " are both called `",
                  title, "`, and only one can be meant: give the other another name");
      if (first || std::find(names.begin(), names.end(), name) == names.end()) continue;
      first = i;
      title = name;
    }
    return first;
  }
};

namespace detail {

/// What separates a table's fields: of comma, tab and semicolon the one that its first line has most of outside quotes; a comma where there is none.
inline char separator_of(std::string_view text) {
  char separator = ',';
  std::ptrdiff_t most = 0;
  text.remove_prefix(std::min(text.find_first_not_of(" \r\n"), text.size()));
  for (const char candidate : {',', '\t', ';'}) {
    std::ptrdiff_t count = 0;
    bool quoted = false;
    for (const char c : text.substr(0, text.find('\n'))) {
      if (c == '"') quoted = !quoted;
      count += c == candidate && !quoted;
    }
    if (count > most) separator = candidate;
    most = std::max(most, count);
  }
  return separator;
}

/// `read_csv` of a file's text.
inline CsvTable parse_csv(const std::filesystem::path& path, std::string_view text) {
  const bool hint = text.starts_with("sep=") && text.find_first_of(",;\t|") == 4 && text.find_first_of("\r\n") == 5;  // a spreadsheet's
  CsvTable table{path, {}, hint ? text[4] : detail::separator_of(text)};
  const char separator = table.separator;
  std::int64_t line = hint ? 2 : 1;
  std::size_t at = hint ? text.find('\n') + 1 : 0;
  const auto refuse = [&](const auto&... parts) { fail<FormatError>(path.string(), ":", line, ": ", parts...); };
  const auto at_line_end = [&] { return at == text.size() || text[at] == '\n' || text.compare(at, 2, "\r\n") == 0; };

  const auto quoted_field = [&] {
    const std::int64_t opened = line;
    std::string field;
    for (++at; at < text.size(); ++at) {
      if (text[at] == '"') {
        if (text.compare(at, 2, "\"\"") != 0) break;
        ++at;
      }
      line += text[at] == '\n';
      field += text[at];
    }
    if (at == text.size()) fail<FormatError>(path.string(), ":", opened, ": a quoted field is never closed");
    ++at;
    if (!at_line_end() && text[at] != separator) refuse("found text after a closing quote, expected a separator or the line's end");
    return field;
  };
  const auto bare_field = [&] {
    const std::size_t begin = at;
    for (; !at_line_end() && text[at] != separator; ++at) {
      if (text[at] == '"') refuse("found a quote inside an unquoted field; quote the whole field and double the quotes in it");
    }
    return std::string(text.substr(begin, at - begin));
  };

  while (at < text.size()) {
    CsvRow row{line, {}};
    for (bool more = true; more; at += more) {
      row.fields.push_back(at < text.size() && text[at] == '"' ? quoted_field() : bare_field());
      more = at < text.size() && text[at] == separator;
    }
    if (at < text.size()) at = text.find('\n', at) + 1;
    const bool blank = row.fields.size() == 1 && detail::trimmed(row.fields[0]).empty();
    if (!blank && !table.rows.empty() && row.fields.size() != table.rows[0].fields.size()) {
      line = row.line;
      refuse("found ", row.fields.size(), " fields, expected ", table.rows[0].fields.size(), " as in line ", table.rows[0].line);
    }
    if (!blank) table.rows.push_back(std::move(row));
    ++line;
  }
  return table;
}

}  // namespace detail

/// Reads a CSV file: fields between commas, or, where its first line has more of these, tabs or semicolons; a field in double quotes may hold
/// separators, line ends and doubled quotes.
/// Lines end in LF, CRLF or (all of them) CR, the last one may not; blank lines and a byte order mark are left out. UTF-16 with its mark is read.
/// @throws IoError     where the file cannot be read, or is a folder, device or pipe
/// @throws FormatError naming file and line: a row whose number of fields is not the first row's, a quote inside a bare field,
///                     text after a closing quote, a quote never closed, a zero byte
inline CsvTable read_csv(const std::filesystem::path& path) { return detail::parse_csv(path, detail::read_text(path)); }

}  // namespace vpr
