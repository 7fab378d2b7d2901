// SPDX-License-Identifier: MIT
#include "interruption.hpp"

#include <unistd.h>

#include <atomic>
#include <cerrno>

namespace cli {
namespace {

std::atomic<bool> was_asked{false};
static_assert(std::atomic<bool>::is_always_lock_free, "signal handlers take no locks");

extern "C" void note_signal(int number) {
  if (was_asked.exchange(true)) {
    if (number == SIGHUP) return;
    std::signal(number, SIG_DFL);
    std::raise(number);  // once this handler is left
    return;
  }
  constexpr char text[] = "\nvpr: finishing this step, then writing state and weights; a second signal ends the program at once\n";
  const int error = errno;
  if (write(STDERR_FILENO, text, sizeof text - 1) < 0) errno = error;
}

}  // namespace

Interruption::Interruption() {
  was_asked = false;
  struct sigaction action = {};
  action.sa_handler = note_signal;
  action.sa_flags = SA_RESTART;
  for (int i = 0; i < 3; ++i) {
    sigaction(signals_[i], nullptr, &before_[i]);
    if (before_[i].sa_handler != SIG_IGN) sigaction(signals_[i], &action, nullptr);
  }
}

Interruption::~Interruption() {
  for (int i = 0; i < 3; ++i) sigaction(signals_[i], &before_[i], nullptr);
}

bool Interruption::asked() { return was_asked; }

}  // namespace cli
