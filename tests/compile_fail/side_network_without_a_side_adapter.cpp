// SPDX-License-Identifier: MIT
// refused: the first argument of SideNetwork must be constructible from VitConfig and have (y, x, layout) giving a tensor, starts_at_zero(name) and visit(visitor, prefix): see SideAdapter in vpr/backbone/side_network.hpp
#include <vpr/backbone.hpp>

template <class B>
struct OfTheBlockAlone {
  explicit OfTheBlockAlone(const vpr::VitConfig&) {}
  typename B::tensor operator()(const typename B::tensor& x) const { return x; }
  static bool starts_at_zero(std::string_view) { return false; }
  template <class Visitor>
  void visit(Visitor&&, const std::string&) {}
};

int main() { vpr::SideNetwork<OfTheBlockAlone> network; }
