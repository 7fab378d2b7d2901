// SPDX-License-Identifier: MIT
/// @file
/// An evaluation's figures as JSON. Needs the component vpr::io.
#pragma once

#ifndef VPR_WITH_IO
#error \
    "vpr/eval/evaluation_json.hpp needs the component io: link the CMake target vpr::io, or, without CMake, compile with -DVPR_WITH_IO and link z (Debian: nlohmann-json3-dev zlib1g-dev)"
#endif

#include <vpr/eval/recall.hpp>
#include <vpr/eval/timing.hpp>

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>

namespace vpr {

/// `{"queries": 209, "database": 960, "recall": {"1": 0.411, "5": 0.617}, "queries_without_positives": 2,
/// "recall_of_answerable": {"1": 0.415, …}, "timing": {"describe database": 12.5}}`: recall in [0, 1], null where
/// no query has a right answer, times in seconds.
/// A template, so that only programs that call it compile a tree of JSON.
template <class Json = nlohmann::ordered_json>
Json evaluation_json(const Recall& recall, std::int64_t database, const Timing& timing) {
  Json json{{"queries", recall.rank.size()}, {"database", database}, {"recall", Json::object()}};
  json["queries_without_positives"] = recall.unanswerable.size();
  json["recall_of_answerable"] = Json::object();
  json["timing"] = Json::object();
  for (std::size_t i = 0; i < recall.at.size(); ++i) {
    json["recall"][std::to_string(recall.at[i])] = recall.of_all[i];
    Json& of_answerable = json["recall_of_answerable"][std::to_string(recall.at[i])];
    if (recall.unanswerable.size() < recall.rank.size()) of_answerable = recall.of_answerable[i];  // else there is none
  }
  for (const StageTime& stage : timing.stages) json["timing"][stage.stage] = stage.seconds;
  return json;
}

}  // namespace vpr
