// SPDX-License-Identifier: MIT
/// @file
/// Weight files. Needs the CMake target `vpr::io`.
#pragma once

#include <vpr/io/atomic_file.hpp>
#include <vpr/io/dtype.hpp>
#include <vpr/io/inflate.hpp>
#include <vpr/io/inspect.hpp>
#include <vpr/io/load.hpp>
#include <vpr/io/load_report.hpp>
#include <vpr/io/mapped_file.hpp>
#include <vpr/io/missing.hpp>
#include <vpr/io/name_map.hpp>
#include <vpr/io/namings.hpp>
#include <vpr/io/npy.hpp>
#include <vpr/io/npz.hpp>
#include <vpr/io/onnx.hpp>
#include <vpr/io/open.hpp>
#include <vpr/io/packed_form.hpp>
#include <vpr/io/pickle.hpp>
#include <vpr/io/plain_names.hpp>
#include <vpr/io/protobuf.hpp>
#include <vpr/io/safetensors.hpp>
#include <vpr/io/save.hpp>
#include <vpr/io/sharded.hpp>
#include <vpr/io/torch_checkpoint.hpp>
#include <vpr/io/vit_names.hpp>
#include <vpr/io/weight_file.hpp>
#include <vpr/io/weight_set_search.hpp>
#include <vpr/io/weight_sets.hpp>
#include <vpr/io/weight_source.hpp>
#include <vpr/io/zip.hpp>
#include <vpr/io/zip_writer.hpp>

#ifdef VPR_WITH_HASH
#include <vpr/io/digest.hpp>
#endif
