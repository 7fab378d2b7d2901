// SPDX-License-Identifier: MIT
#include "search.hpp"

#include "describe_photos.hpp"

#include <vpr/eval/keep_photos.hpp>
#include <vpr/index/flat.hpp>
#include <vpr/index/signs.hpp>
#include <vpr/matcher/rerank.hpp>

#include <algorithm>
#include <span>
#include <utility>
#include <variant>

namespace cli {

namespace {

constexpr std::size_t most_lines = 30;  // of an answer in a report

/// Finds signs by how many of them differ, other descriptors by cosine.
class DescriptorIndex {
 public:
  DescriptorIndex(std::int64_t dim, bool binary) : index_(vpr::FlatIndex<>(dim)) {
    if (binary) index_ = vpr::SignIndex(dim);
  }

  void add(vpr::Rows rows) {
    std::visit([&](auto& index) { index.add(rows); }, index_);
  }
  std::vector<vpr::Matches> search(vpr::Rows queries, std::int64_t k) const {
    return std::visit([&](const auto& index) { return index.search(queries, k); }, index_);
  }
  /// Of a descriptor.
  double bytes() const {
    if (const auto* const signs = std::get_if<vpr::SignIndex>(&index_)) return static_cast<double>(signs->dim()) / 8;
    return sizeof(float) * static_cast<double>(std::get<vpr::FlatIndex<>>(index_).dim());
  }
  /// What a match's score is.
  const char* score() const { return std::holds_alternative<vpr::SignIndex>(index_) ? "Hamming distance" : "cosine"; }

 private:
  std::variant<vpr::FlatIndex<>, vpr::SignIndex> index_;
};

SearchResult search_once(const ModelOptions& options, vpr::Dataset& dataset, std::int64_t k, PhotoReader& reader) {
  SearchResult result;
  const Describer describe(options, dataset.database, "database", result.timing, reader);
  const Described database = describe(dataset.database, "database");
  vpr::keep_database(dataset, database.photos);
  const Described queries = describe(dataset.queries, "queries");
  vpr::keep_queries(dataset, queries.photos);
  vpr::require_comparable(database.descriptors, queries.descriptors);
  const vpr::Rows rows = database.descriptors.rows(), query_rows = queries.descriptors.rows();
  DescriptorIndex index(rows.dim(), describe.is_binary());
  result.record = describe.record();
  result.score = index.score();
  result.descriptor_bytes = index.bytes();
  result.dimensions = rows.dim();
  result.parameters = parameters_of(describe.model());
  result.timing.measure("index", rows.size(), [&] { index.add(rows); });
  result.matches = result.timing.measure("search", query_rows.size(), [&] { return index.search(query_rows, k); });
  return result;
}

SearchResult search_known(const KnownDatabase& known, vpr::Dataset& dataset, std::int64_t k, PhotoReader& reader) {
  SearchResult result;
  const Describer describe(known.model, {}, "database", result.timing, reader);
  vpr::require_same(known.record, describe.record(), "descriptors of the database and of queries");
  const Described queries = describe(dataset.queries, "queries");
  vpr::keep_queries(dataset, queries.photos);
  const vpr::Rows rows = queries.descriptors.rows();
  result.record = describe.record();
  if (known.search) {
    result.score = known.score;
    result.matches = result.timing.measure("search", rows.size(), [&] { return known.search(rows, k); });
    return result;
  }
  DescriptorIndex index(known.descriptors.dimensions, describe.is_binary());
  result.score = index.score();
  result.timing.measure("index", known.descriptors.size(), [&] { index.add(known.descriptors.rows()); });
  result.matches = result.timing.measure("search", rows.size(), [&] { return index.search(rows, k); });
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

std::uint64_t bytes_of(const LocalStore& store) {
  return std::visit(
      [](const auto& held) -> std::uint64_t {
        if constexpr (requires { held.bytes(); }) return held.bytes();
        return 0;
      },
      store);
}

/// Besides the index and the store, local features are held of one batch of photos and of as many candidates as there are threads.
SearchResult search_twice(const ModelOptions& options, const RerankOptions& rerank, vpr::Dataset& dataset, std::int64_t k,
                          std::int64_t drawn, PhotoReader& reader) {
  rerank.require_store();
  SearchResult result;
  vpr::Timing& timing = result.timing;
  const vpr::LoadedModel loaded = load_two_stage(options, rerank.local, dataset.database, "database", timing, reader);
  const vpr::AnySystem<>& model = loaded.system;
  const auto check = [&](vpr::ImageSize size) { model.pipeline.input_size(size); };
  std::int64_t local_channels = 0;  // of the query that is being compared
  LocalStore store = make_store(rerank, std::ssize(dataset.database), [&](std::int64_t id) {
    return local_features_of(model, dataset.database[static_cast<std::size_t>(id)], "database", local_channels, reader);
  });
  const Projection projection(options, loaded.record, model.dimensions());
  result.record = projection.record();
  result.local = loaded.local;
  result.rerank_score_name = model.matcher.score_name();
  result.dimensions = projection.dimensions();
  result.parameters = parameters_of(loaded);
  DescriptorIndex index(result.dimensions, projection.is_none() && model.pipeline.aggregator.is_binary());
  result.score = index.score();
  result.descriptor_bytes = index.bytes();
  const auto projected = [&](vpr::TwoStageDescription& described) {
    return projection({std::move(described.descriptors), model.dimensions(), {}});
  };
  const std::int64_t batch = batch_size(options, model.pipeline.block());
  std::vector<vpr::ImageSize> sizes;  // of the database's photos, then of the queries
  const auto describe = [&](const std::vector<vpr::ImageView>& photos, bool local) {
    for (const vpr::ImageView& photo : photos) sizes.push_back(photo.size());
    return local ? model.describe_both(photos) : vpr::TwoStageDescription{model.describe(photos), {}};
  };

  const std::vector<std::size_t> database =
      reader.for_each_batch(dataset.database, batch, "database", check, [&](const auto& photos, auto) {
        const std::int64_t count = std::ssize(photos);
        vpr::TwoStageDescription described =
            timing.measure("describe database", count, [&] { return describe(photos, rerank.store != "none"); });
        timing.measure("index", count, [&] {
          const vpr::Descriptors descriptors = projected(described);
          index.add(descriptors.rows());
        });
        timing.measure("keep local features", count, [&] {
          for (const vpr::LocalFeatures& features : described.local) add_to(store, features);
        });
      });
  reader.require_some(database, dataset.database.size(), "database");
  vpr::keep_database(dataset, database);
  result.local_bytes = bytes_of(store);
  const std::vector<std::size_t> queries = reader.for_each_batch(dataset.queries, batch, "queries", check, [&](const auto& photos, auto) {
    const std::int64_t count = std::ssize(photos);
    vpr::TwoStageDescription described = timing.measure("describe queries", count, [&] { return describe(photos, true); });
    const std::vector<vpr::Matches> found = timing.measure("search", count, [&] {
      const vpr::Descriptors descriptors = projected(described);
      return index.search(descriptors.rows(), std::max(k, rerank.first));
    });
    timing.measure("re-rank", count, [&] {
      for (std::size_t q = 0; q < found.size(); ++q) {
        const vpr::LocalFeatures& query = described.local[q];
        local_channels = query.channels;
        vpr::Reranked reranked =
            std::visit([&](const auto& from) { return vpr::rerank(found[q], rerank.first, query, from, model.matcher); }, store);
        reranked.matches.resize(std::min(reranked.matches.size(), static_cast<std::size_t>(k)));
        std::vector<RerankedAnswer>& answers = result.reranked.emplace_back();
        for (std::size_t rank = 0; rank < std::min(reranked.local.size(), reranked.matches.size()); ++rank) {
          const vpr::LocalMatch& match = reranked.local[rank];
          answers.push_back(
              {match.score, vpr::match_lines(match, query.places(), reranked.places[rank], std::cmp_less(rank, drawn) ? most_lines : 0)});
          const SeenShare of_query(result.record.preprocess, sizes[dataset.database.size() + result.matches.size()], query.grid);
          const SeenShare of_answer(result.record.preprocess, sizes[static_cast<std::size_t>(reranked.matches[rank].id)],
                                    reranked.places[rank].grid);
          for (vpr::MatchLine& line : answers.back().lines) {
            line = {of_query.x(line.query_x), of_query.y(line.query_y), of_answer.x(line.candidate_x), of_answer.y(line.candidate_y)};
          }
        }
        result.matches.push_back(std::move(reranked.matches));
      }
    });
  });
  reader.require_some(queries, dataset.queries.size(), "queries");
  vpr::keep_queries(dataset, queries);
  return result;
}

}  // namespace

SearchResult search(const ModelOptions& options, const RerankOptions& rerank, const std::optional<KnownDatabase>& known,
                    vpr::Dataset& dataset, std::int64_t k, std::int64_t drawn, PhotoReader& reader) {
  VPR_REQUIRE(vpr::ConfigError, !known || rerank.first == 0,
              "--rerank compares photos: give the database's photos, in place of their descriptors; a map's local features are compared by "
              "`vpr map "
              "query --rerank`");
  if (known) return search_known(*known, dataset, k, reader);
  return rerank.first > 0 ? search_twice(options, rerank, dataset, k, drawn, reader) : search_once(options, dataset, k, reader);
}

std::int64_t answers_a_query(std::int64_t database, std::int64_t queries, std::int64_t wanted) {
  constexpr std::int64_t most = std::int64_t{1} << 28;
  const std::int64_t k = std::min(wanted, database);
  VPR_REQUIRE(vpr::ConfigError, queries == 0 || k <= most / queries, "got ", k, " answers to each of ", queries, " queries, at most ", most,
              " in all: ask for fewer answers, or for parts of the queries");
  return k;
}

}  // namespace cli
