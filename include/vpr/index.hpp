// SPDX-License-Identifier: MIT
/// @file
/// Search among descriptors. Two headers are left out, since they take seconds to compile: `<vpr/index/fit_pca.hpp>`, which trains a
/// PCA, and `<vpr/index/pca_file.hpp>`, which saves and loads one.
#pragma once

#include <vpr/index/binary.hpp>
#include <vpr/index/concept.hpp>
#include <vpr/index/filtered.hpp>
#include <vpr/index/flat.hpp>
#include <vpr/index/pca.hpp>
#include <vpr/index/rescore.hpp>
#include <vpr/index/signs.hpp>
#include <vpr/index/top_k.hpp>

#ifdef VPR_WITH_FAISS
#include <vpr/index/faiss.hpp>
#endif
#ifdef VPR_WITH_HNSW
#include <vpr/index/hnsw.hpp>
#endif
