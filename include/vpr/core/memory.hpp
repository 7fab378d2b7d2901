// SPDX-License-Identifier: MIT
/// @file
/// Host memory of the current execution.
#pragma once

#include <vpr/core/execution_state.hpp>

#include <algorithm>
#include <cstddef>
#include <new>
#include <vector>

#if defined(__SANITIZE_ADDRESS__)
#define VPR_ADDRESS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define VPR_ADDRESS_SANITIZER 1
#endif
#endif

namespace vpr {
namespace detail {

/// `size` bytes, aligned to `Arena::alignment`: within an `ExecutionScope` from that execution's arena, else from the system. Null where
/// there is no memory for them. Under the address sanitizer all comes from the system, so that it sees what is used after it was freed.
inline void* allocate_memory(std::size_t size) {
#ifdef VPR_ADDRESS_SANITIZER
  return ::operator new (size, std::align_val_t{Arena::alignment}, std::nothrow);
#else
  Arena* const arena = current_arena();
  return arena != nullptr ? arena->allocate(size) : Arena::allocate_from_system(size);
#endif
}

/// Gives back what `allocate_memory` gave, on any thread.
inline void free_memory(void* memory) {
#ifdef VPR_ADDRESS_SANITIZER
  ::operator delete (memory, std::align_val_t{Arena::alignment});
#else
  if (memory != nullptr) Arena::release(memory);
#endif
}

}  // namespace detail

/// An allocator of the current execution's memory, for vectors that are made anew for each photo.
template <class T>
struct ExecutionAllocator {
  using value_type = T;

  ExecutionAllocator() = default;
  template <class U>
  ExecutionAllocator(const ExecutionAllocator<U>&) {}  // NOLINT(google-explicit-constructor): containers convert it

  T* allocate(std::size_t count) {
    void* const memory = count <= static_cast<std::size_t>(-1) / sizeof(T) ? detail::allocate_memory(count * sizeof(T)) : nullptr;
    if (memory == nullptr) throw std::bad_alloc();
    return static_cast<T*>(memory);
  }
  void deallocate(T* memory, std::size_t) { detail::free_memory(memory); }
  bool operator==(const ExecutionAllocator&) const = default;
};

/// A vector of the current execution's memory, which may outlive it.
template <class T>
using ScratchVector = std::vector<T, ExecutionAllocator<T>>;

template <class T>
bool operator==(const ScratchVector<T>& a, const std::vector<T>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

}  // namespace vpr

#undef VPR_ADDRESS_SANITIZER
