// SPDX-License-Identifier: BSD-2-Clause
// Loads and stores with an order, for memory that another core or program reads.
#pragma once

namespace mkl::rt {

template <class T>
T load_acquire(const T& from) {
    return __atomic_load_n(&from, __ATOMIC_ACQUIRE);
}
template <class T>
void store_release(T& to, T value) {
    __atomic_store_n(&to, value, __ATOMIC_RELEASE);
}
template <class T>
T load_relaxed(const T& from) {
    return __atomic_load_n(&from, __ATOMIC_RELAXED);
}
template <class T>
void store_relaxed(T& to, T value) {
    __atomic_store_n(&to, value, __ATOMIC_RELAXED);
}

}  // namespace mkl::rt
