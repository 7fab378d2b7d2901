// SPDX-License-Identifier: MIT
/// @file
/// The namings of parameters that files are looked through for.
#pragma once

#include <vpr/io/name_map.hpp>

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace vpr::detail {

/// A naming of parameters, by a library or a training program.
struct Naming {
  std::string_view name;  ///< for messages
  /// The names behind that prefix, in a file of these tensors.
  AnyNameMap (*map)(const std::string& root, const std::vector<TensorInfo>& tensors);
};

template <bool newer>
AnyNameMap hugging_face_names(const std::string& root, const std::vector<TensorInfo>& tensors) {
  HuggingFaceDinoV2 names(root, newer);
  names.find_split_position(tensors);
  return names;
}
template <VitNames (*names)()>
AnyNameMap vit_names(const std::string& root, const std::vector<TensorInfo>&) {
  return NamesOfVit{root, names()};
}
template <class Names>
AnyNameMap prefixed(const std::string& root, const std::vector<TensorInfo>&) {
  return Names{root};
}

/// Those that are known. The first that fits a file best is taken.
inline constexpr std::array<Naming, 9> namings{{
    {"official names", prefixed<PrefixedNames>},
    {"timm's names", prefixed<TimmDinoV2>},
    {"Hugging Face's names", hugging_face_names<false>},
    {"Hugging Face's newer names", hugging_face_names<true>},
    {"a Sequential's numbers", prefixed<SequentialNames>},
    {"OpenAI's names of CLIP", vit_names<VitNames::clip>},
    {"Hugging Face's names of CLIP", vit_names<VitNames::hugging_face_clip>},
    {"DINOv3's names", vit_names<VitNames::dinov3>},
    {"Hugging Face's names of DINOv3", vit_names<VitNames::hugging_face_dinov3>},
}};

}  // namespace vpr::detail
