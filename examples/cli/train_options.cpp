// SPDX-License-Identifier: MIT
#include "train_options.hpp"

#include "file_hash.hpp"
#include "outputs.hpp"

#include <vpr/core/printable.hpp>
#include <vpr/dataset/photo_folder.hpp>
#include <vpr/image/augment.hpp>
#include <vpr/io/safetensors.hpp>
#include <vpr/io/weight_source.hpp>
#include <vpr/model/model_request.hpp>
#include <vpr/model/record.hpp>
#include <vpr/model/systems.hpp>
#include <vpr/train/trainer.hpp>

#include <charconv>
#include <filesystem>
#include <span>
#include <string_view>
#include <system_error>
#include <vector>

namespace cli {
namespace {

std::string text_of(double value) {
  char digits[32];
  return {digits, std::to_chars(digits, digits + sizeof digits, value).ptr};
}

bool is_there(const std::string& path) {
  std::error_code ignored;
  return !path.empty() && std::filesystem::exists(path, ignored);
}

/// A folder's or a table's path, and what tells whether it holds the same photos: the names of its photos, and the bytes of its tables.
std::string source_of(const std::string& path) {
  if (path.empty()) return {};
  std::error_code ignored;
  if (!std::filesystem::is_directory(path, ignored)) return path + ", " + hash_of_file(path);
  std::string names;
  for (const vpr::Photo& photo : vpr::photos_in_folder(path)) names += photo.name + '\n';
  for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(path) / "Dataframes", ignored))
    names += entry.path().filename().string() + ' ' + hash_of_file(entry.path().string()) + '\n';
  return path + ", " + hash_of(std::as_bytes(std::span(names)));
}

/// A weight file's name and hash, or the seed of weights that are drawn.
std::string weights_of(const std::string& weights) {
  return vpr::seed_of(weights) ? weights : std::filesystem::path(weights).filename().string() + ", " + hash_of_file(weights);
}

/// Whether two notes, the second of the file `path`, are of the same bytes, wherever these lie. Of a folder only the names of its photos are
/// known, which those of another may have, too.
bool is_same_file(const std::string& path, std::string_view before, std::string_view now) {
  std::error_code ignored;
  const std::size_t hash = now.rfind(", xxh3:");
  return hash != now.npos && !std::filesystem::is_directory(path, ignored) && before.ends_with(now.substr(hash));
}

/// A word of a shell's command line.
std::string shell_word(const std::string& text) {
  constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:+-,@%=";
  if (!text.empty() && text.find_first_not_of(plain) == text.npos) return text;
  const std::string shown = vpr::escaped(text);
  const bool has_escapes = shown != text;
  std::string word = has_escapes ? "$'" : "'";
  for (const char c : shown) word += c != '\'' ? std::string(1, c) : has_escapes ? "\\'" : "'\\''";
  return word + '\'';
}

/// The options that differ from those noted in a state, as one types them, with both values. Of another recipe, only those besides that giving the
/// state's recipe would leave different.
std::string changed_options(const TrainOptions& options, const std::map<std::string, std::string>& noted,
                            std::map<std::string, std::string> deciding, const OptionsOfRecipe& with_recipe) {
  std::string changed;
  const auto add = [&changed](const std::string& name, const std::string& before, const std::string& now) {
    changed += (changed.empty() ? "--" : "; --") + name + " was '" + before + "', now '" + now + "'";
  };
  if (const auto recipe = noted.find("recipe"); recipe != noted.end() && recipe->second != options.recipe) {
    add("recipe", recipe->second, options.recipe);
    try {
      deciding = with_recipe(recipe->second);
    } catch (const vpr::ConfigError&) {  // the other options are for this recipe alone
      return changed;
    }
  }
  const std::map<std::string, std::string> paths{{"weights", options.weights},
                                                 {"data", options.data},
                                                 {"database", options.database},
                                                 {"queries", options.queries},
                                                 {"positives", options.positives}};
  const auto differs = [&](const std::string& name) {
    const auto before = noted.find(name);
    return before != noted.end() && before->second != deciding.at(name);
  };
  for (const auto& [name, now] : deciding) {
    if (!differs(name)) continue;
    if (name == "tokens" && options.tokens.empty() && differs("model")) continue;  // the model's default
    const std::string& before = noted.at(name);
    if (const auto path = paths.find(name); path != paths.end() && is_same_file(path->second, before, now)) continue;
    add(name, before, now);
  }
  return changed;
}

}  // namespace

std::string training_preprocess(const vpr::Recipe& recipe) {
  return std::string(vpr::resize_tensor).append(vpr::normalisation_option(vpr::published_preprocess(recipe.system)));
}

std::map<std::string, std::string> deciding_options(const TrainOptions& options, const vpr::Recipe& recipe) {
  std::string left_out;
  for (const std::string& text : options.leave_out) left_out += (left_out.empty() ? "" : ", ") + text;
  const bool mined = recipe.mining != vpr::Mining::batch;
  std::map<std::string, std::string> all{
      {"recipe", recipe.name},
      {"model", recipe.system},
      {"tokens", recipe.tokens},
      {"weights", weights_of(options.weights)},
      {"data", source_of(options.data)},
      {"by", std::string(vpr::name_of(recipe.by))},
      {"frames", std::to_string(options.frames_of_place())},
      {"leave-out", left_out},
      {"size", vpr::text_of(recipe.size)},
      {"augment", recipe.augment.target<vpr::RandAugment>() != nullptr ? "randaugment"
                  : recipe.augment                                     ? "the recipe's"
                                                                       : "none"},
      {"mining", recipe.mining == vpr::Mining::batch  ? "batch"
                 : recipe.mining == vpr::Mining::full ? "full"
                                                      : "partial"},
      {"rate", text_of(recipe.rate)},
      {"tuned-blocks", std::to_string(recipe.tuned_blocks)},
      {"precision", options.precision},
      {"seed", std::to_string(options.seed)},
      {"positions", options.positions},
      {"upright", options.photo.upright ? "yes" : "no"},
      {"accept-damaged", options.photo.accept_damaged ? "yes" : "no"},
      {"max-megapixels", text_of(options.photo.max_megapixels)},
      {"database", source_of(options.database)},
      {"queries", source_of(options.queries)},
      {"positives", source_of(options.positives)},
      {"radius", text_of(options.radius)},
  };
  if (mined) {
    all.insert({{"triplets", std::to_string(recipe.triplets)},
                {"negatives", std::to_string(recipe.miner.negatives)},
                {"round", std::to_string(recipe.miner.queries)},
                {"pool", std::to_string(recipe.miner.pool)}});
  } else {
    all.insert({{"places", std::to_string(recipe.places)}, {"photos", std::to_string(recipe.photos)}});
  }
  for (auto& [name, value] : all) value = vpr::escaped(value);
  return all;
}

std::string evaluation_command(const TrainOptions& options, const vpr::Recipe& recipe) {
  std::string command = "vpr evaluate";
  const auto add = [&command](const char* name, const std::string& value) {
    if (!value.empty()) command.append(" ").append(name).append(" ").append(shell_word(value));
  };
  add("--model", recipe.system);
  add("--weights", options.out);
  add("--size", options.size);
  add("--preprocess", training_preprocess(recipe));
  if (options.photo.upright) command += " --upright";
  if (options.photo.accept_damaged) command += " --accept-damaged";
  if (options.photo.max_megapixels != PhotoOptions().max_megapixels) add("--max-megapixels", text_of(options.photo.max_megapixels));
  if (options.database.empty()) return command;
  add("--database", options.database);
  add("--queries", options.queries);
  add("--positives", options.positives);
  if (options.positives.empty()) add("--radius", text_of(options.radius));
  if (options.positions != "automatic") add("--positions", options.positions);
  return command;
}

void check_training(const TrainOptions& options, const std::map<std::string, std::string>& deciding, const OptionsOfRecipe& with_recipe) {
  const std::string state_path = options.files().state();
  std::vector<std::string> outputs{options.out, state_path, options.files().best(), options.log, options.report};
  for (const std::string& path : outputs) {
    VPR_REQUIRE(vpr::ConfigError, options.resume || options.force || !is_there(path), "train: ", path,
                " is there already, perhaps of a finished training: add --resume to go on from it, give another name, or add --force to "
                "overwrite it");
  }
  outputs.push_back(options.files().candidate());  // one that a kill left is no loss
  check_outputs(outputs, {options.weights, options.data, options.database, options.queries, options.positives}, true);
  if (!options.resume) return;

  VPR_REQUIRE(vpr::ConfigError, is_there(state_path), "train: --resume: there is no state ", state_path,
              " to go on from: leave --resume out to begin a training, with --force where files of another are there");
  const vpr::WeightFile state = vpr::read_safetensors(state_path);
  VPR_REQUIRE(vpr::FormatError, vpr::detail::training_state.is_kind_of(state.metadata(), state_path), state_path,
              ": is not the state of a training");
  vpr::StepCount done;
  done.assign(std::span<const float>(vpr::read_tensor(state, "trainer.steps")));
  VPR_REQUIRE(vpr::ConfigError, done.value() <= options.steps, "train: ", done.value(), " steps are done already, --steps asks for ",
              options.steps, " in all: nothing is written");
  const std::string changed = changed_options(options, state.metadata(), deciding, with_recipe);
  VPR_REQUIRE(vpr::ConfigError, changed.empty() || options.change,
              "train: --resume with other options than the training began with: ", changed,
              ". Give those, or add --change to go on with these");
}

}  // namespace cli
