// SPDX-License-Identifier: MIT
/// @file
/// What the HTML pages of reports share: their frame, style and facts, escaped text, and how they get into a file.
#pragma once

#include <vpr/core/error.hpp>
#include <vpr/core/printable.hpp>
#include <vpr/dataset/text.hpp>
#include <vpr/io/atomic_file.hpp>

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vpr::detail {

/// Text as HTML shows it, whatever it holds: bytes that are not UTF-8 and control characters as `\xNN`. It may stand in an attribute, too.
inline std::string html_text(std::string_view text) {
  std::string html;
  for (const char c : with_escapes(text, "", false)) {
    switch (c) {
      case '&': html += "&amp;"; break;
      case '<': html += "&lt;"; break;
      case '>': html += "&gt;"; break;
      case '"': html += "&quot;"; break;
      case '\'': html += "&#39;"; break;
      default: html += c;
    }
  }
  return html;
}

inline constexpr std::string_view page_style = R"(
:root{color-scheme:light dark;--page:#f5f5f3;--card:#fff;--ink:#1d1f21;--soft:#6b7075;--line:#dcdcd8;--right:#16913f;--wrong:#d42c2c;--accent:#2563c9;--well:#e9e9e5}
@media(prefers-color-scheme:dark){:root{--page:#16181a;--card:#202326;--ink:#e8e8e6;--soft:#9aa0a6;--line:#353a3e;--right:#35c46a;--wrong:#ff5f57;--accent:#6ea8ff;--well:#2b2f33}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{max-width:1180px;margin:auto;padding:20px 16px 64px}
h1{font-size:1.6rem;line-height:1.2;margin:.4em 0 .6em}h2{font-size:1rem;margin:0 0 .6em}
dl{display:flex;flex-wrap:wrap;gap:6px 22px;margin:0 0 20px}dl div{min-width:0}dt{color:var(--soft);font-size:.8rem}dd{margin:0;font-weight:600;overflow-wrap:anywhere}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,300px),1fr));gap:14px;margin-bottom:22px}
.card,article{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:14px}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}th,td{padding:5px 6px;text-align:right;border-bottom:1px solid var(--line)}th{color:var(--soft);font-weight:500;font-size:.8rem}
th:first-child,td:first-child{text-align:left}tr:last-child td{border-bottom:0}svg{display:block;width:100%;height:auto}.chart{overflow:visible}
.note{color:var(--soft);font-size:.85rem;margin:.7em 0 0}
@media(max-width:640px){main{padding:12px 10px 48px}h1{font-size:1.3rem}.chart{font-size:16px}}
@media print{.card,article{break-inside:avoid}}
)";

/// A page that runs and loads nothing, in light and dark.
///
/// @param style  after the one that pages share
/// @param body   HTML below the title
inline std::string page_html(std::string_view title, std::string_view style, std::string_view body) {
  return text_of(R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none';style-src 'unsafe-inline';img-src data:">
<title>)",
                 html_text(title), "</title><style>", page_style, style, "</style></head><body><main><h1>", html_text(title), "</h1>", body,
                 "</main></body></html>\n");
}

/// Names and values in a row, names small above; nothing where there are none.
inline std::string facts_html(const std::vector<std::pair<std::string, std::string>>& facts) {
  if (facts.empty()) return {};
  std::string html = "<dl>";
  for (const auto& [name, value] : facts) html += text_of("<div><dt>", html_text(name), "</dt><dd>", html_text(value), "</dd></div>");
  return html + "</dl>";
}

/// Writes a page as `AtomicFile` does.
/// @throws IoError  where it cannot be written
inline void write_page(const std::filesystem::path& path, std::string_view html) {
  AtomicFile file(path.string());
  file.write(html);
  file.commit();
}

}  // namespace vpr::detail
