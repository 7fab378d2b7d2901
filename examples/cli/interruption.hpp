// SPDX-License-Identifier: MIT
/// @file
/// Ctrl-C, SIGTERM and a terminal that hangs up as a wish that work is brought to an end that can be gone on from.
#pragma once

#include <csignal>

namespace cli {

/// The exit code of a training that a signal stopped, with state and weights written.
inline constexpr int exit_interrupted = 4;

/// While one lives, the first SIGINT, SIGTERM or SIGHUP only is noted; a second SIGINT or SIGTERM ends the program, as the first does otherwise. (A
/// shell passes a SIGHUP on that the terminal sends, too.) Signals that the program was started to ignore stay ignored. There may be one at a time.
class Interruption {
 public:
  Interruption();
  ~Interruption();
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;

  /// Whether there was a signal.
  static bool asked();

 private:
  static constexpr int signals_[] = {SIGINT, SIGTERM, SIGHUP};
  struct sigaction before_[3] = {};
};

}  // namespace cli
