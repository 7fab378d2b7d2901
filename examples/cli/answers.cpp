// SPDX-License-Identifier: MIT
#include "answers.hpp"

#include <vpr/core/printable.hpp>

#include <nlohmann/json.hpp>

#include <locale>
#include <sstream>
#include <utility>

namespace cli {
namespace {

/// A field of a CSV row, escaped, and quoted where its text needs it (RFC 4180).
std::string csv_field(const std::string& name) {
  const std::string text = vpr::escaped(name);
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted.append(c == '"' ? 2 : 1, c);
  return quoted + '"';
}

}  // namespace

std::string answers_csv(const std::vector<AnsweredQuery>& queries, AnswerColumns columns) {
  std::ostringstream out;
  out.imbue(std::locale::classic());
  out << "query,rank,database,score" << (columns.second_score ? ",rerank_score" : "") << (columns.place ? ",id,session" : "") << '\n';
  for (const AnsweredQuery& query : queries) {
    for (std::size_t rank = 0; rank < query.answers.size(); ++rank) {
      const Answer& answer = query.answers[rank];
      out << csv_field(query.name) << ',' << rank + 1 << ',' << csv_field(answer.name) << ',' << answer.score;
      if (columns.second_score) out << ',';
      if (answer.second_score) out << *answer.second_score;
      if (columns.place) out << ',' << answer.id << ',' << csv_field(answer.session);
      out << '\n';
    }
  }
  return out.str();
}

nlohmann::ordered_json answers_json(const std::vector<AnsweredQuery>& queries, AnswerColumns columns) {
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  for (const AnsweredQuery& query : queries) {
    nlohmann::ordered_json found = nlohmann::ordered_json::array();
    for (const Answer& answer : query.answers) {
      found.push_back({{"database", vpr::escaped(answer.name)}, {"score", answer.score}});
      if (answer.second_score) found.back()["rerank_score"] = *answer.second_score;
      if (columns.place) found.back().update({{"id", answer.id}, {"session", vpr::escaped(answer.session)}});
    }
    json.push_back({{"query", vpr::escaped(query.name)}, {"matches", std::move(found)}});
  }
  return json;
}

}  // namespace cli
