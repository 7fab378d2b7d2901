// SPDX-License-Identifier: MIT
/// @file
/// A reader of Python pickles that executes nothing: it builds plain values and notes which calls were asked for.
/// The opcodes are described in Python's own `Lib/pickletools.py`.
#pragma once

#include <vpr/core/error.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vpr {

/// One value of a pickle. Values refer to each other by index, so they nest to any depth, in circles too, without recursion.
struct PickleValue {
  enum class Kind : std::uint8_t {
    none,
    boolean,
    integer,
    real,
    text,
    bytes,
    list,
    tuple,
    set,
    dictionary,
    large_integer,  // beyond 64 bits: `text` holds its little-endian bytes
    global,         // items: the texts of its module and its name
    call,           // items: what is called, the tuple of its arguments; `integer` is 1 where it is given a state of its own afterwards
    persistent_id,  // items: the id
  };
  Kind kind = Kind::none;
  std::int64_t integer = 0;          // the bits of a real
  std::string_view text;             // lies in the pickle's own bytes
  std::vector<std::uint32_t> items;  // a dictionary's are key, value, key, value, ...

  double real() const { return std::bit_cast<double>(integer); }
};

/// The values of one pickle of protocol 2 to 5, as `torch.save` writes them. What a global, such as a class, would do when called is
/// unknown and not done: it stands as a placeholder. Only OrderedDict is understood, and what is given entries is a dictionary, whatever
/// its class. At most a million values are read, which take some 150 MB.
class Pickle {
 public:
  using Kind = PickleValue::Kind;

  /// Reads the pickle that `bytes`, which must outlive this, begin with.
  /// @throws FormatError, with the byte, for an unknown or outdated opcode, a length beyond the bytes, an operation on nothing or on a value
  ///   that has none, too many values, and the call of a function that runs programs or code: nothing else in such a file is to be trusted.
  explicit Pickle(std::span<const std::byte> bytes) : bytes_(reinterpret_cast<const char*>(bytes.data()), bytes.size()) {
    while (step()) continue;
    check(stack_.size() == 1 && marks_.empty(), "the pickle ends with ", stack_.size(), " values, expected 1");
  }

  const PickleValue& root() const& { return values_[root_index()]; }
  PickleValue root() && { return std::move(values_[root_index()]); }
  std::uint32_t root_index() const { return stack_[0]; }
  const PickleValue& operator[](std::uint32_t index) const& { return values_[index]; }
  void operator[](std::uint32_t) const&& = delete;
  /// Every value that was made, in that order.
  const std::deque<PickleValue>& values() const& { return values_; }
  void values() const&& = delete;
  /// Whether `value` is the global of that module and name.
  bool is_global(const PickleValue& value, std::string_view module, std::string_view name) const {
    return value.kind == Kind::global && values_[value.items[1]].text == name && values_[value.items[0]].text == module;
  }
  /// The name of a global, such as `torch.Size`, or of what is called to make `value`; cut where it is very long.
  std::string maker(const PickleValue& value) const {
    const PickleValue* global = &value;
    for (int depth = 0; depth < 8 && global->kind == Kind::call; ++depth) global = &values_[global->items[0]];
    if (global->kind != Kind::global) return "a call";
    const auto part = [&](std::size_t item) { return std::string(values_[global->items[item]].text.substr(0, 100)); };
    return part(0) + '.' + part(1);
  }
  /// How many bytes the pickle takes.
  std::size_t size() const { return at_; }

 private:
  using Items = std::vector<std::uint32_t>;
  static constexpr std::size_t limit = 1'000'000;  // of values, stack, marks, memo; times 4 of items
  static constexpr std::uint32_t nothing = 0xffffffff;

  template <class... Parts>
  void check(bool condition, const Parts&... parts) const {
    VPR_REQUIRE(FormatError, condition, "pickle, byte ", at_, ": ", parts...);
  }

  void push(std::uint32_t value) {
    check(stack_.size() < limit, "too many values on the stack");
    stack_.push_back(value);
  }
  PickleValue& push_new(Kind kind) {
    check(values_.size() < limit, "more than ", limit, " values");
    push(static_cast<std::uint32_t>(values_.size()));
    values_.emplace_back().kind = kind;
    return values_.back();
  }
  void push_number(Kind kind, std::int64_t value) { push_new(kind).integer = value; }
  void push_text(Kind kind, std::string_view text) { push_new(kind).text = text; }
  void push_items(Kind kind, Items items) {
    count_items(items.size());
    push_new(kind).items = std::move(items);
  }
  void count_items(std::size_t count) {
    item_count_ += count;
    check(item_count_ <= 4 * limit, "more than ", 4 * limit, " items");
  }

  std::uint32_t pop() {
    check(stack_.size() > (marks_.empty() ? 0 : marks_.back()), "a value is taken from an empty stack");
    const std::uint32_t value = stack_.back();
    stack_.pop_back();
    return value;
  }
  std::uint32_t top() {
    stack_.push_back(pop());
    return stack_.back();
  }
  Items pop(std::size_t count) {
    Items items(count);
    while (count-- > 0) items[count] = pop();
    return items;
  }
  Items pop_to_mark() {
    check(!marks_.empty(), "there is no mark");
    Items items(stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back()), stack_.end());
    stack_.resize(marks_.back());
    marks_.pop_back();
    return items;
  }

  std::string_view take(std::uint64_t count) {
    check(count <= bytes_.size() - at_, "claims ", count, " more bytes, ", bytes_.size() - at_, " are left");
    at_ += static_cast<std::size_t>(count);
    return bytes_.substr(at_ - static_cast<std::size_t>(count), static_cast<std::size_t>(count));
  }
  template <class T>
  T number() {
    T value;
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }
  std::string_view line() {
    const std::size_t end = bytes_.find('\n', at_);
    check(end != bytes_.npos, "a name has no end");
    const std::string_view text = take(end - at_);
    take(1);
    return text;
  }

  void push_long(std::string_view bytes) {
    if (bytes.size() > 8) return push_text(Kind::large_integer, bytes);
    std::int64_t value = !bytes.empty() && (bytes.back() & 0x80) != 0 ? -1 : 0;
    std::memcpy(&value, bytes.data(), bytes.size());
    push_number(Kind::integer, value);
  }
  void push_global(std::string_view module, std::string_view name) {
    push_text(Kind::text, module);
    push_text(Kind::text, name);
    push_items(Kind::global, pop(2));
  }

  /// Adds items to a container. What a call made is taken for a dictionary where it is given entries, for some class of dictionary it must
  /// be; items for any other container that a call made are dropped.
  void add(Kind kind, const Items& items) {
    PickleValue& container = values_[top()];
    check(container.kind == kind || container.kind == Kind::call, "items are added to a value that holds none of them");
    check(kind != Kind::dictionary || items.size() % 2 == 0, "a dictionary is given a key without a value");
    count_items(items.size());
    if (container.kind == Kind::call && kind == Kind::dictionary) {
      container.kind = kind;
      container.items.clear();
    }
    if (container.kind == kind) container.items.insert(container.items.end(), items.begin(), items.end());
  }
  void call() {
    const std::uint32_t arguments = pop();
    const std::uint32_t callee = pop();
    check(values_[arguments].kind == Kind::tuple, "a call's arguments are no tuple");
    const PickleValue& global = values_[callee];
    if (runs_code(global)) check(false, "calls '", maker(global), "', which runs programs or code: the file is hostile; nothing was run");
    if (!is_global(global, "collections", "OrderedDict")) return push_items(Kind::call, {callee, arguments});
    Items items;
    if (!values_[arguments].items.empty()) {  // Python 2's way: one list of pairs
      const Items& pairs = values_[values_[arguments].items[0]].items;
      count_items(pairs.size());
      for (const std::uint32_t pair : pairs) {
        check(values_[pair].items.size() == 2, "a dictionary is made of what are no pairs");
        items.insert(items.end(), values_[pair].items.begin(), values_[pair].items.end());
      }
    }
    push_items(Kind::dictionary, std::move(items));
  }
  /// A call in which the arguments stand behind the callee, from the last mark on.
  void call_to_mark() {
    Items items = pop_to_mark();
    check(!items.empty(), "a call of nothing");
    push(items[0]);
    push_items(Kind::tuple, Items(items.begin() + 1, items.end()));
    call();
  }
  bool runs_code(const PickleValue& value) const {
    static constexpr std::string_view functions =
        " os.system os.popen os.execv os.execve os.execl os.spawnv os.spawnl os.posix_spawn os.remove os.unlink posix.system posix.popen "
        "posix.execv posix.execve posix.posix_spawn posix.unlink nt.system nt.startfile pty.spawn subprocess.Popen subprocess.call "
        "subprocess.run subprocess.check_call subprocess.check_output subprocess.getoutput subprocess.getstatusoutput builtins.eval "
        "builtins.exec __builtin__.eval __builtin__.execfile shutil.rmtree ";
    return value.kind == Kind::global && functions.find(' ' + maker(value) + ' ') != functions.npos;
  }
  void set_attributes() {
    pop();
    PickleValue& value = values_[top()];
    check(value.kind == Kind::dictionary || value.kind == Kind::call || value.kind == Kind::global, "attributes are set on a plain value");
    if (value.kind == Kind::call) value.integer = 1;
  }

  void remember(std::uint64_t slot) {
    check(slot < limit, "memo slot ", slot, " is too high");
    if (slot >= memo_.size()) memo_.resize(static_cast<std::size_t>(slot) + 1, nothing);
    memo_[static_cast<std::size_t>(slot)] = top();
  }
  void recall(std::uint64_t slot) {
    check(slot < memo_.size() && memo_[static_cast<std::size_t>(slot)] != nothing, "memo slot ", slot, " is empty");
    push(memo_[static_cast<std::size_t>(slot)]);
  }

  /// Carries out one opcode; false after the last.
  bool step() {
    const auto opcode = number<std::uint8_t>();
    switch (opcode) {
      case 0x80: check(number<std::uint8_t>() <= 5, "protocol beyond 5"); break;
      case 0x95: number<std::uint64_t>(); break;  // FRAME: a hint for streams
      case '.': return false;

      case 'N': push_new(Kind::none); break;
      case 0x88: push_number(Kind::boolean, 1); break;
      case 0x89: push_number(Kind::boolean, 0); break;
      case 'J': push_number(Kind::integer, number<std::int32_t>()); break;
      case 'K': push_number(Kind::integer, number<std::uint8_t>()); break;
      case 'M': push_number(Kind::integer, number<std::uint16_t>()); break;
      case 0x8a: push_long(take(number<std::uint8_t>())); break;
      case 0x8b: push_long(take(number<std::uint32_t>())); break;  // a negative length is a very long one
      case 'G': {
        std::uint64_t bits = 0;
        for (const char byte : take(8)) bits = bits << 8 | static_cast<unsigned char>(byte);
        push_number(Kind::real, static_cast<std::int64_t>(bits));
        break;
      }

      case 'X': push_text(Kind::text, take(number<std::uint32_t>())); break;
      case 0x8c: push_text(Kind::text, take(number<std::uint8_t>())); break;
      case 0x8d: push_text(Kind::text, take(number<std::uint64_t>())); break;
      case 'T': push_text(Kind::text, take(number<std::uint32_t>())); break;  // Python 2's str
      case 'U': push_text(Kind::text, take(number<std::uint8_t>())); break;
      case 'B': push_text(Kind::bytes, take(number<std::uint32_t>())); break;
      case 'C': push_text(Kind::bytes, take(number<std::uint8_t>())); break;
      case 0x8e: push_text(Kind::bytes, take(number<std::uint64_t>())); break;
      case 0x96: push_text(Kind::bytes, take(number<std::uint64_t>())); break;

      case '(':
        check(marks_.size() < limit, "too many marks");
        marks_.push_back(stack_.size());
        break;
      case '0': pop(); break;
      case '1': pop_to_mark(); break;
      case '2': push(top()); break;
      case ')': push_items(Kind::tuple, {}); break;
      case 't': push_items(Kind::tuple, pop_to_mark()); break;
      case 0x85: push_items(Kind::tuple, pop(1)); break;
      case 0x86: push_items(Kind::tuple, pop(2)); break;
      case 0x87: push_items(Kind::tuple, pop(3)); break;
      case ']': push_items(Kind::list, {}); break;
      case 'a': add(Kind::list, pop(1)); break;
      case 'e': add(Kind::list, pop_to_mark()); break;
      case '}': push_items(Kind::dictionary, {}); break;
      case 's': add(Kind::dictionary, pop(2)); break;
      case 'u': add(Kind::dictionary, pop_to_mark()); break;
      case 0x8f: push_items(Kind::set, {}); break;
      case 0x90: add(Kind::set, pop_to_mark()); break;
      case 0x91: push_items(Kind::set, pop_to_mark()); break;

      case 'q': remember(number<std::uint8_t>()); break;
      case 'r': remember(number<std::uint32_t>()); break;
      case 0x94: remember(memo_.size()); break;
      case 'h': recall(number<std::uint8_t>()); break;
      case 'j': recall(number<std::uint32_t>()); break;

      case 'c': {
        const std::string_view module = line();
        push_global(module, line());
        break;
      }
      case 0x93: {
        const Items names = pop(2);
        check(values_[names[0]].kind == Kind::text && values_[names[1]].kind == Kind::text, "a global's name is no text");
        push_global(values_[names[0]].text, values_[names[1]].text);
        break;
      }
      case 'R':
      case 0x81: call(); break;
      case 0x92:  // with named arguments
        pop();
        call();
        break;
      case 'o': call_to_mark(); break;
      case 'i': {
        const std::string_view module = line();
        Items arguments = pop_to_mark();
        push_global(module, line());
        push_items(Kind::tuple, std::move(arguments));
        call();
        break;
      }
      case 'b': set_attributes(); break;
      case 'Q': push_items(Kind::persistent_id, pop(1)); break;
      default: check(false, "opcode ", static_cast<int>(opcode), " is unknown or not allowed");
    }
    return true;
  }

  std::string_view bytes_;
  std::size_t at_ = 0;
  std::deque<PickleValue> values_;
  Items stack_;
  std::vector<std::size_t> marks_;
  Items memo_;
  std::size_t item_count_ = 0;
};

}  // namespace vpr
