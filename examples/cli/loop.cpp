// SPDX-License-Identifier: MIT
#include "answers.hpp"
#include "commands.hpp"
#include "decision.hpp"
#include "loop_frames.hpp"
#include "numbers.hpp"
#include "outputs.hpp"
#include "rerank.hpp"

#include <vpr/local/store.hpp>
#include <vpr/loop/bayes_filter.hpp>
#include <vpr/loop/decision_file.hpp>
#include <vpr/loop/find_loops.hpp>
#include <vpr/loop/loop_closer.hpp>
#include <vpr/loop/sequence_matching.hpp>
#include <vpr/loop/submap_loops.hpp>
#include <vpr/model/descriptors_file.hpp>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <iostream>
#include <limits>
#include <locale>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace cli {
namespace {

struct Options {
  ModelOptions model;
  RerankOptions rerank;
  std::vector<std::string> sources, sessions;
  std::string preset, sequence = "single", decision, csv, json;
  std::optional<float> threshold, least_score;
  std::optional<std::int64_t> top, gap, suppression, submap, overlap;
};

/// Refuses options that a way of finding loops has no use for.
void require_used(const Options& options) {
  const bool slam = options.preset == "vggt-slam";
  refuse({{"--submap", !slam && options.submap}, {"--overlap", !slam && options.overlap}}, "goes with --preset vggt-slam");
  if (options.preset.empty()) return;
  refuse({{"--sequence", options.sequence != "single"},
          {"--decision", !options.decision.empty()},
          {"--rerank", options.rerank.first > 0},
          {"--top", slam && options.top},
          {"--gap", slam && options.gap},
          {"--suppression", slam && options.suppression}},
         "does not go with --preset " + options.preset);
}

template <class Sequence, class Verification>
std::vector<vpr::Loop> close_loops(vpr::Rows rows, const vpr::LoopSettings& settings, Sequence sequence, Verification verification) {
  vpr::LoopCloser closer(vpr::FlatIndex<>(rows.dim()), settings, std::move(sequence), std::move(verification));
  std::vector<vpr::Loop> loops;
  for (std::int64_t frame = 0; frame < rows.size(); ++frame) {
    for (vpr::Loop& loop : closer.add({rows[frame], static_cast<std::size_t>(rows.dim())})) loops.push_back(std::move(loop));
  }
  return loops;
}

template <class Verification>
std::vector<vpr::Loop> close_loops(const Options& options, vpr::Rows rows, const vpr::LoopSettings& settings,
                                   const Verification& verification) {
  if (options.sequence == "matching") return close_loops(rows, settings, vpr::SequenceMatching(), verification);
  if (options.sequence == "bayes") return close_loops(rows, settings, vpr::BayesFilter(), verification);
  return close_loops(rows, settings, vpr::SingleFrames(), verification);
}

std::vector<vpr::Loop> loops_by_rule(const Options& options, const Frames& frames, const vpr::DecisionRule& rule) {
  vpr::LoopSettings settings{.rule = rule, .on_message = {}};
  settings.gap = options.gap.value_or(settings.gap);
  settings.top = options.top.value_or(settings.top);
  settings.suppression = options.suppression.value_or(settings.suppression);
  settings.spacing = settings.suppression;
  const vpr::Rows rows = frames.descriptors.rows();
  if (!frames.local.of) return close_loops(options, rows, settings, vpr::NoVerification());
  const vpr::ComputedLocalStore store(rows.size(), frames.local.of);
  const vpr::VerifyBy<vpr::AnyMatcher<>, std::remove_const_t<decltype(store)>> verification{
      .matcher = frames.local.matcher,
      .least_score = options.least_score.value_or(-std::numeric_limits<float>::infinity()),
      .top = options.rerank.first,
      .store = store};
  return close_loops(options, rows, settings, verification);
}

/// The rule that loops are accepted by: of a file, of a threshold, or that which a map keeps.
vpr::DecisionRule chosen_rule(const Options& options, const Frames& frames) {
  if (!options.decision.empty()) return load_rule(options.decision, frames.descriptors.record);
  if (options.threshold) return {.threshold = options.threshold};
  VPR_REQUIRE(vpr::ConfigError, frames.rule.has_value(),
              "which pairs are loops? Give --threshold, --preset, or --decision with a rule that `vpr evaluate --save-decision` measured");
  return *frames.rule;
}

std::vector<vpr::Loop> loops_of(const Options& options, const Frames& frames, vpr::DecisionRule& rule) {
  const vpr::Rows rows = frames.descriptors.rows();
  if (options.preset == "vggt-long") {
    vpr::WholeSequenceSettings settings;
    settings.top = options.top.value_or(settings.top);
    settings.gap = options.gap.value_or(settings.gap);
    settings.suppression = options.suppression.value_or(settings.suppression);
    settings.threshold = options.threshold.value_or(settings.threshold);
    rule = {.threshold = settings.threshold};
    return vpr::find_loops(rows, settings);
  }
  if (options.preset == "vggt-slam") {
    vpr::SubmapLoopSettings settings;
    settings.submap = options.submap.value_or(settings.submap);
    settings.overlap = options.overlap.value_or(settings.overlap);
    settings.threshold = options.threshold.value_or(settings.threshold);
    rule = {.better = vpr::BetterScore::lesser, .threshold = settings.threshold};
    return vpr::find_submap_loops(rows, settings);
  }
  return loops_by_rule(options, frames, rule);
}

std::string csv_of(const std::vector<vpr::Loop>& loops, const Frames& frames) {
  std::ostringstream out;
  out.imbue(std::locale::classic());
  out << "frame,match,score," << (frames.local.of ? "rerank_score," : "") << "probability,frame_name,match_name"
      << (frames.ids.empty() ? "" : ",frame_id,match_id") << '\n';
  for (const vpr::Loop& loop : loops) {
    const auto frame = static_cast<std::size_t>(loop.frame), match = static_cast<std::size_t>(loop.match);
    out << loop.frame << ',' << loop.match << ',' << loop.score << ',';
    if (loop.verified) out << loop.verified->score << ',';
    if (loop.probability) out << *loop.probability;
    out << ',' << csv_field(frames.names[frame]) << ',' << csv_field(frames.names[match]);
    if (!frames.ids.empty()) out << ',' << frames.ids[frame] << ',' << frames.ids[match];
    out << '\n';
  }
  return out.str();
}

nlohmann::ordered_json json_of(const Options& options, const std::vector<vpr::Loop>& loops, const Frames& frames,
                               const vpr::DecisionRule& rule, const LeftOut& left_out) {
  nlohmann::ordered_json found = nlohmann::ordered_json::array();
  for (const vpr::Loop& loop : loops) {
    const auto frame = static_cast<std::size_t>(loop.frame), match = static_cast<std::size_t>(loop.match);
    found.push_back({{"frame", loop.frame}, {"match", loop.match}, {"score", loop.score}});
    if (loop.verified) found.back()["rerank_score"] = loop.verified->score;
    if (loop.probability) found.back()["probability"] = *loop.probability;
    found.back().update({{"frame_name", vpr::escaped(frames.names[frame])}, {"match_name", vpr::escaped(frames.names[match])}});
    if (!frames.ids.empty()) found.back().update({{"frame_id", frames.ids[frame]}, {"match_id", frames.ids[match]}});
  }
  nlohmann::ordered_json json{{"frames", frames.names.size()},   {"loops", std::move(found)},
                              {"preset", options.preset},        {"sequence", options.sequence},
                              {"calibrated", rule.calibrated()}, {"rule", nlohmann::ordered_json::parse(vpr::decision_text(rule))}};
  json.update(vpr::record_json(frames.descriptors.record));
  json["reranked"] = options.rerank.first;
  if (frames.local.of) {
    json["local_features"] = frames.local.name;
    json["rerank_score_name"] = frames.local.matcher.score_name();
    if (options.least_score) json["least_score"] = *options.least_score;
  }
  json["photos_left_out"] = left_out.count();
  json["left_out"] = left_out.json();
  return json;
}

void loop(const Options& options) {
  require_used(options);
  std::vector<std::string> inputs = options.model.inputs();
  inputs.insert(inputs.end(), options.sources.begin(), options.sources.end());
  inputs.push_back(options.decision);
  check_outputs({options.csv, options.json, options.model.save_vocabulary, options.model.save_weights}, inputs, options.model.force);
  PhotoReader reader(options.model.photos);
  const Frames frames = read_frames(options.sources, options.sessions, options.model, options.preset, options.rerank, reader);
  vpr::DecisionRule rule = options.preset.empty() ? chosen_rule(options, frames) : vpr::DecisionRule();
  const std::vector<vpr::Loop> loops = loops_of(options, frames, rule);
  const std::string csv = csv_of(loops, frames);
  if (!options.csv.empty()) write_text(options.csv, csv);
  if (!options.json.empty()) write_text(options.json, json_of(options, loops, frames, rule, reader.left_out()).dump(2) + '\n');
  if (options.csv.empty() && options.json.empty()) std::cout << csv;
  std::cerr << loops.size() << (loops.size() == 1 ? " loop" : " loops") << " in " << frames.names.size() << " frames";
  if (!loops.empty() && !rule.calibrated())
    std::cerr << "; how many of them are wrong is not known: the threshold was not measured on photos like these (`vpr evaluate "
                 "--save-decision`)";
  const std::int64_t gap = options.gap.value_or(options.preset.empty() ? vpr::LoopSettings().gap : vpr::WholeSequenceSettings().gap);
  if (options.preset != "vggt-slam" && std::ssize(frames.names) <= gap + 1)
    std::cerr << "; no two frames have " << gap << " between them, as a loop must: give a smaller --gap";
  std::cerr << '\n';
  reader.left_out().finish();
}

}  // namespace

void add_loop(CLI::App& program) {
  auto options = std::make_shared<Options>();
  CLI::App* command = program.add_subcommand("loop", "Finds the frames of a sequence that show places seen before");
  add_model_options(*command, options->model);
  command->get_option("--model")->required(false);
  command
      ->add_option("--preset", options->preset,
                   "as another system finds loops: vggt-slam (by submap, L2 distance below 0.95), vggt-long (also Pi-Long: top 5, above "
                   "0.85, more than "
                   "10 frames apart, none within 25 frames of a better one); both bring SALAD at their size")
      ->check(CLI::IsMember({"vggt-slam", "vggt-long"}));
  CLI::Option* const threshold =
      command->add_option("--threshold", options->threshold, "a loop's score is better than this; with a sequence, its score")
          ->check(finite_number());
  command->add_option("--decision", options->decision, "accept loops by this rule, a file that `vpr evaluate --save-decision` wrote")
      ->excludes(threshold);
  add_rerank_options(*command, options->rerank);
  command->get_option("--rerank")
      ->description(
          "verify the candidates of each frame by local features, this many at most, of photos or of a map that has them; the output has "
          "the "
          "score, JSON names what it is");
  command->add_option("--least-score", options->least_score, "with --rerank: candidates of a lesser score are no loops; default: all are")
      ->check(finite_number())
      ->needs("--rerank");
  command
      ->add_option("--sequence", options->sequence,
                   "how earlier frames count: single, matching (SeqSLAM) or bayes (a filter, its score is a probability)")
      ->check(CLI::IsMember({"single", "matching", "bayes"}))
      ->capture_default_str();
  command->add_option("--top", options->top, "matches of each frame that are looked at; default: 20, of vggt-long 5")
      ->check(whole_from(1, most_answers));
  command->add_option("--gap", options->gap, "frames that lie between the two of a loop at least; default: 50, of vggt-long 10")
      ->check(whole_from(0));
  command
      ->add_option("--suppression", options->suppression, "frames around a loop in which there is no other; default: 10, of vggt-long 25")
      ->check(whole_from(0));
  command->add_option("--submap", options->submap, "for vggt-slam: new frames of a submap; default: 16")
      ->check(whole_from(1, most_answers));
  command->add_option("--overlap", options->overlap, "for vggt-slam: frames that a submap shares with the one before it; default: 1")
      ->check(whole_from(0));
  command->add_option("--session", options->sessions, "of a map: the places of this session only; may be given again")
      ->expected(1)
      ->take_all()
      ->allow_extra_args(false);
  command->add_option("--csv", options->csv, "write the loops as a table, in place of printing it")->check(file_name());
  command->add_option("--json", options->json, "write the loops as JSON")->check(file_name());
  command
      ->add_option("frames", options->sources,
                   "a map; a .npy file that `vpr describe` wrote; or photos in their order: folders, lists, tables or photos")
      ->required();
  command->callback([options] { loop(*options); });
}

}  // namespace cli
