// SPDX-License-Identifier: MIT
// refused: use of deleted function
#include <vpr/io/mapped_file.hpp>

const auto bytes = vpr::MappedFile("weights.pth").bytes();
