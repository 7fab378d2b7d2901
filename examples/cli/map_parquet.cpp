// SPDX-License-Identifier: MIT
#include "map_parquet.hpp"

#ifdef VPR_WITH_MAP
#ifdef VPR_WITH_ARROW
#include <vpr/map/parquet.hpp>

#include <system_error>
#else
#include <vpr/core/error.hpp>
#endif

namespace cli {

void export_parquet([[maybe_unused]] const vpr::PlaceMap& map, [[maybe_unused]] const std::filesystem::path& folder) {
#ifdef VPR_WITH_ARROW
  std::error_code ignored;  // who writes into it says why it cannot be made
  std::filesystem::create_directories(folder, ignored);
  vpr::export_parquet(map, (folder / "places.parquet").string());
#else
  vpr::fail<vpr::ConfigError>(
      "--parquet: this program was built without Arrow: build it where that is installed (arrow.apache.org/install: libarrow-dev "
      "libparquet-dev)");
#endif
}

}  // namespace cli
#endif
