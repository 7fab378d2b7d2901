// SPDX-License-Identifier: MIT
/// @file
/// The answers to queries as they are written.
#pragma once

#include <vpr/loop/decision.hpp>

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cli {

struct Answer {
  std::string name;  // of a database photo or a place
  float score = 0;
  std::optional<float> rerank_score = {};  // by local features
  std::int64_t id = -1;                    // of a map's place
  std::string session = {};
};

struct AnsweredQuery {
  std::string name;
  std::vector<Answer> answers;                     // best first
  std::optional<vpr::DecidedAnswer> decided = {};  // whether the best is accepted; nothing where no rule was given
};

/// What stands beside query, rank, database and score.
struct AnswerColumns {
  bool rerank_score = false, place = false, decision = false;
};

/// A field of a CSV row, escaped, and quoted where its text needs it (RFC 4180).
std::string csv_field(const std::string& name);

/// A line an answer, names escaped.
std::string answers_csv(const std::vector<AnsweredQuery>& queries, AnswerColumns columns);

/// [{"query": "a.jpg", "matches": [{"database": "b.jpg", "score": 0.9}]}]
nlohmann::ordered_json answers_json(const std::vector<AnsweredQuery>& queries, AnswerColumns columns);

}  // namespace cli
