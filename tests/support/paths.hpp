// SPDX-License-Identifier: MIT
/// Where the tests find their data.
#pragma once

#include <string>
#include <string_view>

namespace vpr::test {

/// `tests/data`, and what lies below it at `path`, which starts with a slash.
std::string data(std::string_view path = {});
/// The same of the folder `shared` beside the checkout, which may be absent: what needs it says so and is skipped.
std::string shared(std::string_view path = {});

}  // namespace vpr::test
