// SPDX-License-Identifier: MIT
/// @file
/// A search in pieces of queries, and on several threads.
#pragma once

#include <vpr/index/concept.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/threads.hpp"

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <utility>
#include <vector>

namespace vpr::test {

/// Checks that the index answers so for all queries at once and for pieces of them, on each number of threads.
template <class I>
void check_search(const I& index, Rows queries, std::int64_t k, const std::vector<Matches>& wanted, std::initializer_list<int> threads) {
  for (const int count : threads) {
    const Threads several(count);
    CHECK(index.search(queries, k) == wanted);
    std::vector<Matches> in_pieces;
    for (std::int64_t begin = 0, piece = 1; begin < queries.size(); begin += piece, piece = piece % 8 + 1) {
      for (Matches& matches : index.search(queries.slice(begin, std::min(piece, queries.size() - begin)), k))
        in_pieces.push_back(std::move(matches));
    }
    CHECK(in_pieces == wanted);
  }
}

}  // namespace vpr::test
