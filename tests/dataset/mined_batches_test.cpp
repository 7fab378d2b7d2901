// SPDX-License-Identifier: MIT
#include <vpr/dataset/mined_batches.hpp>

#include "tests/support/catch.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace {

/// One pixel of the path's number; "bad" can't be read.
vpr::Planes load(const std::string& path, vpr::Random&) {
  VPR_REQUIRE(vpr::IoError, path.find("bad") == std::string::npos, path, ": cannot be opened");
  vpr::Planes planes({1, 1});
  planes.values[0] = std::stof(path);
  return planes;
}

using Batches = vpr::MinedBatches<decltype(&load), decltype(&load)>;
using Paths = std::vector<std::string>;

using Photos = vpr::TripletBatches<decltype(&load)>;

/// Ten places of a query and two database photos each; photo i of the database shows place i / 2.
struct World {
  Paths queries, database;
  vpr::Positives near;
  std::unique_ptr<Photos> photos;

  explicit World(const Paths& bad_queries = {}, std::int64_t bad_photos = 0) {
    for (std::int64_t place = 0; place < 10; ++place) {
      queries.push_back(std::to_string(place));
      for (const std::int64_t photo : {2 * place, 2 * place + 1}) database.push_back(std::to_string(100 + photo));
      near.push_back({2 * place, 2 * place + 1});
    }
    std::copy(bad_queries.begin(), bad_queries.end(), queries.begin());
    std::fill_n(database.begin(), bad_photos, "bad photo");
    photos = std::make_unique<Photos>(queries, database, &load);
  }

  Batches batches(bool full = false, std::int64_t triplets = 3, std::int64_t queries_of_round = 5) const {
    return {vpr::TripletMiner(near, near, std::ssize(database),
                              {.queries = queries_of_round, .pool = 8, .negatives = 2, .full = full, .seed = 4}),
            *photos,
            &load,
            {.triplets = triplets, .together = 3}};
  }
};

/// Descriptors that turn with `angle`, as those of a model that learns.
struct Model {
  double angle = 0;
  std::int64_t described = 0;

  std::vector<float> operator()(const vpr::Shape& shape, std::span<const float> images) {
    std::vector<float> all;
    for (std::int64_t i = 0; i < shape[0]; ++i) {
      const double at = static_cast<double>(images[static_cast<std::size_t>(3 * i)]) * (0.7 + angle);
      all.insert(all.end(), {static_cast<float>(std::sin(at)), static_cast<float>(std::cos(at))});
    }
    described += shape[0];
    return all;
  }
};

/// Takes up what another showed, as a checkpoint does.
template <class From, class To>
void copy_state(From& from, To& to) {
  std::map<std::string, std::vector<float>> kept;
  from.visit([&](const std::string& name, auto& state) { kept[name] = state.to_vector(); }, "");
  to.visit([&](const std::string& name, auto& state) { state.assign(kept.at(name)); }, "");
}

}  // namespace

TEST_CASE("A round gives each of its queries once, then descriptors are computed anew") {
  const World world;
  Batches batches = world.batches();
  Model model;
  std::map<float, int> seen;
  for (int i = 0; i < 2; ++i) {
    const auto batch = batches.next(model);
    for (std::int64_t t = 0; t < batch.triplets(); ++t)
      ++seen[batch.values[static_cast<std::size_t>(3 * batch.begins[static_cast<std::size_t>(t)])]];
    CHECK(batches.rounds() == 1);
  }
  const std::int64_t of_first = model.described;
  CHECK(of_first >= 5 + 8);
  for (int i = 0; i < 2; ++i) {
    const auto batch = batches.next(model);
    for (std::int64_t t = 0; t < batch.triplets(); ++t)
      ++seen[batch.values[static_cast<std::size_t>(3 * batch.begins[static_cast<std::size_t>(t)])]];
    CHECK(batches.rounds() == 2);
  }
  CHECK(model.described > of_first);
  CHECK(seen.size() == 10);
  for (const auto& [query, times] : seen) CHECK(times == 1);
}

TEST_CASE("Mined triplets are those of the miner") {
  const World world;
  Batches batches = world.batches(false, 10, 10);
  Model model;
  const auto batch = batches.next(model);
  vpr::TripletMiner miner(world.near, world.near, 20, {.queries = 10, .pool = 8, .negatives = 2, .seed = 4});
  const auto round = miner.round(0);
  const auto describe = [&](const Paths& paths, const std::vector<std::int64_t>& photos) {
    std::vector<float> pixels;
    for (const auto photo : photos) pixels.insert(pixels.end(), 3, std::stof(paths[static_cast<std::size_t>(photo)]));
    return model(vpr::Shape{std::ssize(photos), 3, 1, 1}, pixels);
  };
  const auto queries = describe(world.queries, round.queries), database = describe(world.database, round.database);
  const auto triplets = miner.mine(round, {queries.data(), std::ssize(round.queries), 2}, {database.data(), std::ssize(round.database), 2});
  CHECK(batch.values == world.photos->read(triplets, 0).values);
}

TEST_CASE("A resumed training goes on with the same triplets") {
  const World world;
  const bool full = GENERATE(false, true);
  std::vector<std::vector<float>> whole;
  Model model;
  {
    Batches batches = world.batches(full);
    for (int i = 0; i < 12; ++i) {
      model.angle = 0.01 * i;
      whole.push_back(batches.next(model).values);
    }
  }
  for (int stop = 0; stop < 12; ++stop) {
    Batches before = world.batches(full), after = world.batches(full);
    for (int i = 0; i < stop; ++i) {
      model.angle = 0.01 * i;
      before.next(model);
    }
    copy_state(before, after);
    model.angle = 0.01 * stop;
    CHECK(before.next(model).values == whole[static_cast<std::size_t>(stop)]);  // a checkpoint changes nothing
    for (int i = stop; i < 12; ++i) {
      model.angle = 0.01 * i;
      CHECK(after.next(model).values == whole[static_cast<std::size_t>(i)]);
    }
  }
}

TEST_CASE("Photos that can't be read take no part in mining") {
  const World world({"0", "bad query"}, 2);
  Batches batches = world.batches();
  Model model;
  std::int64_t triplets = 0;
  while (batches.rounds() < 3) triplets += batches.next(model).triplets();
  CHECK(triplets >= 8);
  CHECK(triplets <= 8 + 3);  // the first batch of the third round
  CHECK(batches.bad_photos().size() == 2);
}

TEST_CASE("Photos none of which can be read end in an error that names one") {
  const World world(Paths(10, "bad query"));
  Batches batches = world.batches();
  Model model;
  CHECK_THROWS_WITH(batches.next(model),
                    ContainsSubstring("a whole epoch has no triplet; 1 photos are bad, as bad query: cannot be opened"));
}

TEST_CASE("What was kept of other photos is refused") {
  const World world;
  Batches batches = world.batches();
  batches.visit(
      [](const std::string& name, auto& state) {
        if (name == "triplets") state.assign(std::vector<float>(static_cast<std::size_t>(state.shape().elements()), 77));
      },
      "");
  batches.visit(
      [](const std::string& name, auto& state) {
        if (name == "progress") state.assign(std::vector<float>{1, 0});
      },
      "");
  CHECK_THROWS_WITH(batches.next(Model()), ContainsSubstring("is none of these photos"));
  CHECK_THROWS_WITH(batches.visit(
                        [](const std::string&, auto& state) {
                          state.assign(std::vector<float>{0.5, 0});
                        },
                        ""),
                    ContainsSubstring("no indices"));
}

TEST_CASE("Progress is told of the photos that a round describes") {
  const World world;
  Batches batches = world.batches();
  std::map<std::string, std::int64_t> done;
  batches.next(Model(), [&](std::string_view stage, std::int64_t so_far, std::int64_t total) {
    CHECK(so_far <= total);
    done[std::string(stage)] = so_far;
  });
  CHECK(done.at("mining: queries") == 5);
  CHECK(done.at("mining: database") >= 8);
}

TEST_CASE("Mined batches refuse settings out of range") {
  const World world;
  CHECK_THROWS_WITH(world.batches(false, 0), ContainsSubstring("got 0 triplets"));
}

TEST_CASE("Sizes whose product cannot be kept are refused with the limit") {
  const World world;
  constexpr std::int64_t most = (std::int64_t{1} << 31) - 1;
  const auto batches = [&](const vpr::TripletMinerSettings& mining, const vpr::MinedBatchesSettings& settings) {
    Batches(vpr::TripletMiner(world.near, world.near, std::ssize(world.database), mining), *world.photos, &load, settings);
  };
  CHECK_THROWS_WITH(batches({.queries = most, .negatives = 2}, {}), ContainsSubstring("expected at most 268435456 photos in all"));
  CHECK_THROWS_WITH(batches({.queries = 5, .negatives = most}, {}), ContainsSubstring("expected at most 268435456 photos in all"));
  CHECK_THROWS_WITH(batches({.queries = 1, .negatives = 200'000'000, .full = true}, {}), ContainsSubstring("10 queries with 200000000"));
  CHECK_THROWS_WITH(batches({.queries = 5}, {.triplets = most + 1}), ContainsSubstring("expected 1 to 2147483647"));
  CHECK_THROWS_WITH(batches({.queries = 5}, {.together = most + 1}), ContainsSubstring("expected 1 to 2147483647"));
  CHECK_THROWS_WITH(batches({.queries = most + 1}, {}), ContainsSubstring("triplet miner: got 2147483648 queries"));
  CHECK_NOTHROW(batches({.queries = 5, .pool = most}, {.triplets = most, .together = most}));
}
