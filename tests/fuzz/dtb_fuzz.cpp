// SPDX-License-Identifier: BSD-2-Clause
// A vendor's tree to facts; what is read is written and read again.
#include "fuzz.hpp"
#include "mkl/emit/emit.hpp"
#include "mkl/hardware/hardware.hpp"

std::vector<mkl::Bytes> mkl::fuzz::seeds() { return {}; }

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    using namespace mkl;
    DiagnosticSink sink;
    auto tree = parse_dtb(fuzz::bytes(data, size), {}, sink);
    if (tree.has_value() == sink.has_errors()) __builtin_trap();
    if (!tree) return 0;
    const Bytes again = to_dtb(*tree);
    DiagnosticSink second;
    const auto same = parse_dtb(again, {}, second);
    if (!same || to_dtb(*same) != again) __builtin_trap();
    (void)to_dts(*tree);
    (void)read_hardware(std::move(*tree), {}, {}, sink);
    return 0;
}
