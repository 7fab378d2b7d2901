// SPDX-License-Identifier: MIT
// refused: deleted
#include <vpr/model/any_pipeline.hpp>

vpr::AnyPipeline load();
const vpr::ModelRecord& record = load().record();
