// SPDX-License-Identifier: MIT
// refused: deleted
#include <vpr/io/mapped_file.hpp>

auto bytes = vpr::MappedFile("weights.pth").bytes();
