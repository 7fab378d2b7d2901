// SPDX-License-Identifier: MIT
/// @file
/// Maps as Parquet files, for `vpr map export --parquet`.
#pragma once

#include <filesystem>

namespace vpr {
class PlaceMap;
}

namespace cli {

/// Writes places.parquet into a folder, which is made. @throws vpr::ConfigError  in a program that was built without Arrow
void export_parquet(const vpr::PlaceMap& map, const std::filesystem::path& folder);

}  // namespace cli
