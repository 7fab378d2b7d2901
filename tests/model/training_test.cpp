// SPDX-License-Identifier: MIT
#include <vpr/layer/initialise.hpp>
#include <vpr/loss/triplet.hpp>
#include <vpr/model/recipes.hpp>
#include <vpr/model/systems.hpp>
#include <vpr/model/training.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

using namespace vpr;

namespace {

/// A photo of noise that its path decides.
Planes noise(const std::string& path, Random&) {
  Planes planes({28, 28});
  Random random = Random::of({std::stoll(path)});
  for (float& value : planes.values) value = static_cast<float>(random.uniform());
  return planes;
}

TrainingPlaces places() {
  std::vector<TrainingPhoto> photos;
  for (int i = 0; i < 6; ++i) photos.push_back({.path = std::to_string(i), .place = std::to_string(i / 2), .group = "town"});
  return places_by_id(std::move(photos));
}

/// A GeM over one frozen block, in training.
struct Small {
  Recipe recipe = find_recipe("head");
  TrainedSystem system = make_system<TrainedSystem::backend>("dinov2-vits14:1+gem");
  PlaceSteps steps;

  explicit Small(std::int64_t count)
      : steps((initialise(system, 1), freeze_backbone(system, 0), system), small(recipe), places(), noise, {.steps = count, .seed = 2}) {}

  static const Recipe& small(Recipe& recipe) {
    recipe.system = "dinov2-vits14:1+gem";
    recipe.places = 3;
    recipe.photos = 2;
    recipe.rate = 0.01;
    return recipe;
  }
};

/// What is recorded beside weights.
std::string note(const std::string& path, const char* name) {
  const WeightFile file = read_safetensors(path);
  return file.metadata().at(name);
}

}  // namespace

TEST_CASE("A training that a callback stops and that is resumed comes to the bytes of one that is left alone") {
  const TemporaryFolder folder;
  const TrainingFiles whole{folder.file("whole.safetensors")}, stopped{folder.file("stopped.safetensors")};
  {
    Small small(4);
    Training training(small.system, small.recipe, small.steps, {.files = whole, .steps = 4});
    CHECK(training.trainable() == 1);
    training.run();
    CHECK(training.done() == 4);
  }
  for (const bool resume : {false, true}) {
    Small small(4);
    std::vector<std::int64_t> rows;
    Training training(
        small.system, small.recipe, small.steps, {.files = stopped, .steps = 4, .resume = resume},
        {.after_step = [&](const TrainingRow& row) { rows.push_back(row.step); }, .stop = [&] { return !resume && rows.size() == 2; }});
    training.run();
    CHECK(rows == (resume ? std::vector<std::int64_t>{3, 4} : std::vector<std::int64_t>{1, 2}));
    CHECK(note(stopped.weights, "trained_steps") == (resume ? "4" : "2"));
  }
  CHECK(file_content(whole.weights) == file_content(stopped.weights));
  CHECK(file_content(whole.state()) == file_content(stopped.state()));
}

TEST_CASE("Validations decide which weights are the best, and when a training stops") {
  const TemporaryFolder folder;
  const TrainingFiles files{folder.file("w.safetensors")};
  Small small(10);
  std::vector<double> recall{0.1, 0.3, 0.2, 0.25, 0.9};
  std::vector<TrainingRow> rows;
  std::size_t validations = 0;
  TrainingCallbacks callbacks;
  callbacks.validate = [&](const std::string& weights) {
    CHECK(weights == files.candidate());
    CHECK(note(weights, "recipe") == "head");
    return std::vector<double>{recall.at(validations++), 0.5};
  };
  callbacks.after_step = [&](const TrainingRow& row) { rows.push_back(row); };
  Training training(small.system, small.recipe, small.steps, {.files = files, .steps = 10, .every = 2, .patience = 2}, callbacks);
  training.validate_before();
  training.run();
  CHECK(training.done() == 6);  // the third and fourth validation are no better than the second
  CHECK(training.stopping().best() == Approx(0.3));
  REQUIRE(rows.size() == 7);
  CHECK(rows[0].step == 0);
  CHECK(rows[0].measures == std::vector<double>{0.1, 0.5});
  CHECK(rows[1].measures.empty());
  CHECK(rows[2].measures == std::vector<double>{0.3, 0.5});
  CHECK(rows[2].rate == 0.01);
  CHECK(note(files.best(), "trained_steps") == "2");
  CHECK(note(files.weights, "trained_steps") == "6");
  CHECK_FALSE(std::filesystem::exists(files.candidate()));
}

TEST_CASE("Resuming says which weights it found, and puts validated ones in place") {
  const TemporaryFolder folder;
  const TrainingFiles files{folder.file("w.safetensors")};
  const auto resumed = [&](std::int64_t steps) {
    std::string messages;
    Small small(steps);
    Training training(small.system, small.recipe, small.steps, {.files = files, .steps = steps, .resume = true},
                      {.on_message = [&](const std::string& sentence) { messages += sentence; }});
    return messages;
  };
  {
    Small small(2);
    Training(small.system, small.recipe, small.steps, {.files = files, .steps = 2}).run();
  }
  CHECK(resumed(2).empty());
  std::filesystem::rename(files.weights, files.candidate());  // as a kill leaves them
  CHECK_THAT(resumed(2), ContainsSubstring("before its weights of step 2 were in place; now they are"));
  CHECK(std::filesystem::exists(files.weights));
  const std::string earlier = file_content(files.weights);
  {
    Small small(3);
    Training(small.system, small.recipe, small.steps, {.files = files, .steps = 3, .resume = true}).run();
  }
  std::ofstream(files.weights, std::ios::binary) << earlier;
  CHECK_THAT(resumed(3), ContainsSubstring("these weights are of step 2, the state is of step 3"));
}

TEST_CASE("A training that validates begins with the validation before its first step, and a resumed one goes on") {
  const TemporaryFolder folder;
  const TrainingFiles files{folder.file("w.safetensors")};
  std::string calls;
  const TrainingCallbacks callbacks{.begin = [&] { calls += "begin "; },
                                    .validate =
                                        [&](const std::string&) {
                                          calls += "validate ";
                                          return std::vector<double>{0.5};
                                        },
                                    .after_step = [&](const TrainingRow& row) { calls += "row " + std::to_string(row.step) + ' '; }};
  for (const bool resume : {false, true}) {
    Small small(resume ? 2 : 1);
    Training training(small.system, small.recipe, small.steps, {.files = files, .steps = resume ? 2 : 1, .resume = resume}, callbacks);
    training.validate_before();
    training.run();
  }
  CHECK(calls == "validate begin row 0 validate row 1 validate row 2 ");
}

TEST_CASE("A training of which nothing is done has nothing to go on from") {
  const TemporaryFolder folder;
  const TrainingFiles files{folder.file("w.safetensors")};
  Small small(2);
  Recipe recipe = small.recipe;
  recipe.loss = {[](const TrainedSystem::X&, std::span<const std::int64_t>) -> TrainedSystem::X { throw StopTraining(); }, TripletLoss()};
  PlaceSteps steps(small.system, recipe, places(), noise, {.steps = 2});
  std::ofstream(files.state()) << "of another training";
  Training training(small.system, recipe, steps, {.files = files, .steps = 2});
  CHECK_THROWS_WITH(training.run(), ContainsSubstring("stopped before the first step was done"));
  CHECK_FALSE(std::filesystem::exists(files.weights));
  CHECK(file_content(files.state()) == "of another training");
}

TEST_CASE("Files of another training are kept until a step is done, and never stand beside this one's") {
  const TemporaryFolder folder;
  const TrainingFiles files{folder.file("w.safetensors")};
  for (const std::string& path : {files.state(), files.best(), files.weights}) std::ofstream(path) << "of another training";
  Small small(2);
  std::int64_t rows = 0, begun = 0;
  const auto expect_none = [&] {
    for (const std::string& path : {files.state(), files.best(), files.weights}) CHECK_FALSE(std::filesystem::exists(path));
  };
  TrainingCallbacks callbacks;
  callbacks.begin = [&] {
    ++begun;
    CHECK(rows == 0);
    expect_none();
  };
  callbacks.after_step = [&](const TrainingRow&) {
    ++rows;
    expect_none();
  };
  Training training(small.system, small.recipe, small.steps, {.files = files, .steps = 2}, callbacks);
  CHECK(file_content(files.state()) == "of another training");
  CHECK(file_content(files.weights) == "of another training");
  training.run();
  CHECK(begun == 1);
  CHECK(rows == 2);
  CHECK(note(files.weights, "trained_steps") == "2");
  CHECK_FALSE(std::filesystem::exists(files.best()));
}
