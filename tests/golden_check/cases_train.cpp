// SPDX-License-Identifier: MIT
#include "tests/golden_check/models.hpp"

#include <vpr/train.hpp>

#include <vector>

namespace {

using namespace vpr::test;
using namespace vpr;

/// Parameters without a model.
template <class B>
struct Bag {
  std::vector<NamedParameter<B>> parameters;

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    for (auto& [name, parameter] : parameters) visitor(prefix + name, parameter);
  }
};

template <class B>
void set_gradient(Var<B> parameter, const std::vector<float>& values) {
  parameter.update(
      [&](Tensor<B>& value, Tensor<B>& gradient) { gradient = Tensor<B>::from(value.shape(), std::span<const float>(values)); });
}

std::vector<float> row(const std::vector<float>& rows, std::int64_t columns, std::int64_t t) {
  return {rows.begin() + t * columns, rows.begin() + (t + 1) * columns};
}

SgdSettings sgd_settings(const nlohmann::json& config) {
  SgdSettings settings;
  settings.rate = config.value("lr", settings.rate);
  settings.momentum = config.value("momentum", settings.momentum);
  settings.dampening = config.value("dampening", settings.dampening);
  settings.weight_decay = config.value("weight_decay", settings.weight_decay);
  settings.nesterov = config.value("nesterov", settings.nesterov);
  return settings;
}

template <class Settings>
Settings adam_settings(const nlohmann::json& config) {
  Settings settings;
  settings.rate = config.value("lr", settings.rate);
  settings.eps = config.value("eps", settings.eps);
  settings.weight_decay = config.value("weight_decay", settings.weight_decay);
  settings.amsgrad = config.value("amsgrad", settings.amsgrad);
  if (config.contains("betas")) {
    settings.beta1 = config.at("betas").at(0);
    settings.beta2 = config.at("betas").at(1);
  }
  return settings;
}

template <class B, class O>
void run_optimizer(const Golden& golden, Check& check, Bag<B>& bag, O optimizer) {
  const Shape shape = golden.shape("in.grads");
  const std::vector<float> gradients = golden.values("in.grads");
  std::vector<float> trajectory;
  for (std::int64_t t = 0; t < shape[0]; ++t) {
    set_gradient(bag.parameters[0].parameter, row(gradients, shape[1], t));
    optimizer.step();
    const std::vector<float> now = bag.parameters[0].parameter.to_vector();
    trajectory.insert(trajectory.end(), now.begin(), now.end());
  }
  check("params", trajectory);
}

const Register optimizer_case("optimizer", [](const Golden& golden, const Options& options, Check& check) {
  on_backend(options.backend, [&]<class B>() {
    Bag<B> bag{{{"param", Var<B>(tensor<B>(golden, "in.param"), true)}}};
    const auto kind = golden.config<std::string>("class", "");
    if (kind == "SGD") return run_optimizer(golden, check, bag, Sgd<B>(bag, sgd_settings(golden.config())));
    if (kind == "Adam") return run_optimizer(golden, check, bag, Adam<B>(bag, adam_settings<AdamSettings>(golden.config())));
    if (kind == "AdamW") return run_optimizer(golden, check, bag, AdamW<B>(bag, adam_settings<AdamWSettings>(golden.config())));
    fail<ConfigError>("optimizer ", kind, " is not known");
  });
});

const Register groups_case("optimizer_groups", [](const Golden& golden, const Options& options, Check& check) {
  on_backend(options.backend, [&]<class B>() {
    Bag<B> bag;
    std::vector<ParameterGroup<AdamWSettings>> groups;
    for (const auto& group : golden.config().at("groups")) {
      const auto names = group.at("params").template get<std::vector<std::string>>();
      for (const std::string& name : names) bag.parameters.push_back({name, Var<B>(tensor<B>(golden, "in.param." + name), true)});
      groups.push_back({[names](const std::string& name) { return std::find(names.begin(), names.end(), name) != names.end(); },
                        adam_settings<AdamWSettings>(group)});
    }
    AdamW<B> optimizer(bag, {}, groups);
    std::map<std::string, std::vector<float>> trajectories;
    const std::int64_t steps = golden.shape("in.grads." + bag.parameters[0].name)[0];
    for (std::int64_t t = 0; t < steps; ++t) {
      for (const auto& [name, parameter] : bag.parameters) {
        const bool given = name == "frozen" ? false : name == "late" ? t >= 5 : name == "sometimes" ? t % 3 == 0 : true;
        if (given) set_gradient(parameter, row(golden.values("in.grads." + name), parameter.shape().elements(), t));
      }
      optimizer.step();
      for (const auto& [name, parameter] : bag.parameters) {
        const std::vector<float> now = parameter.to_vector();
        trajectories[name].insert(trajectories[name].end(), now.begin(), now.end());
      }
    }
    for (const auto& [name, trajectory] : trajectories) check("params." + name, trajectory);
  });
});

const Register clip_case("clip_grad_norm", [](const Golden& golden, const Options& options, Check& check) {
  on_backend(options.backend, [&]<class B>() {
    std::vector<NamedParameter<B>> parameters;
    for (int i = 0; golden.has("in.grad" + std::to_string(i)); ++i) {
      const std::string name = "grad" + std::to_string(i);
      parameters.push_back({name, Var<B>(golden.shape("in." + name))});
      set_gradient(parameters.back().parameter, golden.values("in." + name));
    }
    check("total_norm", std::vector<double>{clip_gradients(parameters, golden.config("max_norm", 1.0))});
    for (const auto& [name, parameter] : parameters) check(name, parameter.gradient().to_vector());
  });
});

const Register schedule_case("lr_schedule", [](const Golden& golden, const Options&, Check& check) {
  const auto kind = golden.config<std::string>("schedule", "");
  const double gamma = golden.config("gamma", golden.config("lr_mult", 0.1));
  const auto run = [&](const Schedule auto& schedule) {
    std::vector<double> rates;
    for (std::int64_t t = 0; t < golden.config<std::int64_t>("steps", 0); ++t) rates.push_back(schedule(golden.config("lr", 0.0), t));
    check("lr", rates);
  };
  if (kind.starts_with("linear warm-up")) {
    const std::int64_t steps = golden.config<std::int64_t>("steps", 0), warm_up = golden.config<std::int64_t>("warmup", 0);
    const CosineDecay cosine{golden.config("T_max", steps - warm_up), golden.config("eta_min", 0.0)};
    return run(WarmUp<CosineDecay>{warm_up, golden.config("start_factor", 1.0), cosine});
  }
  if (kind.starts_with("linear")) {
    return run(
        LinearDecay{golden.config("start_factor", 1.0), golden.config("end_factor", 1.0), golden.config<std::int64_t>("total_iters", 1)});
  }
  if (kind.starts_with("per-iteration warm-up")) {
    std::vector<std::int64_t> milestones = golden.config().at("milestones_epochs");
    for (std::int64_t& milestone : milestones) milestone *= golden.config<std::int64_t>("iterations_per_epoch", 1);
    return run(OverlaidWarmUp<MultiStepDecay>{golden.config<std::int64_t>("warmup_steps", 0), {milestones, gamma}});
  }
  if (kind.starts_with("cosine")) return run(CosineDecay{golden.config<std::int64_t>("T_max", 1), golden.config("eta_min", 0.0)});
  if (kind.starts_with("exponential")) return run(ExponentialDecay{gamma});
  if (kind.starts_with("multistep")) return run(MultiStepDecay{golden.config().at("milestones"), gamma});
  if (kind.starts_with("step")) return run(StepDecay{golden.config<std::int64_t>("step_size", 1), gamma});
  fail<ConfigError>("schedule ", kind, " is not known");
});

}  // namespace
