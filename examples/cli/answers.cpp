// SPDX-License-Identifier: MIT
#include "answers.hpp"

#include <vpr/core/printable.hpp>

#include <nlohmann/json.hpp>

#include <locale>
#include <sstream>
#include <utility>

namespace cli {
namespace {

const char* decision_word(const vpr::DecidedAnswer& decided) { return decided.decision == vpr::Decision::accept ? "accept" : "reject"; }

}  // namespace

std::string csv_field(const std::string& name) {
  const std::string text = vpr::escaped(name);
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted.append(c == '"' ? 2 : 1, c);
  return quoted + '"';
}

std::string answers_csv(const std::vector<AnsweredQuery>& queries, AnswerColumns columns) {
  std::ostringstream out;
  out.imbue(std::locale::classic());
  out << "query,rank,database,score" << (columns.rerank_score ? ",rerank_score" : "") << (columns.place ? ",id,session" : "")
      << (columns.decision ? ",decision,probability" : "") << '\n';
  for (const AnsweredQuery& query : queries) {
    for (std::size_t rank = 0; rank < query.answers.size(); ++rank) {
      const Answer& answer = query.answers[rank];
      out << csv_field(query.name) << ',' << rank + 1 << ',' << csv_field(answer.name) << ',' << answer.score;
      if (columns.rerank_score) out << ',';
      if (answer.rerank_score) out << *answer.rerank_score;
      if (columns.place) out << ',' << answer.id << ',' << csv_field(answer.session);
      if (columns.decision) out << ',' << (rank == 0 ? decision_word(*query.decided) : "") << ',';
      if (columns.decision && rank == 0 && query.decided->probability) out << *query.decided->probability;
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
      if (answer.rerank_score) found.back()["rerank_score"] = *answer.rerank_score;
      if (columns.place) found.back().update({{"id", answer.id}, {"session", vpr::escaped(answer.session)}});
    }
    json.push_back({{"query", vpr::escaped(query.name)}, {"matches", std::move(found)}});
    if (!columns.decision) continue;
    json.back().update({{"decision", decision_word(*query.decided)}, {"margin", query.decided->margin}});
    if (query.decided->probability) json.back()["probability"] = *query.decided->probability;
  }
  return json;
}

}  // namespace cli
