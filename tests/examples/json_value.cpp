// SPDX-License-Identifier: MIT
// json_value FILE POINTER: prints what a JSON file holds there, such as /recall/1. Exit code 1: it holds nothing, or is not valid JSON.
#include <nlohmann/json.hpp>

#include <fstream>
#include <iostream>

int main(int count, char** arguments) {
  if (count != 3) return 2;
  try {
    std::ifstream file(arguments[1]);
    std::cout << nlohmann::json::parse(file).at(nlohmann::json::json_pointer(arguments[2])).dump() << '\n';
  } catch (const nlohmann::json::exception& error) {
    std::cerr << arguments[1] << ": " << error.what() << '\n';
    return 1;
  }
}
