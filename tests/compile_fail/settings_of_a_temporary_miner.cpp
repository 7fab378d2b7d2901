// SPDX-License-Identifier: MIT
// refused: deleted
#include <vpr/dataset/triplet_miner.hpp>

vpr::TripletMiner miner();
const vpr::TripletMinerSettings& settings = miner().settings();
