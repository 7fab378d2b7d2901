// SPDX-License-Identifier: MIT
#include <tests/support/paths.hpp>
#include <vpr/io/open.hpp>

#include "tests/io/listing.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

#include <filesystem>
#include <string>

using vpr::open_weights;

TEST_CASE("open_weights: every kind of checkpoint gives the listed tensors") {
  int files = 0;
  for (const std::string folder : {vpr::test::data("/checkpoints"), vpr::test::shared("/goldens/checkpoints")}) {
    if (!std::filesystem::exists(folder)) {
      WARN("not there, not tested: " << folder);
      continue;
    }
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      if (entry.path().extension() != ".json") continue;
      const std::string path = (entry.path().parent_path() / entry.path().stem()).string();
      vpr::test::require_listed(open_weights(path), vpr::test::read_json(entry.path().string()));
      ++files;
    }
  }
  CHECK(files >= 19);
}

TEST_CASE("open_weights: the content decides, not the name") {
  const std::string data = vpr::test::data("/checkpoints_bad/");
  CHECK(open_weights(data + "ckpt_bad_safetensors_inside.pth").format() == "safetensors");
  CHECK(open_weights(data + "ckpt_bad_st_zip_inside.safetensors").format() == "PyTorch");
  const TemporaryFolder folder;
  for (const std::string name : {"ckpt_good.npz", "ckpt_good.onnx", "ckpt_good.pth", "ckpt_good.safetensors"}) {
    const std::string path = folder.write("weights", file_content(data + name));
    CHECK(open_weights(path).tensors().size() == 2);
  }
}

TEST_CASE("open_weights: what is no weight file is called what it seems to be") {
  const TemporaryFolder folder;
  const auto says = [&folder](const std::string& content, const std::string& name, const std::string& words) {
    const std::string path = folder.write(name, content);
    CHECK_THROWS_WITH(open_weights(path), ContainsSubstring(path) && ContainsSubstring(words));
  };
  says("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", "w.safetensors", "Git LFS pointer");
  says("\n <!DOCTYPE HTML>\n<html>", "w.onnx", "HTML page");
  says("<html lang=en>", "w", "HTML page");
  says("Not found", "w.pth", "a text");
  says("\x80\x02}.", "w.pth", "a plain pickle");
  says(std::string("\0\1\2\3", 4), "w.bin", "damaged");
  says("", "w.pth", "is empty");
  CHECK_THROWS_AS(open_weights(folder.path().string()), vpr::IoError);
  CHECK_THROWS_WITH(open_weights(folder.path().string()), ContainsSubstring("is a directory"));
  CHECK_THROWS_WITH(open_weights(folder.file("none.pth")), ContainsSubstring("none.pth: cannot be opened: No such file"));
}
