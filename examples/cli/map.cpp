// SPDX-License-Identifier: MIT
#include "commands.hpp"

#include <CLI/CLI.hpp>
#ifdef VPR_WITH_MAP
#include "decision.hpp"
#include "map_graph.hpp"
#include "map_model.hpp"
#include "map_parquet.hpp"
#include "map_photos.hpp"
#include "numbers.hpp"
#include "outputs.hpp"

#include <vpr/dataset/text.hpp>
#include <vpr/loop/decision_file.hpp>
#include <vpr/map/export.hpp>

#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>
#else
#include <vpr/core/error.hpp>
#endif

namespace cli {
#ifdef VPR_WITH_MAP
namespace {

struct Options {
  std::string map, other, out, decision;
  std::vector<std::int64_t> ids;
  bool json = false, force = false, parquet = false;
};

std::string places_text(std::int64_t count) { return std::to_string(count) + (count == 1 ? " place" : " places"); }

void remove(const Options& options) {
  vpr::PlaceMap map = vpr::PlaceMap::open(options.map, vpr::MapAccess::write);
  map.remove(options.ids);
  std::cout << vpr::escaped(options.map) << ": " << places_text(std::ssize(options.ids)) << " removed; " << places_text(map.size())
            << " now\n";
}

void merge(const Options& options) {
  vpr::PlaceMap map = vpr::PlaceMap::open(options.map, vpr::MapAccess::write);
  const vpr::PlaceMap other = vpr::PlaceMap::open(options.other);
  VPR_REQUIRE(vpr::ConfigError, local_of(map.snapshot(), options.map) == local_of(other.snapshot(), options.other), options.map, " and ",
              options.other, " do not keep the same local features, by which places are re-ranked: `vpr map info` names them");
  require_comparable_positions(positioned_places(map.snapshot(), options.map), positioned_places(other.snapshot(), options.other));
  const std::size_t added = map.merge(other).size();
  std::cout << vpr::escaped(options.map) << ": " << places_text(static_cast<std::int64_t>(added)) << " of " << vpr::escaped(options.other)
            << " added; " << places_text(map.size()) << " now\n";
}

void compact(const Options& options) {
  vpr::PlaceMap map = vpr::PlaceMap::open(options.map, vpr::MapAccess::write);
  const std::uint64_t before = map.bytes();
  map.compact();
  std::cout << vpr::escaped(options.map) << ": " << map.bytes() << " bytes, before " << before << '\n';
}

void export_files(const Options& options) {
  const std::filesystem::path folder(options.out);
  const vpr::PlaceMap map = vpr::PlaceMap::open(options.map);
  std::error_code ignored;
  if (std::filesystem::exists(folder, ignored)) {
    std::vector<std::string> outputs;
    for (const char* name : {"descriptors.npy", "codes.npy", "descriptors.json", "ids.npy", "places.csv", "places.parquet"}) {
      if ((std::string_view(name) == "places.parquet") == options.parquet) outputs.push_back((folder / name).string());
    }
    check_outputs(outputs, {options.map}, options.force);
  }
  if (options.parquet) {
    export_parquet(map, folder);
  } else {
    vpr::export_map(map, folder);
  }
  std::cout << vpr::escaped(options.out) << ": " << places_text(map.size()) << '\n';
}

void info(const Options& options) {
  const vpr::PlaceMap map = vpr::PlaceMap::open(options.map);
  const vpr::MapSnapshot snapshot = map.snapshot();
  nlohmann::ordered_json sessions = nlohmann::ordered_json::object();
  snapshot.each([&](const vpr::Place& place) {
    nlohmann::ordered_json& count = sessions[vpr::escaped(place.session)];
    count = count.is_null() ? 1 : count.get<std::int64_t>() + 1;
  });
  nlohmann::ordered_json json{
      {"places", snapshot.size()}, {"dimensions", snapshot.dim()}, {"model", vpr::escaped(snapshot.record().model)},
      {"sessions", sessions},      {"bytes", map.bytes()},         {"descriptors", vpr::name_of(snapshot.precision())}};
  json.update(vpr::record_json(snapshot.record()));
  if (const auto local = local_of(snapshot, options.map)) {
    json["local_features"] = local->name;
    json["local_precision"] = local->options.precision_name();
  }
  if (const auto rule = snapshot.attachment(vpr::decision_name)) json["decision"] = nlohmann::ordered_json::parse(*rule);
  if (options.json) {
    std::cout << json.dump(2) << '\n';
    return;
  }
  for (const auto& [name, value] : json.items()) {
    if (name != "sessions") std::cout << name << ": " << (value.is_string() ? value.get<std::string>() : value.dump()) << '\n';
  }
  for (const auto& [name, count] : sessions.items())
    std::cout << (name.empty() ? "of no session" : "session " + name) << ": " << places_text(count.get<std::int64_t>()) << '\n';
}

void decide(const Options& options) {
  vpr::PlaceMap map = vpr::PlaceMap::open(options.map, vpr::MapAccess::write);
  const MeasuredRule measured = rule_of(vpr::detail::read_text(options.decision), options.decision);
  const vpr::MapSnapshot now = map.snapshot();
  vpr::require_same(measured.record, now.record(),
                    vpr::text_of("descriptors that ", options.decision, " was measured on and of ", options.map));
  require_score(measured.rule, score_of(now), options.decision);
  map.attach(vpr::decision_name, rule_text(measured));
  std::cout << vpr::escaped(options.map) << ": answers are accepted by a rule measured on " << vpr::printable(measured.rule.measured.on)
            << '\n';
}

void verify(const Options& options) {
  std::vector<std::string> damaged = vpr::verify_map(options.map);
  if (std::string graph = damage_of_graph(options.map); !graph.empty()) damaged.push_back(std::move(graph));
  for (const std::string& what : damaged) std::cerr << "vpr: " << vpr::printable(what) << '\n';
  if (!damaged.empty()) throw CLI::RuntimeError(1);
  std::cout << vpr::escaped(options.map) << ": nothing is damaged\n";
}

}  // namespace

void add_map(CLI::App& program) {
  CLI::App& map = *program.add_subcommand("map", "Keeps places in a file: makes it, adds to it, searches in it");
  map.require_subcommand(1);
  add_map_create(map);
  add_map_add(map);
  const auto options = std::make_shared<Options>();
  const auto command = [&](const char* name, const char* meaning, void (*run)(const Options&)) {
    CLI::App* added = map.add_subcommand(name, meaning);
    added->add_option("map", options->map, "the map, a file")->required();
    added->callback([options, run] { run(*options); });
    return added;
  };
  command("remove", "Removes places; their room is used again after compact", remove)
      ->add_option("ids", options->ids, "ids of places, as `vpr map query` prints them")
      ->check(whole_from(0))
      ->required();
  command("merge", "Adds the places of another map of the same model, under new ids", merge)
      ->add_option("other", options->other, "that map, which stays as it is")
      ->required();
  command("compact", "Writes the map anew without what was removed", compact);
  CLI::App* exported = command("export", "Writes descriptors, ids and places as files for NumPy, FAISS, Milvus and cuVS", export_files);
  exported->add_option("--out", options->out, "a folder, which is made where it is not there")->required()->check(file_name());
  exported->add_flag("--parquet", options->parquet, "as one Parquet file, places.parquet, in place of these");
  add_force_option(*exported, options->force);
  command("info", "Says what a map holds", info)->add_flag("--json", options->json, "as JSON");
  command("verify", "Reads everything, and names what is damaged (exit code 1)", verify);
  command("decide", "Keeps a rule by which answers are accepted, for query, localize and loop", decide)
      ->add_option("rule", options->decision, "a file that `vpr evaluate --save-decision` wrote")
      ->required();
  add_map_query(map);
}
#else
void add_map(CLI::App& program) {
  CLI::App* map = program.add_subcommand("map", "Keeps places in a file; left out of this program, which was built without LMDB");
  map->prefix_command();
  map->callback([] {
    vpr::fail<vpr::ConfigError>(
        "this program was built without maps of places: build it where LMDB and xxHash are installed (Debian: liblmdb-dev libxxhash-dev)");
  });
}
#endif

}  // namespace cli
