// SPDX-License-Identifier: MIT
/// @file
/// A matcher chosen at run time.
#pragma once

#include <vpr/matcher/concept.hpp>

#include <concepts>
#include <functional>
#include <utility>

namespace vpr {

/// Any matcher behind one pointer; itself a matcher. One call a comparison goes through it; nothing inside does.
class AnyMatcher {
 public:
  using Prepared = std::function<LocalMatch(const LocalFeatures& candidate)>;

  /// None, which refuses to compare.
  AnyMatcher()
      : prepare_([](const LocalFeatures&) -> Prepared { fail<ConfigError>("this system has no matcher: it describes photos as wholes"); }) {
  }
  template <Matcher M>
  requires(!std::same_as<M, AnyMatcher>) AnyMatcher(M matcher)
      : prepare_([matcher = std::move(matcher)](const LocalFeatures& query) -> Prepared {
          if constexpr (requires { matcher.prepare(query); }) {
            return [matcher, prepared = matcher.prepare(query)](const LocalFeatures& candidate) { return matcher(prepared, candidate); };
          } else {
            return [matcher, &query](const LocalFeatures& candidate) { return matcher(query, candidate); };
          }
        }) {}

  /// Borrows the query.
  Prepared prepare(const LocalFeatures& query) const { return prepare_(query); }
  Prepared prepare(const LocalFeatures&& query) const = delete;
  LocalMatch operator()(const Prepared& query, const LocalFeatures& candidate) const { return query(candidate); }
  LocalMatch operator()(const LocalFeatures& query, const LocalFeatures& candidate) const { return prepare(query)(candidate); }

 private:
  std::function<Prepared(const LocalFeatures&)> prepare_;
};

static_assert(Matcher<AnyMatcher>);

}  // namespace vpr
