// SPDX-License-Identifier: MIT
/// @file
/// A town that does not exist, and photos of it: to try place recognition without any photos at hand.
#pragma once

#include <vpr/core/error.hpp>
#include <vpr/dataset/photo.hpp>
#include <vpr/dataset/town/house.hpp>
#include <vpr/dataset/town/light.hpp>
#include <vpr/dataset/town/plan.hpp>
#include <vpr/dataset/town/render.hpp>
#include <vpr/dataset/town/street.hpp>
#include <vpr/image/image.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <numbers>
#include <span>
#include <string_view>
#include <vector>

namespace vpr {

/// When, and from where, a place is seen.
enum class TownView {
  map,        ///< the map's photo: midday, few cars
  viewpoint,  ///< some metres on, turned by 6 to 14 degrees, in the morning
  night,      ///< lamps, lit windows
  fog,        ///< little is seen beyond 60 m
  traffic     ///< overcast, with cars in the way
};
inline constexpr TownView town_queries[] = {TownView::viewpoint, TownView::night, TownView::fog, TownView::traffic};

inline std::string_view name_of(TownView view) {
  constexpr std::string_view names[] = {"map", "viewpoint", "night", "fog", "traffic"};
  return names[static_cast<int>(view)];
}

/// What a town is made from.
struct TownSettings {
  std::uint64_t seed = 1;
  int places = 60;
  ImageSize size{360, 480};
};

/// Where a photo was taken, exactly.
struct TownPose {
  double east = 0, north = 0;  ///< metres, on a plane of its own
  double height = 0;           ///< metres above the street
  double heading = 0;          ///< degrees clockwise from north, in [0, 360)
};

/// A crossing of a town's streets, counted from the one in the south-west.
struct TownCrossing {
  int east = 0, north = 0;
};

/// How a drive goes along its route.
struct TownDrive {
  double step = 4;    ///< metres from one frame to the next
  double aside = -1;  ///< metres to the left of the street's middle
  double from = 0;    ///< metres along the route to the first frame
};

/// A town with streets, houses, shops, signs, trees and lamps, of which it renders photos: each place as the map has it and as queries see it.
///
/// Everything follows from the seed: the same photos on every machine, whatever the number of threads. Places are at least 25 m apart, and
/// a query is taken within 10 m of its place's map photo.
class SyntheticTown {
 public:
  /// @throws ConfigError  for less than one place or more than 10000, or a picture below 16 or above 8192 pixels a side
  explicit SyntheticTown(const TownSettings& settings = {})
      : settings_(checked(settings)),
        plan_(town::plan_town(settings.seed, settings.places)),
        scene_(scene_of(plan_)),
        midday_(plan_, town::midday().to_sun),
        morning_(plan_, town::morning().to_sun) {}
  SyntheticTown(const SyntheticTown&) = delete;
  SyntheticTown& operator=(const SyntheticTown&) = delete;

  int places() const { return settings_.places; }

  /// Where the photo of a place is taken from. @throws ConfigError for a place that is not in [0, places())
  TownPose pose(int place, TownView view) const {
    const Shot shot = shot_of(place, view);
    return pose_of(shot.eye, shot.yaw);
  }

  /// The photo of a place. May be called from several threads. @throws ConfigError for a place that is not in [0, places())
  Image render(int place, TownView view) const {
    const Shot shot = shot_of(place, view);
    const auto camera = town::Camera::look(shot.eye, shot.yaw, shot.pitch, settings_.size.height, settings_.size.width, field_of_view);
    const town::Shadows& shadows = view == TownView::viewpoint ? morning_ : midday_;
    return town::render(camera, plan_, scene_, cars(place, view, shot), light(view), shadows, shot.seed);
  }

  /// Streets of each direction; crossings are (0, 0) to (streets() - 1, streets() - 1).
  int streets() const { return plan_.streets; }

  /// Where the frames of a drive are taken from, along straight lines from crossing to crossing; it looks ahead, and turns within some metres.
  /// @throws ConfigError  for a route of less than two crossings, one that leaves the town's streets, or a step that is not above 0
  std::vector<TownPose> drive(std::span<const TownCrossing> route, const TownDrive& how = {}) const {
    VPR_REQUIRE(ConfigError, route.size() >= 2 && how.step > 0, "synthetic town: got a drive by ", route.size(), " crossings in steps of ",
                how.step, " metres, expected at least two and a step above 0");
    std::vector<double> reached{0};
    for (std::size_t i = 0; i < route.size(); ++i) {
      const auto [east, north] = route[i];
      VPR_REQUIRE(ConfigError, east >= 0 && north >= 0 && east < streets() && north < streets(), "synthetic town: there is no crossing (",
                  east, ", ", north, "), they go to (", streets() - 1, ", ", streets() - 1, ")");
      if (i == 0) continue;
      const int along = std::abs(east - route[i - 1].east), across = std::abs(north - route[i - 1].north);
      VPR_REQUIRE(ConfigError, (along == 0) != (across == 0), "synthetic town: no street leads from crossing (", route[i - 1].east, ", ",
                  route[i - 1].north, ") straight to (", east, ", ", north, ")");
      reached.push_back(reached.back() + town::block * (along + across));
    }
    const auto point = [&](double at) {
      std::size_t leg = 1;
      while (leg + 1 < reached.size() && reached[leg] < at) ++leg;
      const double share = (at - reached[leg - 1]) / (reached[leg] - reached[leg - 1]);
      const auto crossing = [&](std::size_t i) { return town::Vector{town::block * route[i].east, town::block * route[i].north, 0}; };
      return town::mix(crossing(leg - 1), crossing(leg), share);
    };
    std::vector<TownPose> poses;
    const double turn = 6;  // metres before and behind a crossing
    for (double at = how.from; at <= reached.back(); at += how.step) {
      const town::Vector behind = point(std::max(at - turn, 0.0)), ahead = point(std::min(at + turn, reached.back()));
      const town::Vector forward = town::normalized(ahead - behind), eye = point(at) + town::cross(town::up, forward) * how.aside;
      poses.push_back(pose_of(eye + town::up * camera_height, std::atan2(forward.y, forward.x)));
    }
    return poses;
  }

  /// What a camera sees from anywhere in the light of a view, streets without cars. May be called from several threads.
  /// @param frame  seeds the sensor's noise
  Image render(const TownPose& pose, TownView view, std::uint64_t frame = 0) const {
    const town::Vector eye{pose.east - origin_east, pose.north - origin_north, pose.height};
    const double yaw = (90 - pose.heading) * std::numbers::pi / 180;
    const auto camera = town::Camera::look(eye, yaw, camera_pitch, settings_.size.height, settings_.size.width, field_of_view);
    return town::render(camera, plan_, scene_, {}, light(view), view == TownView::viewpoint ? morning_ : midday_,
                        town::hash(settings_.seed, static_cast<int>(frame), static_cast<int>(view), 6));
  }

 private:
  static constexpr double camera_height = 2.4, camera_pitch = 0.06, field_of_view = 78 * std::numbers::pi / 180;
  static constexpr double origin_east = 500000, origin_north = 4100000;

  static TownPose pose_of(const town::Vector& eye, double yaw) {
    const double heading = std::fmod(450 - yaw * 180 / std::numbers::pi, 360.0);
    return {origin_east + eye.x, origin_north + eye.y, eye.z, heading < 0 ? heading + 360 : heading};
  }

  struct Shot {
    town::Vector eye;
    double yaw, pitch;
    std::uint64_t seed;
  };

  static const TownSettings& checked(const TownSettings& settings) {
    VPR_REQUIRE(ConfigError, settings.places >= 1 && settings.places <= 10000, "synthetic town: got ", settings.places,
                " places, expected 1 to 10000");
    const auto side = [](std::int64_t pixels) { return pixels >= 16 && pixels <= 8192; };
    VPR_REQUIRE(ConfigError, side(settings.size.height) && side(settings.size.width), "synthetic town: got a size of ", settings.size,
                " pixels, expected 16 to 8192 a side");
    return settings;
  }

  /// The whole town without cars. It points into the plan.
  static town::Scene scene_of(const town::Plan& plan) {
    town::Scene scene;
    const double far = 4000;
    scene.rectangle({.material = town::Material::ground}, {-far, -far, 0}, {2 * far, 0, 0}, {0, 2 * far, 0});
    for (const town::Building& building : plan.buildings) town::add_building(scene, building);
    for (const town::Furniture& furniture : plan.furniture) town::add_furniture(scene, furniture);
    return scene;
  }

  static town::Light light(TownView view) {
    switch (view) {
      case TownView::viewpoint: return town::morning();
      case TownView::night: return town::night();
      case TownView::fog: return town::fog();
      case TownView::traffic: return town::overcast();
      case TownView::map: break;
    }
    return town::midday();
  }

  Shot shot_of(int place, TownView view) const {
    VPR_REQUIRE(ConfigError, place >= 0 && place < places(), "synthetic town: got place ", place, ", expected 0 to ", places() - 1);
    const town::Spot& spot = plan_.spots[static_cast<std::size_t>(place)];
    town::Dice dice(town::hash(settings_.seed, place, static_cast<int>(view), 5));
    Shot shot{spot.eye, spot.yaw, camera_pitch, dice.seed()};
    if (view == TownView::map) return shot;
    const bool far = view == TownView::viewpoint;
    const double on = dice.either(far ? 2.5 : 0.5, far ? 5.5 : 2.5), aside = dice.either(0.3, 1.5);
    shot.eye = shot.eye + spot.along * on + town::cross(town::up, spot.along) * aside;
    shot.yaw += dice.either(far ? 0.1 : 0.02, far ? 0.24 : 0.1);
    shot.pitch += dice.uniform(-0.03, 0.03);
    return shot;
  }

  /// Cars at the kerb, and, in traffic, ahead on the road.
  town::Scene cars(int place, TownView view, const Shot& shot) const {
    using town::CarKind;
    const town::Spot& spot = plan_.spots[static_cast<std::size_t>(place)];
    const town::Vector side = town::cross(town::up, spot.along);
    town::Dice dice(town::hash(shot.seed, 9));
    const town::Colour paints[] = {town::rgb(0xb8bcc0), town::rgb(0x2a2c30), town::rgb(0xf0f0ee), town::rgb(0x8c1f24),
                                   town::rgb(0x24477e), town::rgb(0x5b6670), town::rgb(0x3e5c43), town::rgb(0xc9a227)};
    const bool traffic = view == TownView::traffic;
    town::Scene scene;
    const town::Vector foot = shot.eye - town::up * shot.eye.z, lane = foot - side * town::dot(foot - middle_of(spot), side);
    for (const double way : {1.0, -1.0}) {
      for (double at = -38 + dice.uniform(0, 6); at < 38; at += dice.uniform(6, 9)) {
        const auto kind = dice.chance(0.85) ? CarKind::saloon : CarKind::van;
        const town::Colour paint = dice.pick(paints);
        const bool there = dice.chance(traffic ? 0.65 : 0.16);
        if (there && std::abs(at) > 4) town::add_car(scene, lane + spot.along * at + side * (way * 3.0), spot.along * way, kind, paint);
      }
    }
    if (traffic) {
      for (double at = dice.uniform(6, 9); at < 40; at += dice.uniform(9, 16)) {
        const CarKind kinds[] = {CarKind::saloon, CarKind::saloon, CarKind::van, CarKind::bus};
        const CarKind kind = dice.pick(kinds);
        const town::Colour paint = dice.pick(paints);
        const double aside = dice.either(0.8, 1.0);
        town::add_car(scene, lane + spot.along * (at + (kind == CarKind::bus ? 4 : 0)) + side * aside, spot.along, kind, paint);
      }
    }
    return scene;
  }

  static town::Vector middle_of(const town::Spot& spot) {
    const auto nearest = [](double at) { return town::block * std::floor(at / town::block + 0.5); };
    const bool east = std::abs(spot.along.x) > 0.5;
    return {east ? spot.eye.x : nearest(spot.eye.x), east ? nearest(spot.eye.y) : spot.eye.y, 0};
  }

  TownSettings settings_;
  town::Plan plan_;
  town::Scene scene_;
  town::Shadows midday_, morning_;
};

}  // namespace vpr
