// SPDX-License-Identifier: MIT
/// @file
/// A matcher chosen at run time.
#pragma once

#include <vpr/backend/any_visitor.hpp>
#include <vpr/backend/cpu.hpp>
#include <vpr/backend/shapes.hpp>
#include <vpr/matcher/concept.hpp>

#include <concepts>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace vpr {

/// Any matcher behind one pointer; itself a matcher, whose parameters, if it is learned, are of backend `B`. Copies share it. One call a comparison
/// goes through it; nothing inside does.
template <class B = Cpu<f32>>
class AnyMatcher {
 public:
  using Prepared = std::function<LocalMatch(const LocalFeatures& candidate)>;

  /// None, which refuses to compare.
  AnyMatcher() = default;
  template <Matcher M>
  requires(!std::same_as<M, AnyMatcher>) AnyMatcher(M matcher) : self_(std::make_shared<Model<M>>(std::move(matcher))) {}

  /// Borrows the query.
  /// @throws ConfigError  where there is none
  Prepared prepare(const LocalFeatures& query) const {
    VPR_REQUIRE(ConfigError, self_ != nullptr, "this system has no matcher: it describes photos as wholes");
    return self_->prepare(query, self_);
  }
  Prepared prepare(const LocalFeatures&& query) const = delete;
  LocalMatch operator()(const Prepared& query, const LocalFeatures& candidate) const { return query(candidate); }
  LocalMatch operator()(const LocalFeatures& query, const LocalFeatures& candidate) const { return prepare(query)(candidate); }
  void compared(std::span<LocalMatch> matches) const {
    if (self_) self_->compared(matches);
  }

  std::string_view score_name() const { return self_ ? self_->score_name() : "score"; }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    if (self_) self_->visit(AnyVisitor<B>(visitor), prefix);
  }

 private:
  struct Interface {
    virtual ~Interface() = default;
    /// @param self  itself, which the result holds
    virtual Prepared prepare(const LocalFeatures& query, const std::shared_ptr<const Interface>& self) const = 0;
    virtual void compared(std::span<LocalMatch> matches) const = 0;
    virtual std::string_view score_name() const = 0;
    virtual void visit(const AnyVisitor<B>& visitor, const std::string& prefix) = 0;
  };
  template <class M>
  struct Model final : Interface {
    explicit Model(M matcher_) : matcher(std::move(matcher_)) {}
    Prepared prepare(const LocalFeatures& query, const std::shared_ptr<const Interface>& self) const override {
      if constexpr (requires { matcher.prepare(query); }) {
        return [self, this, prepared = matcher.prepare(query)](const LocalFeatures& candidate) { return matcher(prepared, candidate); };
      } else {
        return [self, this, &query](const LocalFeatures& candidate) { return matcher(query, candidate); };
      }
    }
    void compared([[maybe_unused]] std::span<LocalMatch> matches) const override {
      if constexpr (requires { matcher.compared(matches); }) matcher.compared(matches);
    }
    std::string_view score_name() const override { return score_name_of(matcher); }
    void visit([[maybe_unused]] const AnyVisitor<B>& visitor, [[maybe_unused]] const std::string& prefix) override {
      if constexpr (requires { matcher.visit(visitor, prefix); }) matcher.visit(visitor, prefix);
    }
    M matcher;
  };

  std::shared_ptr<Interface> self_;
};

template <Matcher M>
AnyMatcher(M) -> AnyMatcher<>;

static_assert(Matcher<AnyMatcher<>>);

}  // namespace vpr
