// SPDX-License-Identifier: MIT
/// @file
/// Where the models by name are compiled.
#pragma once

#include <vpr/core/requirements.hpp>

/// The models by name are compiled in every file that uses them, or once: a program all of whose files define `VPR_MODELS_APART` compiles each family
/// of rows in a source of its own, see `<vpr/model/rows.hpp>`, and the rest in one or more that define `VPR_MODELS_HERE`: what makes and loads models,
/// `<vpr/model/named.hpp>`, and what trains them, `<vpr/model/recipes.hpp>` and `<vpr/model/training.hpp>`, as `cmake/models/` does.
#if !defined(VPR_MODELS_APART)
#define VPR_MODELS_BODIES 1
#define VPR_MODELS_FUNCTION inline
#elif defined(VPR_MODELS_HERE)
#define VPR_MODELS_BODIES 1
#define VPR_MODELS_FUNCTION
#define VPR_MODELS_TEMPLATE template
#else
#define VPR_MODELS_BODIES 0
#define VPR_MODELS_FUNCTION
#define VPR_MODELS_TEMPLATE extern template
#endif
