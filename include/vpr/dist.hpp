// SPDX-License-Identifier: MIT
/// @file
/// Description, search, re-ranking and training shared by processes; with the CMake target `vpr::mpi` on several machines.
#pragma once

#include <vpr/dist/communicator.hpp>
#include <vpr/dist/gathered.hpp>
#include <vpr/dist/sharded_index.hpp>
#include <vpr/dist/training.hpp>
#ifdef VPR_WITH_MPI
#include <vpr/dist/mpi.hpp>
#endif
