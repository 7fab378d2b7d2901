// SPDX-License-Identifier: MIT
/// @file
/// Memory that is given again.
#pragma once

#include <vpr/core/fork.hpp>

#include <algorithm>
#include <cstddef>
#include <mutex>
#include <new>

namespace vpr {

/// What an execution has of memory, in bytes.
struct MemoryUse {
  std::size_t used = 0;  ///< by tensors and scratch that there are now
  std::size_t held = 0;  ///< from the system, used or kept to be used again
  std::size_t peak = 0;  ///< the most that was held
};

namespace detail {

/// Keeps memory that was freed and gives it again, so that the same work done again asks the system for none.
///
/// It holds slabs, each a row of blocks. The smallest free block that is large enough is given, what it has too much of split off; blocks
/// that are freed join free neighbours. Where none is large enough, slabs without a used block go back to the system and a new one comes: a
/// larger slab takes the place of smaller ones.
///
/// Blocks may be freed by any thread, and when the execution is gone: the last one takes the arena along. In a forked child, where another
/// thread may hold the lock for ever, it gives nothing and takes nothing back.
class Arena {
 public:
  static constexpr std::size_t alignment = 64;

  Arena() = default;
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  /// `size` bytes, aligned; null where there is no memory for them.
  void* allocate(std::size_t size) {
    constexpr std::size_t most = static_cast<std::size_t>(-1) / 2, least_slab = std::size_t{1} << 20;
    if (size > most) return nullptr;
    size = header + (size + alignment - 1) / alignment * alignment;
    const std::lock_guard lock(mutex_);
    Block* best = smallest_of(size);
    if (best == nullptr) {
      free_idle_slabs();
      best = new_slab(std::max(size, least_slab));
      if (best == nullptr && size < least_slab) best = new_slab(size);
      if (best == nullptr) return nullptr;
    }
    unlist(best);
    split(best, size);
    ++blocks_;
    use_.used += best->size;
    best->arena = this;
    return at(best, header);
  }
  /// The same without an arena.
  static void* allocate_from_system(std::size_t size) {
    if (size > static_cast<std::size_t>(-1) - header) return nullptr;
    void* const memory = ::operator new (size + header, std::align_val_t{alignment}, std::nothrow);
    return memory == nullptr ? nullptr : at(new (memory) Block{}, header);
  }

  /// Takes back what `allocate` or `allocate_from_system` gave.
  static void release(void* memory) {
    auto* const block = reinterpret_cast<Block*>(static_cast<std::byte*>(memory) - header);
    if (block->arena != nullptr) return block->arena->take_back(block);
    ::operator delete (block, std::align_val_t{alignment});
  }

  /// Gives slabs back to the system in which nothing is used.
  void trim() {
    if (stale()) return;
    const std::lock_guard lock(mutex_);
    free_idle_slabs();
  }

  MemoryUse use() {
    if (stale()) return {};
    const std::lock_guard lock(mutex_);
    return use_;
  }

  bool stale() const { return forks_ != fork_count(); }

  /// What an owner does instead of destroying it.
  struct Abandon {
    void operator()(Arena* arena) const {
      if (arena->stale()) return;
      {
        const std::lock_guard lock(arena->mutex_);
        arena->abandoned_ = true;
        arena->free_idle_slabs();
        if (arena->blocks_ > 0) return;
      }
      arena->destroy();
    }
  };

 private:
  /// What stands before the memory of a block.
  struct Block {
    std::size_t size = 0;     // with this
    Block* before = nullptr;  // the neighbour in its slab
    bool last = true;         // of its slab
    bool free = false;
    Block *previous_free = nullptr, *next_free = nullptr;
    Arena* arena = nullptr;  // where it is used
  };
  static constexpr std::size_t header = alignment;
  static_assert(sizeof(Block) <= header);

  ~Arena() = default;

  void take_back(Block* block) {
    if (stale()) return;
    std::unique_lock lock(mutex_);
    use_.used -= block->size;
    if (Block* const after = next(block); after != nullptr && after->free) {
      unlist(after);
      join(block, after);
    }
    if (Block* const before = block->before; before != nullptr && before->free) {
      unlist(before);
      join(before, block);
      block = before;
    }
    list(block);
    if (--blocks_ > 0 || !abandoned_) return;
    lock.unlock();
    destroy();
  }

  void destroy() {
    free_idle_slabs();
    delete this;
  }

  static void* at(void* memory, std::size_t offset) { return static_cast<std::byte*>(memory) + offset; }
  static Block* next(Block* block) { return block->last ? nullptr : static_cast<Block*>(at(block, block->size)); }

  void list(Block* block) {
    block->free = true;
    block->previous_free = nullptr;
    block->next_free = free_;
    if (free_ != nullptr) free_->previous_free = block;
    free_ = block;
  }
  void unlist(Block* block) {
    block->free = false;
    (block->previous_free != nullptr ? block->previous_free->next_free : free_) = block->next_free;
    if (block->next_free != nullptr) block->next_free->previous_free = block->previous_free;
  }

  Block* smallest_of(std::size_t size) const {
    Block* best = nullptr;
    for (Block* block = free_; block != nullptr; block = block->next_free) {
      if (block->size >= size && (best == nullptr || block->size < best->size)) best = block;
    }
    return best;
  }

  /// Gives a block that is not listed this size, and lists the rest of it.
  void split(Block* block, std::size_t size) {
    if (block->size - size < 2 * header) return;
    auto* const rest = new (at(block, size)) Block{.size = block->size - size, .before = block, .last = block->last};
    if (!rest->last) next(rest)->before = rest;
    block->size = size;
    block->last = false;
    list(rest);
  }
  /// Adds to a block, neither of them listed, the one behind it.
  static void join(Block* block, Block* behind) {
    block->size += behind->size;
    block->last = behind->last;
    if (!block->last) next(block)->before = block;
  }

  /// A free block of this size in a slab of its own; null where there is no memory.
  Block* new_slab(std::size_t size) {
    void* const memory = ::operator new (size, std::align_val_t{alignment}, std::nothrow);
    if (memory == nullptr) return nullptr;
    use_.held += size;
    use_.peak = std::max(use_.peak, use_.held);
    auto* const block = new (memory) Block{.size = size};
    list(block);
    return block;
  }
  void free_idle_slabs() {
    for (Block* block = free_; block != nullptr;) {
      Block* const idle = block;
      block = block->next_free;
      if (idle->before != nullptr || !idle->last) continue;
      unlist(idle);
      use_.held -= idle->size;
      ::operator delete (idle, std::align_val_t{alignment});
    }
  }

  std::mutex mutex_;
  Block* free_ = nullptr;
  std::size_t blocks_ = 0;  // used
  MemoryUse use_;
  bool abandoned_ = false;
  const int forks_ = fork_count();
};

}  // namespace detail
}  // namespace vpr
