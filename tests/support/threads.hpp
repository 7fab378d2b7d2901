// SPDX-License-Identifier: MIT
/// The number of threads for the length of a scope, in which the smallest loops are shared too.
#pragma once

#include <vpr/core/execution.hpp>

#include <memory>

/// Threads for the loops of one thread.
struct EagerExecutor {
  static constexpr bool shares_every_loop = true;
  int count;
  std::shared_ptr<vpr::detail::Helpers> helpers = std::make_shared<vpr::detail::Helpers>();

  int threads() const { return count; }
  template <class Work>
  void run(int most, const Work& work) const {
    helpers->run(most - 1, {[](void* argument) { (*static_cast<const Work*>(argument))(); }, const_cast<Work*>(&work)});
  }
};

struct Threads : vpr::ExecutionScope {
  explicit Threads(int count) : vpr::ExecutionScope(vpr::Execution(EagerExecutor{count})) {}
};
