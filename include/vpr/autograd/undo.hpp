// SPDX-License-Identifier: MIT
/// @file
/// Leaves of a recording as they were, for a step of training that fails.
#pragma once

#include <vpr/core/requirements.hpp>

#include <functional>
#include <set>
#include <utility>
#include <vector>

namespace vpr {

/// While one exists, this thread's Vars note what they were before it changes: the value before `assign`, and the gradient of a leaf before
/// `backward`, `update` or `clear_gradient`. `restore()` gives all of them back. What `update` does to a value is not noted: an optimiser's step is
/// for its caller to note.
///
/// Costs a copy of what is changed: of running statistics, and of gradients that were there before.
class Undo {
 public:
  Undo() : outer_(std::exchange(innermost_, this)) {}
  Undo(const Undo&) = delete;
  Undo& operator=(const Undo&) = delete;
  ~Undo() { innermost_ = outer_; }

  /// The latest note first.
  void restore() {
    for (std::vector<std::function<void()>> noted = std::exchange(noted_, {}); !noted.empty(); noted.pop_back()) noted.back()();
    noted_.clear();  // of what was given back
    known_.clear();
  }

  /// For what changes: `make()` gives a function that restores what `what` is now. It is called if nobody noted `what` before.
  template <class Make>
  static void note(const void* what, Make&& make) {
    for (Undo* undo = innermost_; undo != nullptr; undo = undo->outer_) {
      if (undo->known_.contains(what)) continue;
      undo->noted_.push_back(make());
      undo->known_.insert(what);
    }
  }

 private:
  inline static thread_local Undo* innermost_ = nullptr;
  Undo* outer_;
  std::vector<std::function<void()>> noted_;
  std::set<const void*> known_;
};

}  // namespace vpr
