// SPDX-License-Identifier: BSD-2-Clause
// Register blocks as types: a register knows its offset, width and direction, a field its bits.
#pragma once

#include <stdint.h>

namespace mkl::rt {

enum class Access { ro, wo, rw };

template <uint32_t Offset, class T, Access A>
struct Reg {
    static constexpr uint32_t offset = Offset;
    using Value = T;
    static constexpr Access access = A;
};

template <unsigned Shift, unsigned Width = 1>
struct Field {
    static_assert(Width >= 1 && Shift + Width <= 32);
    static constexpr uint32_t mask = static_cast<uint32_t>(((uint64_t{1} << Width) - 1) << Shift);
    static constexpr uint32_t get(uint32_t v) { return (v & mask) >> Shift; }
    static constexpr uint32_t of(uint32_t v) { return (v << Shift) & mask; }
};

/// A block of device registers at an address the caller has mapped. Any class with these members
/// can stand in for it under test.
class Mmio {
public:
    explicit constexpr Mmio(uintptr_t base) : base_{base} {}

    template <class R>
    requires(R::access != Access::wo) typename R::Value read() const {
        return *at<typename R::Value>(R::offset);
    }
    template <class R>
    requires(R::access != Access::ro) void write(typename R::Value v) const {
        *at<typename R::Value>(R::offset) = v;
    }
    /// Register `index` of an array of R that starts at R::offset.
    template <class R>
    requires(R::access != Access::wo) typename R::Value read(uint64_t index) const {
        return *at<typename R::Value>(R::offset + index * sizeof(typename R::Value));
    }
    template <class R>
    requires(R::access != Access::ro) void write(uint64_t index, typename R::Value v) const {
        *at<typename R::Value>(R::offset + index * sizeof(typename R::Value)) = v;
    }
    /// Offset known at run time only (boards that space registers differently).
    template <class T>
    T read_at(uint64_t offset) const {
        return *at<T>(offset);
    }
    template <class T>
    void write_at(uint64_t offset, T v) const {
        *at<T>(offset) = v;
    }
    constexpr uintptr_t base() const { return base_; }

private:
    template <class T>
    volatile T* at(uint64_t offset) const {
        return reinterpret_cast<volatile T*>(base_ + offset);
    }
    uintptr_t base_;
};

}  // namespace mkl::rt
