// SPDX-License-Identifier: MIT
#include <vpr/io/weight_sets.hpp>

#include "tests/io/memory_source.hpp"
#include "tests/support/catch.hpp"

#include <optional>
#include <string>
#include <vector>

using vpr::find_weight_sets;
using vpr::Shape;
using vpr::WeightSet;
using vpr::test::Memory;
using Names = std::vector<std::string>;

namespace {

const Names official{"cls_token", "norm.weight", "blocks.0.attn.qkv.weight"};

std::vector<vpr::WantedTensor> wanted_of(const Names& names) {
  std::vector<vpr::WantedTensor> wanted;
  for (const std::string& name : names) wanted.push_back({name, Shape{2}});
  return wanted;
}

Memory file_of(const Names& names) {
  Memory file;
  for (const std::string& name : names) file.with(name, Shape{2}, 0);
  return file;
}

/// All of a small model's names behind each of the prefixes.
Memory sets_behind(const Names& prefixes) {
  Memory file;
  for (const std::string& prefix : prefixes) {
    for (const std::string& name : official) file.with(prefix + name, Shape{2}, 0);
  }
  return file;
}

Names roots_in(const Memory& file, const std::optional<std::string>& root = std::nullopt) {
  Names roots;
  for (const WeightSet& set : find_weight_sets(file.infos, wanted_of(official), root)) roots.push_back(set.root);
  return roots;
}

/// The prefix of the set that is meant, or "none".
std::string meant_in(const Names& prefixes) {
  const Memory file = sets_behind(prefixes);
  const std::vector<WeightSet> sets = find_weight_sets(file.infos, wanted_of(official));
  const WeightSet* const set = vpr::meant_weight_set(sets, [](const WeightSet&, const WeightSet&) { return false; });
  return set == nullptr ? "none" : set->root;
}

}  // namespace

TEST_CASE("weight sets: names are found behind prefixes, in wrappers and in other namings, as the file has them") {
  const auto norm_in = [](const Names& names) {
    const Memory file = file_of(names);
    return find_weight_sets(file.infos, wanted_of(official)).front().names("norm.weight");
  };
  CHECK(norm_in({"cls_token", "norm.weight"}) == Names{"norm.weight"});
  CHECK(norm_in({"module.cls_token", "module.norm.weight"}) == Names{"module.norm.weight"});
  CHECK(norm_in({"aggregator.norm.weight", "backbone.model.cls_token", "backbone.model.norm.weight"}) ==
        Names{"backbone.model.norm.weight"});
  CHECK(norm_in({"cls_token", "norm._orig_mod.weight"}) == Names{"norm._orig_mod.weight"});
  CHECK(norm_in({"embeddings.cls_token", "layernorm.weight"}) == Names{"layernorm.weight"});
  CHECK(norm_in({"my_cls_token", "my_norm.weight"}) == Names{"norm.weight"});
  CHECK(norm_in({}) == Names{"norm.weight"});
}

TEST_CASE("weight sets: a set covers what is behind its prefix, but no other set within and no state of an optimiser") {
  const Memory file = sets_behind({"", "ema."});
  const auto unprefixed = find_weight_sets(file.infos, wanted_of(official), "").front();
  CHECK(unprefixed.root.empty());
  CHECK(unprefixed.names.covers("head.weight"));
  CHECK(!unprefixed.names.covers("ema.cls_token"));
  CHECK(!unprefixed.names.covers("optimizer.state.cls_token"));
  CHECK(!unprefixed.names.covers("exp_avg.cls_token"));
  const auto ema = find_weight_sets(file.infos, wanted_of(official), "ema").front();
  CHECK(ema.names.covers("ema.head"));
  CHECK(!ema.names.covers("head"));
}

TEST_CASE("weight sets: all that may be meant are found, and nothing else") {
  CHECK(roots_in(sets_behind({"aerial.", "ground."})) == Names{"aerial.", "ground."});
  CHECK(roots_in(sets_behind({"", "ema."})) == Names{"", "ema."});
  CHECK(roots_in(sets_behind({"model.", "model.model."})) == Names{"model.", "model.model."});
  CHECK(roots_in(sets_behind({"", "module."})) == Names{"", "module."});  // which are one name without wrappers
  CHECK(roots_in(sets_behind({"net.", "optimizer.exp_avg.", "exp_avg_sq.", "momentum_buffer."})) == Names{"net."});

  Memory nearly = sets_behind({"a."});
  nearly.with("b.cls_token", Shape{2}, 0).with("b.norm.weight", Shape{2}, 0);
  CHECK(roots_in(nearly) == Names{"a.", "b."});
  Memory few = sets_behind({"a."});
  few.with("b.norm.weight", Shape{2}, 0);
  CHECK(roots_in(few) == Names{"a."});
  Memory other_size = sets_behind({"small."});
  for (const std::string& name : official) other_size.with("large." + name, Shape{3}, 0);
  CHECK(roots_in(other_size) == Names{"small."});
  Memory whole_numbers = sets_behind({"a."});
  for (const std::string& name : official) whole_numbers.with("b." + name, Shape{2}, 0, vpr::DType::int8);
  CHECK(roots_in(whole_numbers) == Names{"a."});
}

TEST_CASE("weight sets: official and Hugging Face's names side by side are two sets") {
  Memory file = sets_behind({"theirs."});
  file.with("hf.embeddings.cls_token", Shape{2}, 0).with("hf.layernorm.weight", Shape{2}, 0);
  for (const std::string part : {"query", "key", "value"}) {
    file.with("hf.encoder.layer.0.attention.attention." + part + ".weight", Shape{1}, 0);
  }
  CHECK(roots_in(file) == Names{"theirs.", "hf."});
}

TEST_CASE("weight sets: a prefix that is asked for restricts, and one that is exact goes before those deeper") {
  const Memory file = sets_behind({"", "teacher.backbone.", "student.backbone."});
  CHECK(roots_in(file, "") == Names{""});
  CHECK(roots_in(file, "teacher.backbone.") == Names{"teacher.backbone."});
  CHECK(roots_in(file, "teacher") == Names{"teacher.backbone."});
  CHECK(roots_in(file, "module.teacher.") == Names{"teacher.backbone."});
  CHECK(roots_in(file, "teach") == Names{"teach."});  // no whole part of a name: nothing is found there
  CHECK(find_weight_sets(file.infos, wanted_of(official), "nowhere.").front().fitting == 0);
}

TEST_CASE("weight sets: layouts with a published rule") {
  CHECK(meant_in({"student.backbone.", "teacher.backbone."}) == "teacher.backbone.");
  CHECK(meant_in({"model.student.backbone.", "model.teacher.backbone."}) == "model.teacher.backbone.");
  CHECK(meant_in({"state_dict.", "state_dict_ema."}) == "state_dict_ema.");
  CHECK(meant_in({"encoder_q.", "encoder_k."}) == "encoder_q.");
  CHECK(meant_in({"base_encoder.", "momentum_encoder."}) == "base_encoder.");
  CHECK(meant_in({"student.backbone."}) == "student.backbone.");

  CHECK(meant_in({"student.", "teacher."}) == "none");  // a distilled student is what its training is for
  CHECK(meant_in({"model.", "model_ema."}) == "none");  // published programs differ
  CHECK(meant_in({"a.student.backbone.", "b.teacher.backbone."}) == "none");
  CHECK(meant_in({"student.backbone.", "teacher.backbone.", "gram.backbone."}) == "none");
  CHECK(meant_in({"my_state_dict.", "my_state_dict_ema."}) == "none");
}

TEST_CASE("weight sets: the error names every set and how to choose, whatever bytes are in the names") {
  const Memory file = sets_behind({"aerial.", "ground\x1b.", "sky\xff."});
  const auto sets = find_weight_sets(file.infos, wanted_of(official));
  CHECK_THROWS_AS(vpr::refuse_weight_sets(sets, "f.pth"), vpr::WeightError);
  CHECK_THROWS_WITH(vpr::refuse_weight_sets(sets, "f.pth"),
                    ContainsSubstring("f.pth: holds several sets of weights") &&
                        ContainsSubstring("'aerial.' (official names, 3 parameters), 'ground\\x1B.'") && ContainsSubstring("'sky\\xFF.'") &&
                        ContainsSubstring("LoadOptions{.root = \"aerial.\"}") && ContainsSubstring("--weights-root \"aerial.\""));
}

TEST_CASE("weight sets: a file of a hundred thousand names is searched in one pass") {
  Memory file;
  for (int i = 0; i < 100'000; ++i) file.with("a.b.c." + std::to_string(i) + ".norm.weight", Shape{2}, 0);
  file.with(std::string(1'000'000, '.') + "norm.weight", Shape{2}, 0);
  CHECK(find_weight_sets(file.infos, wanted_of(official)).front().fitting == 1);
}
