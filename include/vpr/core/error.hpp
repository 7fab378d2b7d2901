// SPDX-License-Identifier: MIT
/// @file
/// The errors that the library throws. Every message names the place, what was found, what was
/// expected and, where it helps, what to do.
#pragma once

#include <vpr/core/printable.hpp>
#include <vpr/core/text.hpp>

#include <stdexcept>
#include <string_view>

namespace vpr {

/// Root of every error thrown by the library. Its message is valid UTF-8 whatever names it holds: see `printable`.
class Error : public std::runtime_error {
 public:
  explicit Error(std::string_view message) : std::runtime_error(printable(message)) {}
};

/// Tensors or images whose shapes do not fit the operation.
class ShapeError : public Error {
 public:
  using Error::Error;
};

/// A file or byte stream that breaks its own format.
class FormatError : public Error {
 public:
  using Error::Error;
};

/// Weights that are missing, unexpected, mis-shaped or of an unusable type.
class WeightError : public Error {
 public:
  using Error::Error;
};

/// The operating system refused a file operation.
class IoError : public Error {
 public:
  using Error::Error;
};

/// A setting outside its range, or settings that exclude each other.
class ConfigError : public Error {
 public:
  using Error::Error;
};

/// A backend that cannot do what was asked on this machine.
class BackendError : public Error {
 public:
  using Error::Error;
};

/// Throws `E` with its arguments streamed one after the other.
template <class E = Error, class... Parts>
[[noreturn]] void fail(const Parts&... parts) {
  throw E(text_of(parts...));
}

}  // namespace vpr

/// VPR_REQUIRE(E, condition, parts...), an expression: throws `E` with the streamed parts unless `condition` holds. The parts are not
/// evaluated otherwise, so they may look at what only a failed condition allows.
#define VPR_REQUIRE(E, condition, ...) ((condition) ? static_cast<void>(0) : ::vpr::fail<E>(__VA_ARGS__))
