// SPDX-License-Identifier: MIT
/// @file
/// Memory that grows without moving what it holds.
#pragma once

#include <vpr/core/buffer.hpp>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace vpr::detail {

/// Equal blocks of elements, such as the panels of `PackedRows`. They lie side by side in areas that grow with what is held; no block is
/// ever moved, so that growing takes no second copy. Blocks begin with zeros.
template <class T>
class Blocks {
 public:
  std::int64_t size() const { return static_cast<std::int64_t>(blocks_.size()); }
  T* operator[](std::int64_t block) { return blocks_[static_cast<std::size_t>(block)]; }
  const T* operator[](std::int64_t block) const { return blocks_[static_cast<std::size_t>(block)]; }

  Blocks() = default;
  Blocks(const Blocks& other) {
    grow(other.size(), other.elements_);
    for (std::int64_t i = 0; i < size(); ++i) std::copy_n(other[i], elements_, (*this)[i]);
  }
  Blocks(Blocks&& other) noexcept { swap(other); }
  Blocks& operator=(Blocks other) noexcept {
    swap(other);
    return *this;
  }
  ~Blocks() = default;

  /// Grows to `count` blocks of `elements` each, the same in every call.
  /// @throws Error where there is no memory for them; nothing is changed then.
  void grow(std::int64_t count, std::int64_t elements) {
    elements_ = elements;
    if (const std::int64_t missing = count - size() - spare_; missing > 0) {
      const std::int64_t more = std::max(missing, size() / 8);
      areas_.emplace_back(static_cast<std::size_t>((spare_ + more) * elements));
      next_ = areas_.back().data();
      spare_ += more;
    }
    for (; size() < count; --spare_, next_ += elements) {
      std::fill_n(next_, elements, T());
      blocks_.push_back(next_);
    }
  }

 private:
  void swap(Blocks& other) noexcept {
    std::swap(areas_, other.areas_);
    std::swap(blocks_, other.blocks_);
    std::swap(elements_, other.elements_);
    std::swap(next_, other.next_);
    std::swap(spare_, other.spare_);
  }

  std::vector<Buffer<T>> areas_;
  std::vector<T*> blocks_;
  std::int64_t elements_ = 0;
  T* next_ = nullptr;  // where the next of the spare blocks lies
  std::int64_t spare_ = 0;
};

}  // namespace vpr::detail
