# A stranger's warnings, all of them errors.
target_compile_options(consumer PRIVATE -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wold-style-cast -Wdouble-promotion -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  target_compile_options(consumer PRIVATE -Wuseless-cast -Wduplicated-cond -Wlogical-op)
endif()
