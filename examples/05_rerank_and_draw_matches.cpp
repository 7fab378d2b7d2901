// SPDX-License-Identifier: MIT
// Teaches: re-ranking. The 20 database photos whose descriptors are closest to the query's are compared with it once more, patch by patch:
// their score is the number of mutual nearest neighbours, patches of the two photos that are each other's closest. Descriptor and patches
// come from one pass of the network. The page draws the matches.
//
//     05_rerank_and_draw_matches WEIGHTS FOLDER_OF_KNOWN_PLACES PHOTO PAGE.html
#include <vpr/aggregator/gem.hpp>
#include <vpr/backbone/dinov2.hpp>
#include <vpr/dataset/dataset.hpp>
#include <vpr/eval/match_lines.hpp>
#include <vpr/eval/report_html.hpp>
#include <vpr/eval/report_thumbnails.hpp>
#include <vpr/image/read.hpp>
#include <vpr/index/flat.hpp>
#include <vpr/io/load.hpp>
#include <vpr/io/open.hpp>
#include <vpr/local.hpp>
#include <vpr/matcher.hpp>
#include <vpr/model/two_stage.hpp>

#include <cstdio>

int main(int count, char** arguments) try {
  if (count != 5) return std::fprintf(stderr, "usage: %s WEIGHTS FOLDER PHOTO PAGE.html, WEIGHTS of DINOv2 ViT-S/14\n", arguments[0]), 2;

  vpr::TwoStage<vpr::Pipeline<vpr::DinoV2<vpr::ViTS14>, vpr::GeM<>>, vpr::Patches<>, vpr::MutualNearest<>> model;
  vpr::load(model.pipeline.backbone, vpr::open_weights(arguments[1]));

  vpr::Dataset set;
  set.database = vpr::read_photos(arguments[2]);
  set.queries = vpr::read_photos(arguments[3]);
  vpr::FlatIndex<> index(model.dimensions());
  vpr::MemoryLocalStore store(vpr::LocalPrecision::int8);  // a quarter of float32's memory; DiskLocalStore keeps the patches in a file
  for (const vpr::Photo& photo : set.database) {
    const vpr::TwoStageDescription known = model.describe_both(vpr::read_image(photo.path));
    index.add(vpr::Rows(known.descriptors.data(), 1, index.dim()));
    store.add(known.local[0]);
  }

  const vpr::TwoStageDescription query = model.describe_both(vpr::read_image(set.queries[0].path));
  const vpr::Matches found = index.search(vpr::Rows(query.descriptors.data(), 1, index.dim()), 20)[0];
  const vpr::Reranked second = vpr::rerank(found, 20, query.local[0], store, model.matcher);

  std::vector<float> scores;
  for (const vpr::Match& match : second.matches) scores.push_back(match.score);
  const auto k = static_cast<std::int64_t>(scores.size());
  vpr::Report report = vpr::make_report(set, vpr::ids_of({second.matches}, k), scores, k, 5);
  for (std::size_t i = 0; i < report.queries[0].answers.size(); ++i) {
    vpr::ReportAnswer& answer = report.queries[0].answers[i];
    answer.rerank_score = second.local[i].score;
    answer.lines = vpr::match_lines(second.local[i], query.local[0].places(), second.places[i], 30);
    std::printf("%4.0f matches, cosine %.4f  %s\n", second.local[i].score, answer.score, report.database[answer.photo].name.c_str());
  }
  vpr::load_thumbnails(report);
  vpr::write_report(arguments[4], report);
} catch (const vpr::Error& error) {
  return std::fprintf(stderr, "%s\n", error.what()), 1;
}
