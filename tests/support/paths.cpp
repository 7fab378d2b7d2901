// SPDX-License-Identifier: MIT
// Only this file's command line names the checkout's folder, so that compiler caches serve every checkout.
#include <tests/support/paths.hpp>

namespace vpr::test {

std::string data(std::string_view path) { return std::string(VPR_TEST_DATA).append(path); }
std::string shared(std::string_view path) { return std::string(VPR_SHARED).append(path); }

}  // namespace vpr::test
