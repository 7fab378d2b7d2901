// SPDX-License-Identifier: MIT
#include <vpr/model/recipes.hpp>
#include <vpr/model/systems.hpp>

#include "tests/support/catch.hpp"

using namespace vpr;

TEST_CASE("A recipe is found by name, and each is of a model that exists") {
  CHECK(find_recipe("salad").tuned_blocks == 4);
  CHECK_THROWS_WITH(find_recipe("soup"), "there is no recipe 'soup'; there are salad, cricavpr, selavpr, … (`vpr train --help` lists all)");
  CHECK_THROWS_WITH(find_recipe("cosplce"), "there is no recipe 'cosplce'; the nearest: cosplace (`vpr train --help` lists all)");
  for (const char* name : {"netvlad", "sfrs", "gcl"}) CHECK(find_recipe(name).size == ImageSize{480, 640});
  for (const Recipe& recipe : recipes()) CHECK_NOTHROW(make_system<Shapes>(recipe.system));
  for (const NamedSystem& system : named_systems()) {
    if (!system.recipe.empty()) CHECK_NOTHROW(find_recipe(system.recipe));
  }
}

TEST_CASE("BoQ's recipe rises through ten epochs, and then falls to a tenth and to a hundredth of the rate, as its authors' code") {
  const Recipe boq = find_recipe("boq");
  CHECK(boq.schedule(1e-4, 0) == Approx(1e-4 / 4850));
  CHECK(boq.schedule(1e-4, 4849) == Approx(1e-4));
  CHECK(boq.schedule(1e-4, 4850) == Approx(1e-5));
  CHECK(boq.schedule(1e-4, 9700) == Approx(1e-6));
}

TEST_CASE("SelaVPR's recipe mines triplets, the others compare the photos of a batch") {
  CHECK(find_recipe("selavpr").mining == Mining::partial);
  CHECK(find_recipe("selavpr").miner.negatives == 2);
  CHECK(find_recipe("selavpr").augment == nullptr);
  CHECK(find_recipe("salad").mining == Mining::batch);
  CHECK(find_mining("full") == Mining::full);
  CHECK_THROWS_WITH(find_mining("half"), ContainsSubstring("no mining 'half'; there are batch, partial, full"));
}

TEST_CASE("Recipes of networks of other sizes bring them, and CosPlace's classifies") {
  CHECK(find_recipe("salad").size == ImageSize{224, 224});
  CHECK(find_recipe("mixvpr").size == ImageSize{320, 320});
  CHECK(find_recipe("netvlad").miner.negatives == 10);
  CHECK(find_recipe("sfrs").mining == Mining::full);
  REQUIRE(find_recipe("cosplace").classes.has_value());
  CHECK(find_recipe("cosplace").classes->least == 10);
  CHECK_FALSE(find_recipe("convap").classes.has_value());
  Random random(1);
  CHECK(find_recipe("cosplace").augment(Image(ImageSize{40, 30}), random).size() == ImageSize{40, 30});
}
