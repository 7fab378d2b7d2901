// SPDX-License-Identifier: MIT
#include <vpr/layer/initialise.hpp>
#include <vpr/model/class_steps.hpp>
#include <vpr/model/recipes.hpp>
#include <vpr/model/systems.hpp>
#include <vpr/model/training.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

using namespace vpr;

namespace {

/// A photo whose place decides its colour, with noise.
Planes coloured(const std::string& path, Random& random) {
  Planes planes({32, 32});
  const int photo = std::stoi(path), place = photo / 3;
  for (std::size_t i = 0; i < planes.values.size(); ++i)
    planes.values[i] = (place >> (i / 1024) & 1) != 0 ? 1.0F : -1.0F + 0.1F * static_cast<float>(random.uniform());
  return planes;
}

/// Two groups, of three and two places of three photos, and a place of one photo.
TrainingPlaces places() {
  std::vector<TrainingPhoto> photos;
  for (int i = 0; i < 15; ++i)
    photos.push_back({.path = std::to_string(i), .place = std::to_string(i / 3), .group = i < 9 ? "north" : "south"});
  photos.push_back({.path = "18", .place = "6", .group = "south"});
  return places_by_id(std::move(photos));
}

/// CosPlace on the first stage of a ResNet-18.
struct Small {
  Recipe recipe = small();
  TrainedSystem system = made();
  ClassSteps steps;

  explicit Small(std::int64_t count) : steps(system, recipe, places(), coloured, {.steps = count, .seed = 2}) {}

  static Recipe small() {
    Recipe all = find_recipe("cosplace");
    all.system = "cosplace-32@resnet18:1";
    all.places = 2;
    all.rate = 1e-3;
    all.tuned_blocks = 1;
    all.augment = nullptr;
    all.classes->least = 3;
    return all;
  }
  static TrainedSystem made() {
    TrainedSystem system = make_system<TrainedSystem::backend>("cosplace-32@resnet18:1");
    initialise(system, 1, 0.1F);
    freeze_backbone(system, 1);
    return system;
  }
};

std::vector<char> bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("Each group of places has a classifier of its places of enough photos, beside the system") {
  Small small(1);
  CHECK(small.steps.description() == "16 photos of 5 places, classified in 2 groups");
  std::map<std::string, Shape> shapes;
  const auto show = [&](const std::string& name, auto& parameter) { shapes.emplace(name, parameter.shape()); };
  small.steps.visit(AnyVisitor<TrainedSystem::backend>(show), "classifiers.");
  CHECK(shapes == std::map<std::string, Shape>{{"classifiers.0.weight", Shape{3, 32}}, {"classifiers.1.weight", Shape{2, 32}}});
  const TrainedSystem::X loss = small.steps.loss(0);
  CHECK(loss.to_vector()[0] > 0);
  CHECK(small.steps.photos() == 2);
}

TEST_CASE("Training by classification comes to tell the places apart, and resumes with its classifiers to the same bytes") {
  const TemporaryFolder folder;
  std::vector<double> losses;
  const TrainingCallbacks note{.after_step = [&](const TrainingRow& row) { losses.push_back(row.loss); }};
  Small whole(60);
  Training(whole.system, whole.recipe, whole.steps, {.files = {folder.file("whole.safetensors")}, .steps = 60}, note).run();
  REQUIRE(losses.size() == 60);
  CHECK(losses.front() > 5);
  CHECK(losses.back() < losses.front() / 2);

  Small first(60), second(60);
  const TrainingFiles files{folder.file("parts.safetensors")};
  int left = 25;
  Training(first.system, first.recipe, first.steps, {.files = files, .steps = 60}, {.stop = [&] { return --left == 0; }}).run();
  Training(second.system, second.recipe, second.steps, {.files = files, .steps = 60, .resume = true}).run();
  CHECK(bytes_of(files.weights) == bytes_of(folder.file("whole.safetensors")));
}

TEST_CASE("Without enough places of enough photos there is nothing to classify") {
  Recipe recipe = Small::small();
  recipe.classes->least = 4;
  TrainedSystem system = Small::made();
  CHECK_THROWS_WITH(
      ClassSteps(system, recipe, places(), coloured),
      ContainsSubstring("classification takes places of at least 4 photos, and the largest of 6 places has 3: give more photos"));
}
