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
/// @param end_of_range  where `range` names none: said of numbers beyond what `Number` holds, such as " to 9"
template <class Number, class IsGood>
CLI::Validator check(const char* kind, const std::string& range, const std::string& end_of_range, IsGood is_good) {
  const auto refuse = [=](const std::string& text) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool good = error == std::errc() && end == text.data() + text.size() && is_good(text, value);
    const std::string unsaid = error == std::errc::result_out_of_range ? end_of_range : std::string();
    return good ? std::string() : vpr::text_of("got '", text, "', expected ", kind, ' ', range, unsaid);
  };
  return CLI::Validator(refuse, range);
}

CLI::Validator check_number(const std::string& range, double least, double most) {
  const std::string end = most == std::numeric_limits<double>::max() ? vpr::text_of(" to ", most) : std::string();
  return check<double>("a number", range, end, [=](const std::string&, double value) { return value >= least && value <= most; });
}

}  // namespace

CLI::Validator whole_from(std::int64_t least, std::int64_t most) {
  const std::string from = "from " + std::to_string(least), to = " to " + std::to_string(most);
  const auto is_good = [=](const std::string& text, std::int64_t value) {
    return value >= least && value <= most && std::to_string(value) == text;
  };
  return most == INT64_MAX ? check<std::int64_t>("a whole number", from, to, is_good)
                           : check<std::int64_t>("a whole number", from + to, {}, is_good);
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
