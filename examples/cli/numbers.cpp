// SPDX-License-Identifier: MIT
#include "numbers.hpp"

#include <vpr/core/text.hpp>

#include <charconv>
#include <limits>
#include <string>
#include <system_error>

namespace cli {
namespace {

/// Takes texts of which `is_good(value)` is true, all of the text being the number.
template <class Number, class IsGood>
CLI::Validator check(const char* kind, const std::string& range, IsGood is_good) {
  const auto refuse = [=](const std::string& text) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool good = error == std::errc() && end == text.data() + text.size() && is_good(text, value);
    return good ? std::string() : vpr::text_of("got '", text, "', expected ", kind, ' ', range);
  };
  return CLI::Validator(refuse, range);
}

CLI::Validator check_number(const std::string& range, double least, double most) {
  return check<double>("a number", range, [=](const std::string&, double value) { return value >= least && value <= most; });
}

}  // namespace

CLI::Validator whole_from(std::int64_t least, std::int64_t most) {
  const std::string end = most == INT64_MAX ? std::string() : " to " + std::to_string(most);
  return check<std::int64_t>("a whole number", "from " + std::to_string(least) + end, [=](const std::string& text, std::int64_t value) {
    return value >= least && value <= most && std::to_string(value) == text;
  });
}

CLI::Validator number_from(double least, double most) { return check_number(vpr::text_of("from ", least, " to ", most), least, most); }
CLI::Validator number_from(double least) { return check_number(vpr::text_of("from ", least), least, std::numeric_limits<double>::max()); }
CLI::Validator number_above_zero() {
  return check_number("above 0", std::numeric_limits<double>::denorm_min(), std::numeric_limits<double>::max());
}

CLI::Validator finite_number() {
  constexpr double most = std::numeric_limits<float>::max();
  return check_number("that is finite", -most, most).description("");
}

}  // namespace cli
