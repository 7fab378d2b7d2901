// SPDX-License-Identifier: MIT
#include "training_photos.hpp"

#include "options.hpp"

#include <vpr/dataset/read_photo.hpp>
#include <vpr/dataset/read_training_places.hpp>
#include <vpr/image/augment.hpp>
#include <vpr/image/named_preprocess.hpp>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <system_error>
#include <utility>

namespace cli {
namespace {

using Load = vpr::TrainingSteps::Load;

vpr::AnyPreprocess prepared(const vpr::Recipe& recipe) { return vpr::find_preprocess(training_preprocess(recipe), recipe.size); }

/// With --strict-photos a photo that cannot be read ends the training: an error of no kind that `TolerantLoader` goes on after.
Load strict_if_asked(Load load, const TrainOptions& options) {
  if (!options.photo.strict) return load;
  return [load = std::move(load)](const std::string& path, vpr::Random& random) {
    try {
      return load(path, random);
    } catch (const vpr::Error& error) {
      throw vpr::Error(error.what());
    }
  };
}

}  // namespace

Load plain_loader(const TrainOptions& options, const vpr::Recipe& recipe) {
  return strict_if_asked(vpr::ReadPhoto{vpr::NoAugmentation{}, prepared(recipe), options.photo.read_options()}, options);
}
Load loader_of(const TrainOptions& options, const vpr::Recipe& recipe) {
  if (!recipe.augment) return plain_loader(options, recipe);
  return strict_if_asked(
      vpr::ReadPhoto{vpr::Augmentations{vpr::ResizeAsPil{recipe.size}, recipe.augment}, prepared(recipe), options.photo.read_options()},
      options);
}

vpr::TrainingPlaces places_of(const TrainOptions& options, const vpr::Recipe& recipe) {
  vpr::TrainingPlacesSettings settings;
  settings.by = options.frames > 0 ? vpr::PlacesBy::sequence : recipe.by;
  settings.sequence.frames = options.frames_of_place();
  settings.positions = vpr::position_unit(options.positions);
  std::set<std::string> in_vain(options.leave_out.begin(), options.leave_out.end());
  settings.keep = [&](const vpr::TrainingPhoto& photo) {
    return 0 == std::count_if(options.leave_out.begin(), options.leave_out.end(), [&](const std::string& text) {
             const bool leaves_out = photo.group == text || photo.path.find(text) != std::string::npos;
             if (leaves_out) in_vain.erase(text);
             return leaves_out;
           });
  };
  vpr::TrainingPlaces places = vpr::read_training_places(options.data, settings);
  VPR_REQUIRE(vpr::ConfigError, in_vain.empty(), "train: --leave-out ", *in_vain.begin(), ": no photo of ", options.data,
              " is of that group or has that in its path, so that nothing would be left out");
  return places;
}

vpr::TripletPhotos triplet_photos(const TrainOptions& options, const vpr::Recipe& recipe) {
  const std::filesystem::path folder = options.data;
  std::error_code ignored;
  if (!std::filesystem::is_directory(folder / "queries", ignored) || !std::filesystem::is_directory(folder / "database", ignored))
    return vpr::triplet_photos_of_places(places_of(options, recipe));
  VPR_REQUIRE(vpr::ConfigError, options.leave_out.empty(), "train: ", options.data,
              " holds queries and a database, of which --leave-out leaves out nothing: move photos away instead");
  refuse({{"--by", options.by != "automatic"}, {"--frames", options.frames > 0}},
         "is for places, and " + options.data + " holds queries and a database: right answers are those within 10 m");
  return vpr::triplet_photos_in_folder(folder, {}, vpr::position_unit(options.positions));
}

}  // namespace cli
