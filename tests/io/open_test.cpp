// SPDX-License-Identifier: MIT
#include <tests/support/paths.hpp>
#include <vpr/io/open.hpp>

#include "tests/io/listing.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

#include <filesystem>
#include <string>

#include <sys/stat.h>

using vpr::open_weights;

TEST_CASE("open_weights: every kind of checkpoint gives the listed tensors") {
  int files = 0;
  for (const std::string& folder : {vpr::test::data("/checkpoints"), vpr::test::shared("/goldens/checkpoints")}) {
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
  const vpr::WeightFile safetensors = open_weights(data + "ckpt_bad_safetensors_inside.pth");
  CHECK(safetensors.format() == "safetensors");
  const vpr::WeightFile pytorch = open_weights(data + "ckpt_bad_st_zip_inside.safetensors");
  CHECK(pytorch.format() == "PyTorch");
  const TemporaryFolder folder;
  for (const std::string name : {"ckpt_good.npz", "ckpt_good.onnx", "ckpt_good.pth", "ckpt_good.safetensors"}) {
    const std::string path = folder.write("weights", file_content(data + name));
    const vpr::WeightFile file = open_weights(path);
    CHECK(file.tensors().size() == 2);
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
  says("\xFF\xD8\xFF\xE0 photo", "w.pth", "a photo");
  says("\x89PNG\r\n\x1A\n photo", "w.safetensors", "a photo");
  says("RIFF....WEBPVP8 ", "w.onnx", "a photo");
  says(std::string("\0\1\2\3", 4), "w.bin", "damaged, or of another kind");
  says(std::string(16, '\0') + "\xDE\xC0\xEF\xBE", "town.map", "a map of places");
  says("", "w.pth", "is empty");
  CHECK_THROWS_AS(open_weights(folder.path().string()), vpr::IoError);
  CHECK_THROWS_WITH(open_weights(folder.path().string()), ContainsSubstring("is a directory"));
  CHECK_THROWS_WITH(open_weights(folder.file("none.pth")), ContainsSubstring("none.pth: cannot be opened: No such file"));
}

TEST_CASE("open_weights: devices, pipes and folders are refused at once") {
  const TemporaryFolder folder;
  const std::string pipe = folder.file("pipe.pth");
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  for (const std::string& path : {pipe, std::string("/dev/zero"), std::string("/dev/stdin"), std::string("/dev/null")}) {
    CAPTURE(path);
    CHECK_THROWS_AS(open_weights(path), vpr::IoError);
  }
  CHECK_THROWS_WITH(open_weights(pipe), ContainsSubstring("is not a regular file"));
  CHECK_THROWS_WITH(open_weights(std::string("/dev/zero\0.pth", 14)), ContainsSubstring("holds no zero byte"));
}

TEST_CASE("open_weights: an index opens all its files as one") {
  const TemporaryFolder folder;
  const auto copy = [&](const std::string& from, const std::string& to) {
    folder.write(to, file_content(vpr::test::data("/checkpoints/") + from));
  };
  copy("dinov2_f32.safetensors", "model-00001-of-00002.safetensors");
  copy("views_zip.pth", "pytorch_model-2.bin");
  std::string map;
  const auto add = [&map](const std::string& path, const std::string& name) {
    const auto file = open_weights(path);
    for (const auto& info : file.tensors()) map.append(map.empty() ? "" : ",").append("\"" + info.name + "\":\"").append(name + "\"");
  };
  add(folder.file("model-00001-of-00002.safetensors"), "model-00001-of-00002.safetensors");
  add(folder.file("pytorch_model-2.bin"), "./pytorch_model-2.bin");
  const auto index = [&](const std::string& entries) {
    return folder.write("model.safetensors.index.json", "{\"metadata\": {\"total_size\": 1}, \"weight_map\": {" + entries + "}}").string();
  };
  const auto source = open_weights(index(map));
  for (const char* before : {"\xEF\xBB\xBF", "\n  ", "\xEF\xBB\xBF\r\n\t"}) {
    const std::string path = folder.write("marked.index.json", before + std::string("{\"weight_map\": {") + map + "}}").string();
    const auto marked = open_weights(path);
    CHECK(marked.tensors().size() == source.tensors().size());
  }
  const auto first = open_weights(folder.file("model-00001-of-00002.safetensors"));
  for (const auto& info : first.tensors()) CHECK(vpr::read_tensor(source, info.name) == vpr::read_tensor(first, info.name));
  CHECK(vpr::read_tensor(source, "expanded") == std::vector<float>(20, -3));

  const auto refused = [&](const std::string& entries, const std::string& words) {
    CHECK_THROWS_WITH(open_weights(index(entries)), ContainsSubstring("index.json") && ContainsSubstring(words));
  };
  refused(map + R"(,"more":"pytorch_model-3.bin")", "pytorch_model-3.bin: cannot be opened");
  CHECK_THROWS_AS(open_weights(index(map + R"(,"more":"pytorch_model-3.bin")")), vpr::IoError);
  refused(map + R"(,"more":"pytorch_model-2.bin")", "names the tensor 'more', which 'pytorch_model-2.bin' does not hold");
  refused(R"("cls_token":"model-00001-of-00002.safetensors")", "does not name the tensor");
  for (const std::string name : {"../x.bin", "/etc/hostname", "a/b.bin", ""}) refused(R"("w":")" + name + "\"", "which is not opened");
  refused(R"("w":"model.safetensors.index.json")", "it seems to be a text");
  refused(R"("w":3)", "is no text");
  refused(map + "," + map, "occurs twice");
  CHECK_THROWS_WITH(open_weights(folder.write("a.json", R"({"a": 1})")), ContainsSubstring("has no object 'weight_map'"));
  CHECK_THROWS_WITH(open_weights(folder.write("a.json", "{\"a\xff\": 1}")), ContainsSubstring("not valid JSON"));
}
