// SPDX-License-Identifier: MIT
#include <vpr/io/open.hpp>
#include <vpr/io/save.hpp>
#include <vpr/model/cricavpr.hpp>
#include <vpr/model/identify.hpp>
#include <vpr/model/salad.hpp>
#include <vpr/model/selavpr.hpp>

#include "tests/io/memory_source.hpp"
#include "tests/support/catch.hpp"

#include <map>
#include <string>
#include <vector>

using vpr::Shape;
using vpr::VitConfig;
using vpr::test::Memory;
template <class Model>
Memory file_of(Model model, const std::string& prefix = "") {
  Memory file;
  model.visit([&](const std::string& name, vpr::Parameter auto& parameter) { file.with(prefix + name, parameter.shape(), 0); },
              std::string());
  return file;
}

namespace {

using Network = vpr::DinoV2<VitConfig, vpr::NoAdapter, vpr::Shapes>;

Memory small(bool registers = false) { return file_of(Network(registers ? vpr::ViTS14().with_registers() : VitConfig(vpr::ViTS14()))); }

struct RecordedFile : Memory {
  std::map<std::string, std::string> notes;
  const std::map<std::string, std::string>& metadata() const { return notes; }
};

template <vpr::WeightSource File>
std::vector<std::string> names_in(const File& file) {
  std::vector<std::string> names;
  for (const vpr::FittingModel& model : vpr::identify(file)) {
    names.push_back(model.name + (model.report.fits() ? "" : " leniently") + (model.by_default ? "" : " by its root"));
  }
  return names;
}

std::string content_in(const Memory& file) { return vpr::content_of(file, vpr::identify(file)); }

}  // namespace

TEST_CASE("identify: networks with registers are told from those without") {
  CHECK(names_in(small()) == std::vector<std::string>{"dinov2-vits14"});
  CHECK(names_in(small(true)) == std::vector<std::string>{"dinov2-vits14-reg"});
  CHECK(names_in(small(true).with("head.weight", Shape{10, 384}, 0)) == std::vector<std::string>{"dinov2-vits14-reg leniently"});
}

TEST_CASE("identify: what is left over, and which of several sets loading takes") {
  const Memory headed = small().with("head.weight", Shape{10, 384}, 0);
  const auto found = vpr::identify(headed);
  REQUIRE(found.size() == 1);
  CHECK(found[0].report.unexpected == std::vector<std::string>{"head.weight [10, 384]"});
  Network network{vpr::ViTS14()};
  CHECK_THROWS_AS(vpr::load(network, headed), vpr::WeightError);  // as inspection says

  Memory two = file_of(Network(vpr::ViTS14()), "teacher.backbone.");
  const Memory student = file_of(Network(vpr::ViTS14()), "student.backbone.");
  for (const vpr::TensorInfo& info : student.infos) two.with(info.name, info.shape, 1);
  CHECK(names_in(two) == std::vector<std::string>{"dinov2-vits14 by its root", "dinov2-vits14"});
}

TEST_CASE("identify: systems by what stands beside the network, whichever that is") {
  const Memory salad = file_of(vpr::make_salad<vpr::Shapes>({}, vpr::ViTS14()));
  CHECK(names_in(salad) == std::vector<std::string>{"dinov2-vits14", "salad@dinov2-vits14"});
  CHECK(content_in(salad) == "salad@dinov2-vits14");
  const Memory crica = file_of(vpr::make_cricavpr<vpr::Shapes>(vpr::ViTS14()), "module.");
  CHECK(content_in(crica) == "cricavpr@dinov2-vits14");
  CHECK(content_in(file_of(vpr::make_cricavpr<vpr::Shapes, vpr::ConvpassAdapter>(vpr::ViTS14()))) == "cricavpr-convpass@dinov2-vits14");
  CHECK(content_in(file_of(vpr::make_selavpr<vpr::Shapes>(vpr::ViTS14()))) == "selavpr@dinov2-vits14");
}

TEST_CASE("identify: what a trained file records, on part of a network or of another aggregator") {
  for (const std::string name : {"salad@dinov2-vits14:2", "dinov2-vits14:1+netvlad", "mixvpr@resnet18:3"}) {
    CAPTURE(name);
    RecordedFile file{file_of(vpr::make_system<vpr::Shapes>(name)), {}};
    CHECK(names_in(file).empty());
    file.notes = {{"model", name}, {"vpr_version", "0.1.0"}};
    CHECK(names_in(file) == std::vector<std::string>{name});
    CHECK(vpr::content_of(file, vpr::identify(file)) == name);
    file.with("head.weight", Shape{10, 384}, 0);
    CHECK(names_in(file) == std::vector<std::string>{name + " leniently"});
  }
  RecordedFile whole{file_of(vpr::make_salad<vpr::Shapes>({}, vpr::ViTS14())),
                     {{"model", "salad@dinov2-vits14"}, {"vpr_version", "0.1.0"}}};
  CHECK(names_in(whole) == std::vector<std::string>{"dinov2-vits14", "salad@dinov2-vits14"});
  for (const char* other : {"salad@dinov2-vitb14:2", "cricavpr", "no such model", "salad@no-such-network"}) {
    whole.notes["model"] = other;
    CHECK(names_in(whole) == std::vector<std::string>{"dinov2-vits14", "salad@dinov2-vits14"});
  }
}

TEST_CASE("identify: a vision transformer that is none of the published ones is described") {
  VitConfig config{.channels = 192, .depth = 3, .heads = 3, .patch_size = 16, .trained_side = 224};
  config.layer_scale = false;
  CHECK(content_in(file_of(Network(config))) ==
        "a vision transformer of 192 channels and 3 blocks, with patches of 16 pixels, without registers, without layer scale");
  CHECK(content_in(Memory().with("conv1.weight", Shape{64, 3, 7, 7}, 0)).empty());
  CHECK(content_in(Memory()).empty());
}

TEST_CASE("load_named: a file of another model is refused with the name of what it is") {
  Network base{vpr::ViTB14()};
  CHECK_THROWS_WITH(vpr::load_named(base, "dinov2-vitb14", small()),
                    ContainsSubstring("memory: this file holds dinov2-vits14; the model asked for is dinov2-vitb14. memory: does not fit"));
  Network network{vpr::ViTS14()};
  CHECK(vpr::load_named(network, "dinov2-vits14", small()).fits());
  CHECK_THROWS_WITH(vpr::load_named(network, "dinov2-vits14", small(true)),
                    ContainsSubstring("this file holds dinov2-vits14-reg; the model"));
  auto salad = vpr::make_salad<vpr::Shapes>({}, VitConfig(vpr::ViTS14()));
  CHECK_THROWS_WITH(
      vpr::load_named(salad, "salad@dinov2-vits14", small()),
      ContainsSubstring("the model asked for is salad@dinov2-vits14, whose training starts from such a file (`vpr train`). memory:"));
  CHECK_THROWS_WITH(vpr::load_named(salad, "a model of my own", small()),
                    ContainsSubstring("the model asked for is a model of my own. memory:"));
  const Memory headed = small().with("head.weight", Shape{10, 384}, 0);
  CHECK_THROWS_WITH(vpr::load_named(network, "dinov2-vits14", headed), !ContainsSubstring("this file holds"));
}
