// SPDX-License-Identifier: MIT
// Every broken or hostile file of checkpoints_bad, each in a process of its own: what its manifest expects, in bounded memory and time,
// with nothing executed; then thousands of cut and flipped files.
#include <tests/support/paths.hpp>
#include <vpr/io/inspect.hpp>
#include <vpr/io/load.hpp>
#include <vpr/io/open.hpp>

#include "tests/io/fake_model.hpp"
#include "tests/io/listing.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/memory_limit.hpp"
#include "tests/support/temporary_folder.hpp"

#include <cmath>
#include <filesystem>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace fs = std::filesystem;
using vpr::test::FakeModel;

namespace {

FakeModel small_model() { return FakeModel({{"fc.weight", vpr::Shape{4, 3}}, {"fc.bias", vpr::Shape{4}}}); }

long peak_kilobytes() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

/// What became of a file: "error ..." or "loaded" and, where there was one, the report.
struct Outcome {
  std::string text;
  bool right_values = false;
  long kilobytes = 0;
  int status = 0;
};

std::string try_to_load(const std::string& path, const nlohmann::json& values) {
  try {
    FakeModel model = small_model();
    const vpr::WeightFile file = vpr::open_weights(path);
    vpr::inspect(file);
    const vpr::LoadReport report = vpr::load(model, file);
    bool right = true;
    for (const auto& [name, parameter] : model.parameters) {
      const auto wanted = values.at(name).get<std::vector<float>>();
      // The bfloat16 file holds the values cut off, not rounded.
      const float rounding = path.find("16") == path.npos ? 0 : 0x1p-7F;
      for (std::size_t i = 0; i < wanted.size(); ++i)
        right = right && std::abs(parameter.values[i] - wanted[i]) <= rounding * std::abs(wanted[i]);
    }
    return std::string("loaded ") + (right ? "right " : "wrong ") + report.text();
  } catch (const vpr::Error& error) {
    return std::string("error ") + error.what();
  }
}

Outcome in_own_process(const std::function<std::string()>& body, const fs::path& folder) {
  int channel[2];
  REQUIRE(::pipe(channel) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ::alarm(20);
    fs::current_path(folder);
    const long before = peak_kilobytes();
    const std::string text = body();
    const std::string message = std::to_string(peak_kilobytes() - before) + ' ' + text;
    const bool sent = ::write(channel[1], message.data(), message.size()) == static_cast<ssize_t>(message.size());
    ::_exit(sent ? 0 : 3);
  }
  ::close(channel[1]);
  std::string message;
  char buffer[4096];
  while (const ssize_t count = ::read(channel[0], buffer, sizeof buffer)) {
    if (count > 0) message.append(buffer, static_cast<std::size_t>(count));
  }
  ::close(channel[0]);
  Outcome outcome;
  ::waitpid(child, &outcome.status, 0);
  const std::size_t space = message.find(' ');
  if (space != message.npos) {
    outcome.kilobytes = std::stol(message);
    outcome.text = message.substr(space + 1);
  }
  return outcome;
}

}  // namespace

TEST_CASE("hostile files: each does what the manifest expects, within memory and time, and nothing runs") {
  for (const std::string& folder : {vpr::test::data("/checkpoints_bad"), vpr::test::shared("/goldens/checkpoints_bad")}) {
    if (!fs::exists(folder)) {
      WARN("not there, not tested: " << folder);
      continue;
    }
    const nlohmann::json manifest = vpr::test::read_json(folder + "/manifest.json");
    for (const nlohmann::json& entry : manifest.at("files")) {
      const auto name = entry.at("file").get<std::string>();
      const auto expect = entry.at("expect").get<std::string>();
      const std::string path = (fs::absolute(folder) / name).string();
      const TemporaryFolder empty;
      const Outcome outcome = in_own_process([&] { return try_to_load(path, manifest.at("values")); }, empty.path());
      CAPTURE(name, expect, outcome.text, outcome.kilobytes);
      CHECK(outcome.status == 0);
      CHECK(fs::is_empty(empty.path()));
      const long size = fs::is_regular_file(path) ? static_cast<long>(fs::file_size(path)) : 0;
      if (vpr::test::measures_memory) CHECK(outcome.kilobytes <= size / 1024 + 64 * 1024);
      const bool error = outcome.text.starts_with("error ");
      const bool right = outcome.text.starts_with("loaded right");
      if (error) CHECK_THAT(outcome.text, ContainsSubstring(path));
      if (expect == "error") {
        CHECK(error);
      } else if (expect == "load") {
        CHECK(right);
      } else if (expect == "load_and_report") {
        CHECK_THAT(outcome.text, ContainsSubstring("not finite fc.weight has 3 values"));
      } else {
        REQUIRE(expect == "error_or_load");
        CHECK((error || right));
      }
    }
  }
}

TEST_CASE("hostile files: the messages name what is wrong") {
  const auto says = [](const std::string& name, const std::string& words) {
    FakeModel model = small_model();
    CHECK_THROWS_WITH(vpr::load(model, vpr::open_weights(vpr::test::data("/checkpoints_bad/") + name)), ContainsSubstring(words));
  };
  says("ckpt_bad_pickle_posix_system.pth", "calls 'posix.system', which runs programs or code");
  says("ckpt_bad_storage_key_traversal.pth", "no entry 'archive/data/../../../../etc/hostname'");
  says("ckpt_bad_zip_torchscript.pt", "TorchScript");
  says("ckpt_bad_zip_crc.pth", "'archive/data/0' is damaged: its CRC-32 is wrong");
  says("ckpt_bad_html.pth", "HTML page");
  says("ckpt_bad_lfs_pointer.pth", "Git LFS pointer");
  says("ckpt_bad_st_int8.safetensors", "quantised weights");
  says("ckpt_bad_st_misshaped.safetensors", "fc.weight: the file has float32 [3, 4], the model wants [4, 3]");
  says("ckpt_bad_st_case_changed.safetensors", "the nearest that is left is FC.WEIGHT");
  says("ckpt_bad_onnx_external_traversal.onnx", "which is not opened");
}

/// Opens and reads whatever `content` is; only errors of ours may come of it.
static void survives(const std::string& content, const TemporaryFolder& folder) {
  const std::string path = folder.write("weights", content);
  try {
    vpr::inspect(vpr::open_weights(path));
  } catch (const vpr::Error&) {
  }
}

TEST_CASE("hostile files: cut or flipped anywhere, a file is read or refused") {
  const TemporaryFolder folder;
  for (const std::string name : {"checkpoints_bad/ckpt_good.pth", "checkpoints_bad/ckpt_good.npz", "checkpoints_bad/ckpt_good.onnx",
                                 "checkpoints_bad/ckpt_good.safetensors", "checkpoints_bad/ckpt_bad_zip_deflated_pickle.pth",
                                 "checkpoints/views_zip.pth", "checkpoints/views_legacy.pth", "checkpoints/dinov2_hf.onnx"}) {
    CAPTURE(name);
    const std::string whole = file_content(vpr::test::data("/") + name);
    REQUIRE(whole.size() > 100);
    const std::size_t step = 1 + whole.size() / 600;
    for (std::size_t i = 0; i < whole.size(); i += step) {
      survives(whole.substr(0, i), folder);
      for (const int mask : {0x01, 0x80, 0xff}) {
        std::string flipped = whole;
        flipped[i] = static_cast<char>(flipped[i] ^ mask);
        survives(flipped, folder);
      }
    }
    std::mt19937 random(7);
    for (int round = 0; round < 300; ++round) {
      std::string mutated = whole;
      for (int k = 0; k < 4; ++k) {
        const std::size_t at = random() % mutated.size();
        if (random() % 4 == 0) {
          mutated.erase(at, random() % 16);
        } else {
          mutated[at] = static_cast<char>(random() % 3 == 0 ? 0xff : random());
        }
      }
      survives(mutated, folder);
    }
  }
}
