// SPDX-License-Identifier: MIT
#include "load_models.hpp"

#include <vpr/model/named.hpp>

namespace cli {

vpr::LoadedModel load_model(const vpr::ModelRequest& request) { return vpr::load_model(request); }
vpr::LoadedModel load_two_stage(const vpr::ModelRequest& request) { return vpr::load_two_stage(request); }
bool needs_vocabulary(std::string_view model) { return vpr::needs_vocabulary(model); }

}  // namespace cli
