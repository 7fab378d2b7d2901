// SPDX-License-Identifier: MIT
// Teaches: to try place recognition without photos of your own, render a town. Each place is photographed once for the database and four
// times as a query: from another viewpoint, at night, in fog, with traffic. The file names hold the positions, so that
// `vpr evaluate --database FOLDER/database --queries FOLDER/queries` measures recall.
//
//     04_render_a_town FOLDER [SEED [PLACES]]     60 places unless given; one seed gives the same photos on every machine
#include <vpr/dataset/write_town.hpp>

#include <charconv>
#include <cstdio>
#include <string_view>

template <class Number>
bool is_number(std::string_view text, Number& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

int main(int count, char** arguments) try {
  vpr::TownSettings settings;
  const bool understood = (count >= 2 && count <= 4) && arguments[1][0] != '-' && (count < 3 || is_number(arguments[2], settings.seed)) &&
                          (count < 4 || is_number(arguments[3], settings.places));
  if (!understood) return std::fprintf(stderr, "usage: %s FOLDER [SEED [PLACES]]\n", arguments[0]), 2;

  const vpr::SyntheticTown town(settings);
  vpr::write_town(town, arguments[1]);
  std::printf("%d places in %s/database, four queries of each in %s/queries\n", town.places(), arguments[1], arguments[1]);
} catch (const vpr::Error& error) {
  return std::fprintf(stderr, "%s\n", error.what()), 1;
}
