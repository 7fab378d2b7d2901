// SPDX-License-Identifier: MIT
/// @file
/// What a command line takes as a number. CLI11's own checks let NaN pass, round beyond 64 bits and read 010 as eight.
#pragma once

#include <CLI/CLI.hpp>

#include <cstdint>

namespace cli {

/// Whole numbers from `least` to `most`, in decimal digits; anything else is refused with both named.
CLI::Validator whole_from(std::int64_t least, std::int64_t most = INT64_MAX);

/// Numbers from `least` to `most`. NaN and infinity are none.
CLI::Validator number_from(double least, double most);
/// The same without an upper end.
CLI::Validator number_from(double least);
CLI::Validator number_above_zero();
/// Any that a float holds.
CLI::Validator finite_number();

}  // namespace cli
