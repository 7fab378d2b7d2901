// SPDX-License-Identifier: MIT
// refused: deleted
#include <vpr/model/loaded_model.hpp>

vpr::LoadedModel load();
const vpr::AnyPipeline<>& pipeline = load().pipeline();
