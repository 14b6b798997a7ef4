// SPDX-License-Identifier: BSD-2-Clause
// Without libFuzzer: each seed as it is, cut at every 64th of its length, and with single bytes
// changed at fixed places. Deterministic. An input that takes longer than 20 s is written to
// ./slow-input and ends the run.
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "fuzz.hpp"

namespace {

size_t runs = 0;
constexpr unsigned limit_s = 20;
std::span<const uint8_t> current;

extern "C" void on_alarm(int) {
    const int fd = ::open("slow-input", O_WRONLY | O_CREAT | O_TRUNC, 0666);
    const bool written = ::write(fd, current.data(), current.size()) >= 0;
    ::_exit(written ? 2 : 3);
}

void run(const mkl::Bytes& input) {
    // A copy of its own size: a reader that goes past the end meets the sanitizer.
    const std::vector<uint8_t> copy(reinterpret_cast<const uint8_t*>(input.data()),
                                    reinterpret_cast<const uint8_t*>(input.data()) + input.size());
    current = copy;
    ::alarm(limit_s);
    LLVMFuzzerTestOneInput(copy.data(), copy.size());
    runs++;
}

void replay(const mkl::Bytes& seed) {
    run(seed);
    for (size_t i = 0; i < 64; i++)
        run({seed.begin(), seed.begin() + static_cast<ptrdiff_t>(seed.size() * i / 64)});
    uint32_t state = 1;
    for (size_t i = 0; i < 400 && !seed.empty(); i++) {
        mkl::Bytes broken = seed;
        for (size_t k = 0; k < 1 + i % 3; k++) {
            state = state * 1664525u + 1013904223u;  // Numerical Recipes, 7.1
            broken[(state >> 8) % broken.size()] = std::byte(static_cast<uint8_t>(state));
        }
        run(broken);
    }
}

}  // namespace

int main(int argc, char** argv) {
    ::signal(SIGALRM, on_alarm);
    for (const mkl::Bytes& seed : mkl::fuzz::seeds()) replay(seed);
    for (int i = 1; i < argc; i++) {
        if (!std::filesystem::is_directory(argv[i])) continue;
        for (const auto& e : std::filesystem::directory_iterator{argv[i]}) {
            std::ifstream in{e.path(), std::ios::binary};
            const std::string text{std::istreambuf_iterator<char>{in}, {}};
            const auto bytes = mkl::as_bytes(text);
            replay({bytes.begin(), bytes.end()});
        }
    }
    std::printf("%zu inputs\n", runs);
    return runs == 0;
}
