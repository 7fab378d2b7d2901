// SPDX-License-Identifier: MIT
/// @file
/// What an ONNX graph gives of its weights: which are transposed, and under which names PyTorch knows them.
#pragma once

#include <vpr/io/onnx_operators.hpp>
#include <vpr/io/protobuf.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vpr::detail {

/// One operation of a graph (NodeProto). Texts lie in the message.
struct OnnxNode {
  std::vector<std::string_view> inputs;
  std::vector<std::string_view> outputs;
  std::string_view name;
  std::string_view op;
  std::string_view domain;
  bool transposed_b = false;  // Gemm's transB

  explicit OnnxNode(std::span<const std::byte> message) {
    for (ProtobufReader reader(message); reader.next();) {
      switch (reader.field()) {
        case 1: inputs.push_back(reader.text()); break;
        case 2: outputs.push_back(reader.text()); break;
        case 3: name = reader.text(); break;
        case 4: op = reader.text(); break;
        case 5: read_attribute(reader.bytes()); break;
        case 7: domain = reader.text(); break;
        default: break;
      }
      constexpr std::size_t most = 100'000;
      VPR_REQUIRE(FormatError, inputs.size() + outputs.size() <= most, "a node has more than ", most, " inputs and outputs");
    }
  }

 private:
  void read_attribute(std::span<const std::byte> message) {
    std::string_view attribute;
    std::uint64_t value = 0;
    for (ProtobufReader reader(message); reader.next();) {
      if (reader.field() == 1) attribute = reader.text();
      if (reader.field() == 3) value = reader.number();
    }
    if (attribute == "transB") transposed_b = value != 0;
  }
};

/// Refuses a graph that ONNX does not define, for then nothing says what its tensors are: operators that do not exist, inputs that no
/// earlier operation gives, and graphs within graphs (those of If and Loop) beyond any sensible depth.
inline void check_onnx_graph(std::span<const std::byte> graph, const std::vector<OnnxNode>& nodes, std::set<std::string_view> known,
                             std::uint64_t opset) {
  known.insert("");
  for (const OnnxNode& node : nodes) {
    const bool standard = (node.domain.empty() || node.domain == "ai.onnx") && opset <= onnx_known_opset;
    VPR_REQUIRE(FormatError, !standard || is_onnx_operator(node.op), "the graph has an operator '", node.op, "', which ONNX does not have");
    for (const std::string_view input : node.inputs) {
      VPR_REQUIRE(FormatError, known.contains(input), "the graph's node '", node.name, "' (", node.op, ") needs '", input,
                  "', which nothing before it gives");
    }
    known.insert(node.outputs.begin(), node.outputs.end());
  }
  constexpr std::array<std::array<std::uint64_t, 2>, 3> way{
      {{1, 1}, {5, 5}, {6, 11}}};  // graph: its nodes; node: attributes; attribute: graphs
  constexpr std::size_t deepest = 8;
  constexpr std::size_t most = 1'000'000;
  std::vector<std::pair<std::span<const std::byte>, std::size_t>> open{{graph, 0}};
  while (!open.empty()) {
    const auto [message, level] = open.back();
    open.pop_back();
    VPR_REQUIRE(FormatError, level <= deepest * way.size(), "more than ", deepest, " graphs lie within each other");
    for (ProtobufReader reader(message); reader.next();) {
      const auto& inward = way[level % way.size()];
      if (reader.field() != inward[0] && reader.field() != inward[1]) continue;
      VPR_REQUIRE(FormatError, open.size() < most, "the graph has more than ", most, " nodes, attributes and graphs on one level");
      open.emplace_back(reader.bytes(), level + 1);
    }
  }
}

/// Gives the weights of linear layers, which exporters store as `onnx::MatMul_123` and transposed, their official names.
class OnnxNames {
 public:
  struct Official {
    std::string name;
    bool transposed = false;
  };

  /// @param weights  the names of the graph's initializers
  OnnxNames(const std::vector<OnnxNode>& nodes, const std::set<std::string_view>& weights) : weights_(weights) {
    for (const OnnxNode& node : nodes) {
      if (node.op != "Add" || node.inputs.size() != 2) continue;
      adds_.emplace(node.inputs[0], &node);
      adds_.emplace(node.inputs[1], &node);
    }
    std::set<std::string> used;
    for (const OnnxNode& node : nodes) {
      const bool product = node.op == "MatMul" || node.op == "Gemm";
      if (!product || node.inputs.size() < 2 || !weights.contains(node.inputs[1])) continue;
      const std::string_view stored = node.inputs[1];
      std::string official(stored);
      if (!stored.ends_with(".weight")) {
        official = name_by_bias(node);
        if (official.empty() && stored.starts_with("onnx::")) official = name_by_path(node);
        if (official.empty() || weights.contains(official)) continue;
      }
      if (used.insert(official).second) names_[stored] = {official, !node.transposed_b};
    }
  }

  /// What the initializer `stored` is; its own name, as it is, where the graph gives no other.
  Official of(std::string_view stored) const {
    const auto found = names_.find(stored);
    return found == names_.end() ? Official{std::string(stored), false} : found->second;
  }

 private:
  /// `X.weight` where the product's result, or the Gemm itself, gets `X.bias` added.
  std::string name_by_bias(const OnnxNode& node) const {
    std::vector<std::string_view> candidates(node.inputs.begin() + 2, node.inputs.end());
    const auto add = node.outputs.empty() ? adds_.end() : adds_.find(node.outputs[0]);
    if (add != adds_.end()) candidates.insert(candidates.end(), add->second->inputs.begin(), add->second->inputs.end());
    for (const std::string_view bias : candidates) {
      constexpr std::string_view ending = ".bias";
      if (bias.ends_with(ending) && weights_.contains(bias)) return std::string(bias.substr(0, bias.size() - ending.size())) + ".weight";
    }
    return {};
  }

  /// `a.b.weight` of the node `/a/b/MatMul`: exporters name a node by the path of its module.
  static std::string name_by_path(const OnnxNode& node) {
    const std::size_t last = node.name.rfind('/');
    if (!node.name.starts_with('/') || last == 0) return {};
    std::string name(node.name.substr(1, last));
    std::replace(name.begin(), name.end(), '/', '.');
    return name + "weight";
  }

  const std::set<std::string_view>& weights_;
  std::map<std::string_view, const OnnxNode*> adds_;  // by what is added to
  std::map<std::string_view, Official> names_;
};

}  // namespace vpr::detail
