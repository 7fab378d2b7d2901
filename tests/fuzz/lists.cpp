// SPDX-License-Identifier: MIT
// Photo lists, tables, pairs, GSV-Cities' tables and UTM names of any bytes: only vpr::Error may leave.
#include <vpr/dataset/dataset.hpp>
#include <vpr/dataset/read_training_places.hpp>
#include <vpr/dataset/triplet_photos.hpp>

#include "tests/support/temporary_folder.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace {

/// A folder with some photos, and GSV-Cities' folders.
class Folder : public TemporaryFolder {
 public:
  Folder() {
    for (const char* name :
         {"a.jpg", "b.jpg", "q/@1@2@.jpg", "images/a.jpg", "caf\xE9.jpg", "gsv/Images/A/A_0000005_2015_04_090_1.5_2.0_p.jpg"})
      write(name);
    photos = vpr::photos_in_folder(path());
  }
  std::vector<vpr::Photo> photos;
};

template <class Call>
void attempt(const Call& call) {
  try {
    call();
  } catch (const vpr::Error&) {
  }
}

}  // namespace

/// The first byte chooses what the others are.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Folder folder;
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 6) {
    case 0: {
      const auto list = folder.write("list.txt", text);
      attempt([&] { vpr::read_photos(list); });
      break;
    }
    case 1: {
      const auto table = folder.write("table.csv", text);
      for (const auto unit : {vpr::PositionUnit::automatic, vpr::PositionUnit::metres, vpr::PositionUnit::degrees}) {
        attempt([&] { vpr::Dataset::load({.database = table, .queries = table, .positions = unit}); });
        attempt([&] { vpr::triplet_photos_of_places(vpr::read_training_places(table, {.positions = unit})); });
      }
      break;
    }
    case 2: {
      const auto pairs = folder.write("pairs.txt", text);
      attempt([&] { vpr::pair_positives(pairs, folder.photos, folder.photos); });
      break;
    }
    case 3: {
      folder.write("gsv/Dataframes/A.csv", text);
      attempt([&] { vpr::read_training_places(folder.path() / "gsv"); });
      break;
    }
    case 4: {  // names, one a line
      std::vector<vpr::Photo> photos;
      for (const std::string_view name : vpr::detail::lines_of(text))
        photos.push_back(vpr::named_photo(std::string(name), std::string(name)));
      std::erase_if(photos, [](const vpr::Photo& photo) { return !photo.position; });
      for (const auto unit : {vpr::PositionUnit::automatic, vpr::PositionUnit::metres, vpr::PositionUnit::degrees}) {
        auto settled = photos;
        attempt([&] {
          vpr::settle_positions(unit, settled);
          vpr::radius_positives(std::span<const vpr::Photo>(settled), settled, 25);
          for (const vpr::Photo& photo : settled) vpr::position_from_name(vpr::utm_name(*photo.position));
        });
      }
      break;
    }
    default: {  // two cities' tables of Mapillary SLS
      const std::size_t half = text.size() / 2;
      folder.write("raw.csv", text.substr(0, half));
      folder.write("subtask_index.csv", text.substr(half));
      attempt([&] { vpr::read_photos(folder.path()); });
    }
  }
  return 0;
}
