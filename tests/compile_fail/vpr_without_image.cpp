// SPDX-License-Identifier: MIT
// refused: reading and writing photos needs the component image: link the CMake target vpr::image, or, without CMake,
#include <vpr/vpr.hpp>

int main() {
  vpr::Pipeline<vpr::DinoV2<vpr::ViTS14>, vpr::GeM<>> model;
  model.describe(vpr::read_image("street.jpg"));
  const vpr::Image photo = vpr::decode_image(std::vector<std::uint8_t>(), "street.jpg");
  vpr::write_image("street.png", photo), vpr::encode_jpeg(photo), vpr::encode_png(photo);
  vpr::ReadPhoto plain{vpr::NoAugmentation()};
  vpr::write_town(vpr::SyntheticTown(vpr::TownSettings()), "town");
  vpr::Report report;
  vpr::load_thumbnails(report);
}
