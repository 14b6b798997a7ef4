// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/component.hpp"

void mkl_init() { mkl_printf("hello: I am on %s\n", mkl_node_name()); }
