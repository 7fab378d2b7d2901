// SPDX-License-Identifier: MIT
/// @file
/// A small reader of comma-separated tables (RFC 4180).
#pragma once

#include <vpr/core/error.hpp>
#include <vpr/dataset/text.hpp>

#include <algorithm>
#include <cctype>
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

  /// `FILE:LINE` of a row, to begin an error message with.
  std::string place(const CsvRow& row) const { return path.string() + ":" + std::to_string(row.line); }

  /// The first column of the header (row 0) that bears one of `names`, whatever the case; nothing where none does.
  std::optional<std::size_t> column(std::initializer_list<std::string_view> names) const {
    if (rows.empty()) return std::nullopt;
    const auto same = [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; };
    for (std::size_t i = 0; i < rows[0].fields.size(); ++i) {
      const std::string_view field = detail::trimmed(rows[0].fields[i]);
      for (const std::string_view name : names) {
        if (std::equal(field.begin(), field.end(), name.begin(), name.end(), same)) return i;
      }
    }
    return std::nullopt;
  }
};

/// Reads a CSV file: fields between commas; a field in double quotes may hold commas, line ends and doubled quotes.
/// Lines end in LF or CRLF, the last one may not; blank lines and a UTF-8 byte order mark are left out.
/// @throws IoError     where the file cannot be read
/// @throws FormatError naming file and line: a row whose number of fields is not the first row's, a quote inside a bare field,
///                     text after a closing quote, a quote never closed, a zero byte
inline CsvTable read_csv(const std::filesystem::path& path) {
  const std::string text = detail::read_text(path);
  CsvTable table{path, {}};
  std::int64_t line = 1;
  std::size_t at = 0;
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
    if (!at_line_end() && text[at] != ',') refuse("found text after a closing quote, expected a comma or the line's end");
    return field;
  };
  const auto bare_field = [&] {
    const std::size_t begin = at;
    for (; !at_line_end() && text[at] != ','; ++at) {
      if (text[at] == '"') refuse("found a quote inside an unquoted field; quote the whole field and double the quotes in it");
    }
    return text.substr(begin, at - begin);
  };

  while (at < text.size()) {
    CsvRow row{line, {}};
    for (bool more = true; more; at += more) {
      row.fields.push_back(at < text.size() && text[at] == '"' ? quoted_field() : bare_field());
      more = at < text.size() && text[at] == ',';
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

}  // namespace vpr
