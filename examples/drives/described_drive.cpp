// SPDX-License-Identifier: MIT
#include "described_drive.hpp"

#include <vpr/aggregator/gem.hpp>
#include <vpr/aggregator/simple.hpp>
#include <vpr/backbone/dinov2.hpp>
#include <vpr/backbone/tapped.hpp>
#include <vpr/io/load.hpp>
#include <vpr/io/open.hpp>
#include <vpr/model/pipeline.hpp>

#include <memory>

Describe load_describer(const std::string& weights) {
  auto model = std::make_shared<vpr::Pipeline<vpr::Tapped<vpr::DinoV2<vpr::ViTS14>>, vpr::L2Tokens<vpr::GeM<>>>>(
      vpr::Tapped(vpr::DinoV2<vpr::ViTS14>(), {.block = 7, .facet = vpr::Facet::value}), vpr::L2Tokens<vpr::GeM<>>(),
      vpr::NormaliseThenResize<>{{{112, 154}}});
  vpr::load(model->backbone, vpr::open_weights(weights));
  return [model](const vpr::Image& photo) { return model->describe(photo); };
}

DescribedDrive described_drive(const Describe& describe, const vpr::SyntheticTown& town, const std::vector<vpr::TownPose>& way,
                               vpr::TownView light, const std::string& session) {
  DescribedDrive drive;
  for (std::size_t i = 0; i < way.size(); ++i) {
    const std::vector<float> descriptor = describe(town.render(way[i], light, i));
    drive.dimensions = std::ssize(descriptor);
    drive.descriptors.insert(drive.descriptors.end(), descriptor.begin(), descriptor.end());
    drive.places.push_back(
        {.name = session + " " + std::to_string(i), .session = session, .position = vpr::Position{way[i].east, way[i].north}});
  }
  return drive;
}
