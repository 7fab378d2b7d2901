// SPDX-License-Identifier: MIT
/// A program whose locale is not the C locale, for the length of a scope.
#pragma once

#include <clocale>
#include <locale>
#include <string>

/// The program's C++ locale groups digits by dots and has a decimal comma; so has its C locale where one such is installed.
class German {
 public:
  German() {
    const auto* const installed = std::setlocale(LC_ALL, nullptr);
    c_locale_ = installed != nullptr ? installed : "C";
    for (const char* name : {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "de_DE"}) {
      if (std::setlocale(LC_ALL, name) != nullptr) break;
    }
  }
  German(const German&) = delete;
  German& operator=(const German&) = delete;
  ~German() {
    std::locale::global(before_);
    std::setlocale(LC_ALL, c_locale_.c_str());
  }

 private:
  struct Numbers : std::numpunct<char> {
    char do_thousands_sep() const override { return '.'; }
    std::string do_grouping() const override { return "\3"; }
    char do_decimal_point() const override { return ','; }
  };

  std::string c_locale_;
  std::locale before_ = std::locale::global(std::locale(std::locale::classic(), new Numbers));
};
