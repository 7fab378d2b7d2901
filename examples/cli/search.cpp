// SPDX-License-Identifier: MIT
#include "search.hpp"

#include "describe_photos.hpp"

#include <vpr/eval/report_html.hpp>
#include <vpr/eval/report_thumbnails.hpp>
#include <vpr/image/read.hpp>
#include <vpr/index/flat.hpp>
#include <vpr/matcher/rerank.hpp>

#include <algorithm>
#include <filesystem>
#include <span>
#include <utility>
#include <variant>

namespace cli {

namespace {

constexpr std::size_t most_lines = 30;  // of an answer in a report

SearchResult search_once(const ModelOptions& options, const vpr::Dataset& dataset, std::int64_t k) {
  SearchResult result;
  const vpr::AnyPipeline model = load_model(options, dataset.database, result.timing);
  const vpr::Descriptors database = describe_photos(model, dataset.database, options, "database", result.timing);
  const vpr::Descriptors queries = describe_photos(model, dataset.queries, options, "queries", result.timing);
  vpr::FlatIndex<> index(database.dimensions);
  result.timing.measure("index", database.rows().size(), [&] { index.add(database.rows()); });
  result.matches = result.timing.measure("search", queries.rows().size(), [&] { return index.search(queries.rows(), k); });
  return result;
}

/// The share of a photo's width and height that the network sees: all of it, or the middle that a cropping preprocessing leaves.
struct SeenShare {
  float width = 1, height = 1;

  SeenShare(const std::string& preprocess, vpr::ImageSize photo, vpr::Grid grid) {
    if (preprocess != "central-crop" && preprocess != "anyloc") return;
    const float across = static_cast<float>(grid.width) / static_cast<float>(photo.width),
                down = static_cast<float>(grid.height) / static_cast<float>(photo.height);
    width = across / std::max(across, down);
    height = down / std::max(across, down);
  }
  float x(float of_grid) const { return 0.5F + width * (of_grid - 0.5F); }
  float y(float of_grid) const { return 0.5F + height * (of_grid - 0.5F); }
};

void add_to(LocalStore& store, const vpr::LocalFeatures& features) {
  std::visit(
      [&](auto& held) {
        if constexpr (requires { held.add(features); }) held.add(features);
      },
      store);
}

/// Besides the index and the store, local features are held of one batch of photos and of as many candidates as there are threads.
SearchResult search_twice(const ModelOptions& options, const RerankOptions& rerank, const vpr::Dataset& dataset, std::int64_t k,
                          std::int64_t drawn) {
  SearchResult result;
  vpr::Timing& timing = result.timing;
  const vpr::AnyTwoStage model = load_two_stage(options, rerank, dataset.database, timing);
  LocalStore store = make_store(rerank, static_cast<std::int64_t>(dataset.database.size()), [&](std::int64_t id) {
    const vpr::Image photo = vpr::read_image(dataset.database[static_cast<std::size_t>(id)].path);
    const vpr::ImageView view = photo;
    return model.describe_both(std::span(&view, 1)).local[0];
  });
  const Projection projection(options);
  vpr::FlatIndex<> index(projection.dimensions(model.dimensions()));
  const auto projected = [&](vpr::TwoStageDescription& described) {
    return projection({std::move(described.descriptors), model.dimensions(), model.record()});
  };
  const std::int64_t batch = batch_size(options, model.block());
  std::vector<vpr::ImageSize> sizes;  // of the database's photos, then of the queries
  const auto describe = [&](std::span<const vpr::Photo> photos, bool local) {
    const std::vector<vpr::Image> images = read_photos(photos);
    for (const vpr::Image& image : images) sizes.push_back(image.size());
    const std::vector<vpr::ImageView> views(images.begin(), images.end());
    return local ? model.describe_both(views) : vpr::TwoStageDescription{model.describe(views), {}};
  };

  for_each_batch(dataset.database, batch, "database", [&](std::span<const vpr::Photo> photos) {
    const auto count = static_cast<std::int64_t>(photos.size());
    vpr::TwoStageDescription described =
        timing.measure("describe database", count, [&] { return describe(photos, rerank.store != "none"); });
    timing.measure("index", count, [&] { index.add(projected(described).rows()); });
    timing.measure("keep local features", count, [&] {
      for (const vpr::LocalFeatures& features : described.local) add_to(store, features);
    });
  });
  for_each_batch(dataset.queries, batch, "queries", [&](std::span<const vpr::Photo> photos) {
    const auto count = static_cast<std::int64_t>(photos.size());
    vpr::TwoStageDescription described = timing.measure("describe queries", count, [&] { return describe(photos, true); });
    const std::vector<vpr::Matches> found =
        timing.measure("search", count, [&] { return index.search(projected(described).rows(), std::max(k, rerank.first)); });
    timing.measure("re-rank", count, [&] {
      for (std::size_t q = 0; q < found.size(); ++q) {
        const vpr::LocalFeatures& query = described.local[q];
        vpr::Reranked reranked =
            std::visit([&](const auto& from) { return vpr::rerank(found[q], rerank.first, query, from, model.matcher()); }, store);
        reranked.matches.resize(std::min(reranked.matches.size(), static_cast<std::size_t>(k)));
        std::vector<SecondLook>& looks = result.second_looks.emplace_back();
        for (std::size_t rank = 0; rank < std::min(reranked.local.size(), reranked.matches.size()); ++rank) {
          const vpr::LocalMatch& match = reranked.local[rank];
          looks.push_back(
              {match.score, vpr::match_lines(match, query.grid, reranked.grids[rank], std::cmp_less(rank, drawn) ? most_lines : 0)});
          const SeenShare of_query(options.preprocess, sizes[dataset.database.size() + result.matches.size()], query.grid);
          const SeenShare of_answer(options.preprocess, sizes[static_cast<std::size_t>(reranked.matches[rank].id)], reranked.grids[rank]);
          for (vpr::MatchLine& line : looks.back().lines) {
            line = {of_query.x(line.query_x), of_query.y(line.query_y), of_answer.x(line.candidate_x), of_answer.y(line.candidate_y)};
          }
        }
        result.matches.push_back(std::move(reranked.matches));
      }
    });
  });
  return result;
}

}  // namespace

SearchResult search(const ModelOptions& options, const RerankOptions& rerank, const vpr::Dataset& dataset, std::int64_t k,
                    std::int64_t drawn) {
  return rerank.first > 0 ? search_twice(options, rerank, dataset, k, drawn) : search_once(options, dataset, k);
}

void write_report(const std::string& path, const ModelOptions& options, const RerankOptions& rerank, const vpr::Dataset& dataset,
                  const SearchResult& result, std::int64_t k, std::int64_t shown, const std::optional<vpr::Recall>& recall) {
  std::vector<float> scores(result.matches.size() * static_cast<std::size_t>(k));
  for (std::size_t q = 0; q < result.matches.size(); ++q) {
    for (std::size_t rank = 0; rank < result.matches[q].size(); ++rank)
      scores[q * static_cast<std::size_t>(k) + rank] = result.matches[q][rank].score;
  }
  vpr::Report report = vpr::make_report(dataset, vpr::ids_of(result.matches, k), scores, k, shown);
  for (std::size_t q = 0; q < result.second_looks.size(); ++q) {
    for (std::size_t rank = 0; rank < std::min(report.queries[q].answers.size(), result.second_looks[q].size()); ++rank) {
      vpr::ReportAnswer& answer = report.queries[q].answers[rank];
      answer.second_score = result.second_looks[q][rank].score;
      answer.lines = result.second_looks[q][rank].lines;
    }
  }
  report.facts = {{"model", options.model},
                  {"weights", std::filesystem::path(options.weights).filename().string()},
                  {"input", options.size.empty() ? "as published" : options.size},
                  {"preprocessing", options.preprocess.empty() ? "as published" : options.preprocess}};
  if (options.company != "alone") report.facts.emplace_back("described", options.company);
  if (options.block >= 0) report.facts.emplace_back("tokens", "block " + std::to_string(options.block) + ", " + options.facet);
  if (rerank.first > 0) {
    report.facts.emplace_back(
        "re-ranked", "the first " + std::to_string(rerank.first) + " by " + (rerank.local.empty() ? "local features" : rerank.local) +
                         (rerank.block >= 0 ? " of block " + std::to_string(rerank.block) + ", " + rerank.facet : ""));
  }
  report.score_name = "cosine";
  report.recall = recall;
  report.timing = result.timing;
  vpr::load_thumbnails(report);
  vpr::write_report(path, report);
}

}  // namespace cli
