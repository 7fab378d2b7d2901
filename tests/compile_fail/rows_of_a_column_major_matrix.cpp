// SPDX-License-Identifier: MIT
// refused: vpr::Rows: this Eigen matrix is column-major; use Eigen::RowMajor, and a RowVector for one row
#include <vpr/core/rows.hpp>

#include <Eigen/Core>

Eigen::MatrixXf columns(2, 3);
vpr::Rows rows(columns);
