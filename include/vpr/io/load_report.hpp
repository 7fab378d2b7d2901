// SPDX-License-Identifier: MIT
/// @file
/// How much a weight file may differ from a model, and what loading found.
#pragma once

#include <vpr/core/text.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace vpr {

/// How much a file may differ from the model. Names are compared with the last parts of a tensor's name. Tensors of types that no model
/// needs, such as whole, complex or quantised ones, may always be there.
struct LoadOptions {
  bool strict = true;                                                     ///< any difference is an error; else what fits is loaded
  std::vector<std::string> optional{"mask_token"};                        ///< may be missing in the file or in the model
  std::vector<std::string> ignored{"num_batches_tracked", "n_averaged"};  ///< counters, never used
  /// Of a file with several sets of weights the one behind this prefix, such as `teacher.backbone.`; `""` means names without a prefix.
  std::optional<std::string> root = std::nullopt;
};

/// What loading found. Each line of the lists is a sentence that begins with the tensor's name.
struct LoadReport {
  std::size_t loaded = 0;                ///< parameters that got their values
  std::string root;                      ///< the prefix of the tensors taken, without wrappers such as `module.`
  std::vector<std::string> missing;      ///< parameters that the file does not have
  std::vector<std::string> unexpected;   ///< tensors of the file that the model lacks
  std::vector<std::string> misshaped;    ///< of another shape or type than the model wants
  std::vector<std::string> not_finite;   ///< loaded, though with NaN or infinite values
  std::vector<std::string> converted;    ///< loaded, though not as they are: what was done
  std::vector<std::string> passed_over;  ///< prefixes of other sets of weights in the file, whole or partial, which could be meant

  bool fits() const { return missing.empty() && unexpected.empty() && misshaped.empty(); }
  /// It as text, one line each; of a list with more than `most` lines so many, and the count of the others.
  std::string text(std::size_t most = SIZE_MAX) const {
    std::string text = text_of(missing.size(), " missing, ", unexpected.size(), " unexpected, ", misshaped.size(), " mis-shaped");
    const auto list = [&text, most](const char* kind, const std::vector<std::string>& lines) {
      for (std::size_t i = 0; i < std::min(lines.size(), most); ++i) text.append("\n  ").append(kind).append(" ").append(lines[i]);
      if (lines.size() > most) text += text_of("\n  and ", lines.size() - most, " more ", kind);
    };
    list("missing", missing);
    list("unexpected", unexpected);
    list("mis-shaped", misshaped);
    list("not finite", not_finite);
    list("converted", converted);
    std::vector<std::string> prefixes = passed_over;
    std::replace(prefixes.begin(), prefixes.end(), std::string(), std::string("tensors without a prefix"));
    list("passed over", prefixes);
    return text;
  }
};

}  // namespace vpr
