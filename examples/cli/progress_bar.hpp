// SPDX-License-Identifier: MIT
/// @file
/// A progress bar on a terminal; silence elsewhere.
#pragma once

#include <vpr/core/progress.hpp>

#include <unistd.h>

#include <cstdio>
#include <string>

namespace cli {

/// A `Progress` that draws on standard error while that is a terminal, and wipes its line at the end of a stage.
inline vpr::Progress progress_bar() {
  if (isatty(STDERR_FILENO) == 0) return {};
  return [](std::string_view stage, std::int64_t done, std::int64_t total) {
    constexpr std::int64_t width = 32;
    const std::int64_t filled = total > 0 ? done * width / total : 0;
    const std::string bar = std::string(static_cast<std::size_t>(filled), '#') + std::string(static_cast<std::size_t>(width - filled), '.');
    std::fprintf(stderr, "\r%.*s [%s] %lld/%lld\033[K", static_cast<int>(stage.size()), stage.data(), bar.c_str(),
                 static_cast<long long>(done), static_cast<long long>(total));
    if (done >= total) std::fprintf(stderr, "\r\033[K");
    std::fflush(stderr);
  };
}

}  // namespace cli
