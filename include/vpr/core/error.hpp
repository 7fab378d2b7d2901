// SPDX-License-Identifier: MIT
/// @file
/// The errors that the library throws. Every message names the place, what was found, what was
/// expected and, where it helps, what to do.
#pragma once

#include <sstream>
#include <stdexcept>
#include <string>

namespace vpr {

/// Root of every error thrown by the library.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
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
  std::ostringstream message;
  (message << ... << parts);
  throw E(message.str());
}

/// Throws `E` with the streamed parts unless `condition` holds. The parts are not streamed otherwise.
template <class E = Error, class... Parts>
void require(bool condition, const Parts&... parts) {
  if (!condition) [[unlikely]] fail<E>(parts...);
}

}  // namespace vpr
