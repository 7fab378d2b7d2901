// SPDX-License-Identifier: MIT
// A program's locale, which changes how numbers are written: see /cases/programs.
#include <vpr/aggregator/batch_context.hpp>
#include <vpr/aggregator/vocabulary.hpp>
#include <vpr/aggregator/vocabulary_file.hpp>
#include <vpr/backend/cpu.hpp>
#include <vpr/dataset/positions.hpp>
#include <vpr/dataset/utm_name.hpp>
#include <vpr/eval/evaluation_json.hpp>
#include <vpr/eval/report_html.hpp>
#include <vpr/eval/report_svg.hpp>
#include <vpr/eval/training_report.hpp>
#include <vpr/image/write.hpp>
#include <vpr/index/pca_file.hpp>
#include <vpr/io/load.hpp>
#include <vpr/io/npy.hpp>
#include <vpr/model/descriptors_file.hpp>
#include <vpr/train/training_log.hpp>

#include "tests/io/fake_model.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/german.hpp"
#include "tests/support/random.hpp"
#include "tests/support/temporary_folder.hpp"

#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

using namespace vpr;

namespace {

using Texts = std::map<std::string, std::string>;

/// What every writer of text writes, numbers above 1000 and fractions in each, and what the readers make of it.
Texts all_texts() {
  const TemporaryFolder folder;
  Texts texts;
  const auto keep_file = [&](const std::string& name) { texts[name] = file_content(folder.path() / name); };
  const auto keep_numbers = [&](const std::string& name, const auto& numbers) {
    std::ostringstream out;
    out.imbue(std::locale::classic());
    for (const auto number : numbers) out << std::hexfloat << static_cast<double>(number) << ' ';
    texts[name] = out.str();
  };

  const std::vector<float> values = random_floats(2000, 1);
  write_npy(folder.file("a.npy"), Shape{1000, 2}, values);
  keep_file("a.npy");
  keep_numbers("a.npy read", read_tensor(read_npy(folder.file("a.npy")), 0));

  test::FakeModel model({{"weight", Shape{1000, 2}}});
  save_safetensors(folder.file("model.safetensors"), model, {{"steps", "1234"}});
  keep_file("model.safetensors");
  test::FakeModel other({{"weight", Shape{2000, 3}}, {"bias", Shape{1234}}});
  texts["load report"] =
      load(other, read_safetensors(folder.file("model.safetensors")), PrefixedNames{}, LoadOptions{.strict = false}).text();

  const Rows points(values.data(), 1000, 2);
  const Pca pca({.mean = RowVector<float>::Constant(2, 1234.5F),
                 .components = Matrix<float>::Identity(1, 2),
                 .variance = RowVector<float>::Constant(1, 1234.5F),
                 .ratio = RowVector<float>::Constant(1, 0.5F),
                 .power = -0.5F});
  save_pca(folder.file("pca.safetensors"), pca);
  keep_file("pca.safetensors");
  keep_numbers("pca read", std::vector<float>{load_pca(folder.file("pca.safetensors")).parameters().power});

  VocabularyBuilder builder(2, {.kmeans = {.clusters = 2}});
  builder.add(points);
  save_vocabulary(folder.file("words.safetensors"), builder.build("1234 photos"));
  keep_file("words.safetensors");
  texts["vocabulary"] = load_vocabulary(folder.file("words.safetensors")).provenance.at("inertia");

  using X = Tensor<Cpu<f32>>;
  texts["batch_context"] = BatchContext<X>::blocks(1600).text() + BatchContext<X>::with(X::from({1000, 1, 2}, values)).text();

  for (const std::string name : {"log.csv", "log.jsonl"}) {
    { TrainingLog(folder.file(name), {"recall@1"}).add({1234, 0.5, 1e-4, 1234.25, 1000, {0.75}}); }
    keep_file(name);
    const TrainingRow row = TrainingLog(folder.file(name), {"recall@1"}, 2000).rows().at(0);
    keep_numbers(name + " read", std::vector<double>{static_cast<double>(row.step), row.loss, row.seconds, row.measures[0]});
    texts[name + " report"] = training_report_html({"A training", {}, {"recall@1"}, {row}, {0.25}});
  }

  const std::vector<std::int64_t> ranking(2000, 1), at{1, 1500};
  const Recall found = recall(ranking, 1, Positives(2000, {1}), at);
  const Timing timing{{{"describe", 1234.5, 1000}}};
  texts["evaluation"] = evaluation_json(found, 12345, timing).dump();
  texts["recall"] = recall_svg(found);
  const ReportQuery query{{"q", "q.jpg"}, {{0, 1234.5F, true, 1234.5}}, true};
  Report report;
  report.database = {{"d", "d.jpg"}};
  report.queries = {query};
  report.recall = found;
  report.timing = timing;
  texts["report"] = report_html(report);

  save_descriptors(folder.file("d.npy"), {values, 2, {}}, {{"photos", 1000}, {"seconds", 1234.5}});
  keep_file("d.json");
  keep_file("d.npy");

  texts["name"] = utm_name({500123.25, 4180000.5});
  const std::optional<Position> position = position_from_name(texts["name"]);
  keep_numbers("name read", std::vector<double>{position.value().east, position.value().north});
  std::ofstream(folder.path() / "a.jpg") << "never read";
  std::ofstream(folder.path() / "p.csv") << "name,easting,northing\na.jpg,500123.25,4180000.5\n";
  const Photo photo = photos_in_csv(folder.path() / "p.csv").at(0);
  keep_numbers("p.csv", std::vector<double>{photo.position.value().east, photo.position.value().north});

  write_image(folder.file("photo.ppm"), Image({1200, 1300}));
  keep_file("photo.ppm");
  try {
    fail<ShapeError>("got ", Shape{1234, 2}, " at ", 0.5);
  } catch (const ShapeError& error) {
    texts["message"] = error.what();
  }
  return texts;
}

}  // namespace

TEST_CASE("loc: a program's locale gets into no file and no message, and changes nothing that is read") {
  const Texts expected = all_texts();
  const German german;
  REQUIRE((std::ostringstream() << 1234.5).str() == "1.234,5");
  const Texts found = all_texts();
  REQUIRE(found.size() == expected.size());
  for (const auto& [name, text] : expected) {
    CAPTURE(name);
    CHECK(found.at(name) == text);
  }
}
