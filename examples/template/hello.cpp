// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/component.hpp"

void mkl_init() {
    size_t size = 0;
    auto* const heap = static_cast<volatile char*>(mkl_heap(&size));
    for (size_t i = 0; i < size; i++) heap[i] = 1;
    mkl_printf("hello: I am on %s, with %lu bytes of heap\n", mkl_node_name(), size);
}
