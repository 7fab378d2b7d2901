// SPDX-License-Identifier: MIT
// The readers of weight files of this project's own programs, compiled once for all of them.
#define VPR_IO_HERE
#include <vpr/io/all_readers.hpp>
