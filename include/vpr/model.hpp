// SPDX-License-Identifier: MIT
/// @file
/// Pipelines. `<vpr/model/named.hpp>`, which makes every model by name at run time, is left to the one source that needs it: it
/// instantiates them all.
#pragma once

#include <vpr/model/any_system.hpp>
#include <vpr/model/anyloc.hpp>
#include <vpr/model/boq.hpp>
#include <vpr/model/convnext.hpp>
#include <vpr/model/cos_place.hpp>
#include <vpr/model/cricavpr.hpp>
#include <vpr/model/descriptors.hpp>
#include <vpr/model/dinov2.hpp>
#include <vpr/model/edtformer.hpp>
#include <vpr/model/image4vpr.hpp>
#include <vpr/model/megaloc.hpp>
#include <vpr/model/mix_vpr.hpp>
#include <vpr/model/mobile_net.hpp>
#include <vpr/model/net_vlad.hpp>
#include <vpr/model/patch_net_vlad.hpp>
#include <vpr/model/pipeline.hpp>
#include <vpr/model/r2former.hpp>
#include <vpr/model/record.hpp>
#include <vpr/model/resnet.hpp>
#include <vpr/model/salad.hpp>
#include <vpr/model/selavpr.hpp>
#include <vpr/model/selavprpp.hpp>
#include <vpr/model/struct_vpr.hpp>
#include <vpr/model/super_glue.hpp>
#include <vpr/model/supervlad.hpp>
#include <vpr/model/trans_vpr.hpp>
#include <vpr/model/two_stage.hpp>
#include <vpr/model/vgg.hpp>
