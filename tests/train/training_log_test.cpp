// SPDX-License-Identifier: MIT
#include <vpr/train/training_log.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace vpr;

namespace {

const double none = std::numeric_limits<double>::quiet_NaN();
const std::vector<std::string> measures{"recall@1", "recall@5"};

TrainingRow row(std::int64_t step, double recall = none) {
  return {step, 1.0 / static_cast<double>(step), 1e-5, 2.5 * static_cast<double>(step), 4, {recall, recall}};
}

}  // namespace

TEST_CASE("A log is a table, or an object a line, with what was measured") {
  const TemporaryFolder folder;
  for (const bool json : {false, true}) {
    const auto path = folder.path() / (json ? "log.jsonl" : "log.csv");
    TrainingLog log(path.string(), measures);
    log.add(row(1));
    log.add(row(2, 0.25));
    CHECK(file_content(path) ==
          (json ? "{\"step\": 1, \"loss\": 1, \"rate\": 1e-05, \"seconds\": 2.5, \"images_per_second\": 4}\n"
                  "{\"step\": 2, \"loss\": 0.5, \"rate\": 1e-05, \"seconds\": 5, \"images_per_second\": 4, \"recall@1\": 0.25, "
                  "\"recall@5\": 0.25}\n"
                : "step,loss,rate,seconds,images_per_second,recall@1,recall@5\n1,1,1e-05,2.5,4,,\n2,0.5,1e-05,5,4,0.25,0.25\n"));
    CHECK_THROWS_AS(log.add({3, 0, 0, 0, 0, {}}), ShapeError);
  }
}

TEST_CASE("A log goes on from a checkpoint: each step is there once, and a line that a kill cut off is not") {
  const TemporaryFolder folder;
  for (const char* name : {"log.csv", "log.jsonl"}) {
    const auto path = folder.path() / name, whole = folder.path() / "whole" / name;
    std::filesystem::create_directories(whole.parent_path());
    {
      TrainingLog log(path.string(), measures), uninterrupted(whole.string(), measures);
      for (std::int64_t step = 1; step <= 7; ++step) log.add(row(step, step == 3 ? 0.3 : none));
      for (std::int64_t step = 1; step <= 9; ++step) uninterrupted.add(row(step, step == 3 ? 0.3 : none));
    }
    std::filesystem::resize_file(path, std::filesystem::file_size(path) - 5);
    TrainingLog resumed(path.string(), measures, 4);
    REQUIRE(resumed.rows().size() == 4);
    CHECK(resumed.rows()[2].measures == std::vector<double>{0.3, 0.3});
    CHECK(std::isnan(resumed.rows()[3].measures[0]));
    for (std::int64_t step = 5; step <= 9; ++step) resumed.add(row(step));
    CHECK(file_content(path) == file_content(whole));
    CHECK(TrainingLog(path.string(), measures).rows().empty());
  }
}

TEST_CASE("What was measured before the training is a row of step 0, which stays after a resume") {
  const TemporaryFolder folder;
  const std::string path = (folder.path() / "log.csv").string();
  {
    TrainingLog log(path, measures);
    log.add({0, none, none, 0, none, {0.1, 0.2}});
    log.add(row(1));
  }
  const TrainingLog resumed(path, measures, 1);
  REQUIRE(resumed.rows().size() == 2);
  CHECK(resumed.rows()[0].step == 0);
  CHECK(std::isnan(resumed.rows()[0].loss));
  CHECK(resumed.rows()[0].measures == std::vector<double>{0.1, 0.2});
}

TEST_CASE("A training that goes on without its log begins one; another file is refused and left as it is") {
  const TemporaryFolder folder;
  CHECK(TrainingLog((folder.path() / "new.csv").string(), measures, 10).rows().empty());
  for (const auto& [name, text] : std::initializer_list<std::pair<const char*, std::string>>{
           {"a.csv", "name,position\n"},
           {"b.csv", "step,loss,rate,seconds,images_per_second\n"},
           {"c.csv", "step,loss,rate,seconds,images_per_second,recall@1,recall@5\n1,x,,,,,\n"},
           {"d.csv", "step,loss,rate,seconds,images_per_second,recall@1,recall@5\n1,2\n"},
           {"e.jsonl", "[1]\n"},
           {"f.jsonl", "{\"step\": \"1\"}\n"},
           {"g.jsonl", "{\"step\": 1e300}\n"},
           {"h.jsonl", "{\"loss\": 1}\n"},
           {"j.jsonl", "{\"step\": -1}\n"},
           {"i.jsonl", std::string(100000, '[') + '\n'}}) {
    const auto path = folder.write(name, text);
    CHECK_THROWS_AS(TrainingLog(path.string(), measures, 3), FormatError);
    CHECK(file_content(path) == text);
  }
  CHECK_THROWS_AS(TrainingLog((folder.path() / "missing" / "log.csv").string(), measures), IoError);
}
