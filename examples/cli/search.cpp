// SPDX-License-Identifier: MIT
#include "search.hpp"

#include "describe_photos.hpp"

#include <vpr/index/flat.hpp>

namespace cli {

SearchResult search(const ModelOptions& options, const vpr::Dataset& dataset, std::int64_t k) {
  SearchResult result;
  const vpr::AnyPipeline model = load_model(options, dataset.database, result.timing);
  const Descriptors database = describe_photos(model, dataset.database, options, "database", result.timing);
  const Descriptors queries = describe_photos(model, dataset.queries, options, "queries", result.timing);
  vpr::FlatIndex<> index(model.dimensions());
  result.timing.measure("index", database.rows().size(), [&] { index.add(database.rows()); });
  result.matches = result.timing.measure("search", queries.rows().size(), [&] { return index.search(queries.rows(), k); });
  return result;
}

}  // namespace cli
