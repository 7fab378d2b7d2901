// SPDX-License-Identifier: MIT
// Teaches: loop closing in ROS 2. Images of a camera come in, are described where they lie in the message, and loop candidates go out on ~/loops.
//
//     ros2 run vpr_loop_closing loop_closing --ros-args -p weights:=dino_salad.ckpt -r image:=/camera/image_raw
#include <vpr/io/load.hpp>
#include <vpr/io/open.hpp>
#include <vpr/loop.hpp>
#include <vpr/model/salad.hpp>

#include <rclcpp/rclcpp.hpp>
#include <sensor_msgs/msg/image.hpp>
#include <std_msgs/msg/header.hpp>
#include <vpr_loop_closing/msg/loop_candidate.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace {

using sensor_msgs::msg::Image;
using vpr_loop_closing::msg::LoopCandidate;

/// The pixels in the message. @throws vpr::Error for an encoding that is not of 8 bits, or fewer bytes than the image says
vpr::ImageView pixels_of(const Image& message) {
  static const std::map<std::string, vpr::PixelOrder> orders{{"rgb8", vpr::PixelOrder::rgb},   {"bgr8", vpr::PixelOrder::bgr},
                                                             {"rgba8", vpr::PixelOrder::rgba}, {"bgra8", vpr::PixelOrder::bgra},
                                                             {"mono8", vpr::PixelOrder::grey}, {"8UC3", vpr::PixelOrder::bgr}};
  const auto order = orders.find(message.encoding);
  VPR_REQUIRE(vpr::FormatError, order != orders.end(), "an image in ", message.encoding,
              ": rgb8, bgr8, rgba8, bgra8 and mono8 are supported; image_proc converts others");
  VPR_REQUIRE(vpr::FormatError, message.data.size() >= std::size_t{message.step} * message.height, "an image of ", message.data.size(),
              " bytes, expected ", message.height, " rows of ", message.step);
  return {message.data.data(), message.height, message.width, message.step, order->second};
}

double seconds_of(const std_msgs::msg::Header& header) { return header.stamp.sec + 1e-9 * header.stamp.nanosec; }

class LoopClosing : public rclcpp::Node {
 public:
  LoopClosing() : Node("loop_closing"), closer_(model_.dimensions(), settings()) {
    vpr::load(model_, vpr::open_weights(declare_parameter<std::string>("weights")));
    candidates_ = create_publisher<LoopCandidate>("~/loops", 10);
    // A frame takes longer to describe than a camera takes to send the next one: of those that wait only the newest is of use.
    images_ =
        create_subscription<Image>("image", rclcpp::SensorDataQoS().keep_last(1), [this](Image::ConstSharedPtr message) { add(*message); });
  }

 private:
  vpr::LoopSettings settings() {
    return {.gap = 0,
            .gap_seconds = declare_parameter<double>("gap_seconds", 30.0),
            .suppression = declare_parameter<std::int64_t>("suppression", 10),
            .rule = {.threshold = static_cast<float>(declare_parameter<double>("threshold", 0.7))},
            .on_message = [this](const std::string& what) { RCLCPP_WARN(get_logger(), "%s", what.c_str()); }};
  }

  void add(const Image& message) {
    try {
      const std::vector<vpr::Loop> loops = closer_.add(model_, pixels_of(message), seconds_of(message.header));
      headers_.push_back(message.header);
      for (const vpr::Loop& loop : loops) {
        LoopCandidate candidate;
        candidate.frame = headers_[static_cast<std::size_t>(loop.frame)];
        candidate.match = headers_[static_cast<std::size_t>(loop.match)];
        candidate.score = loop.score;
        candidate.margin = loop.margin;
        candidates_->publish(candidate);
      }
    } catch (const vpr::Error& error) {  // this frame is left out
      RCLCPP_ERROR(get_logger(), "%s", error.what());
    }
  }

  vpr::Salad<> model_ = vpr::make_salad();
  vpr::LoopCloser<> closer_;
  std::vector<std_msgs::msg::Header> headers_;  // of the frames in the closer
  rclcpp::Publisher<LoopCandidate>::SharedPtr candidates_;
  rclcpp::Subscription<Image>::SharedPtr images_;
};

}  // namespace

int main(int count, char** arguments) {
  rclcpp::init(count, arguments);
  int status = 0;
  try {
    rclcpp::spin(std::make_shared<LoopClosing>());
  } catch (const std::exception& error) {
    RCLCPP_FATAL(rclcpp::get_logger("loop_closing"), "%s", error.what());
    status = 1;
  }
  rclcpp::shutdown();
  return status;
}
