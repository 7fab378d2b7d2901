// SPDX-License-Identifier: MIT
// Loaded before a program (LD_PRELOAD): files whose path ends in $VANISHES open once, and then are not there any more; at the $KILLED_AT_RENAME-th
// file that takes its name the program is killed before it does.
#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdlib>
#include <string_view>

#include <dlfcn.h>
#include <fcntl.h>

namespace {

bool is_gone(std::string_view path) {
  static int opened = 0;
  const char* const ending = std::getenv("VANISHES");
  return ending != nullptr && path.ends_with(ending) && ++opened > 1;
}

int open_by(const char* function, const char* path, int flags, mode_t mode) {
  if (is_gone(path)) {
    errno = ENOENT;
    return -1;
  }
  return reinterpret_cast<int (*)(const char*, int, mode_t)>(dlsym(RTLD_NEXT, function))(path, flags, mode);
}

mode_t mode_of(int flags, va_list more) { return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(more, mode_t) : 0; }

}  // namespace

// NOLINTBEGIN(cert-dcl50-cpp): they are the C library's
extern "C" int open(const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const mode_t mode = mode_of(flags, more);
  va_end(more);
  return open_by("open", path, flags, mode);
}
extern "C" int open64(const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const mode_t mode = mode_of(flags, more);
  va_end(more);
  return open_by("open64", path, flags, mode);
}
extern "C" int rename(const char* from, const char* to) {
  static int renamed = 0;
  const char* const last = std::getenv("KILLED_AT_RENAME");
  if (last != nullptr && ++renamed == std::atoi(last)) std::raise(SIGKILL);
  return reinterpret_cast<int (*)(const char*, const char*)>(dlsym(RTLD_NEXT, "rename"))(from, to);
}
// NOLINTEND(cert-dcl50-cpp)
