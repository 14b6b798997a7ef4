// SPDX-License-Identifier: BSD-2-Clause
// mkl beside its peers, on the same files, in one run.
//
// Method   each command five times, alone; wall time is the median, memory the largest peak
//          (ru_maxrss of wait4). Files are made first and read once, so that all meet a warm cache.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr int runs = 5;
constexpr size_t file_count = 4, file_size = size_t{8} << 20;

struct Cost {
    double wall_s = 0;
    long peak_kib = 0;
    bool ok = false;
};

Cost run_once(const std::vector<std::string>& argv) {
    std::vector<char*> words;
    for (const std::string& w : argv) words.push_back(const_cast<char*>(w.c_str()));
    words.push_back(nullptr);
    const auto begin = Clock::now();
    const pid_t pid = ::fork();
    if (pid == 0) {
        const int null = ::open("/dev/null", O_RDWR);
        ::dup2(null, 0);
        ::dup2(null, 1);
        ::dup2(null, 2);
        ::execvp(words[0], words.data());
        ::_exit(127);
    }
    int status = 0;
    rusage usage{};
    ::wait4(pid, &status, 0, &usage);
    return {std::chrono::duration<double>(Clock::now() - begin).count(), usage.ru_maxrss,
            WIFEXITED(status) && WEXITSTATUS(status) == 0};
}

Cost run(const std::vector<std::string>& argv) {
    std::vector<double> walls;
    Cost out{0, 0, true};
    for (int i = 0; i < runs; i++) {
        const Cost c = run_once(argv);
        walls.push_back(c.wall_s);
        out.peak_kib = std::max(out.peak_kib, c.peak_kib);
        out.ok = out.ok && c.ok;
    }
    std::sort(walls.begin(), walls.end());
    out.wall_s = walls[runs / 2];
    return out;
}

void print(const char* what, const Cost& c, const Cost& reference) {
    if (!c.ok) {
        std::printf("%-44s not available\n", what);
        return;
    }
    std::printf("%-44s %8.1f ms %8.1f MiB   x%.2f time, x%.2f memory\n", what, 1e3 * c.wall_s,
                static_cast<double>(c.peak_kib) / 1024, c.wall_s / reference.wall_s,
                static_cast<double>(c.peak_kib) / static_cast<double>(reference.peak_kib));
}

void write(const fs::path& path, const std::string& text) {
    std::ofstream{path, std::ios::binary} << text;
}

// Bytes that do not compress and are the same in every run.
std::string noise(uint32_t seed) {
    std::string out(file_size, '\0');
    for (char& c : out) {
        seed = seed * 1664525u + 1013904223u;  // Numerical Recipes, 7.1
        c = static_cast<char>(seed >> 24);
    }
    return out;
}

void make_inputs(const fs::path& dir) {
    std::string yaml = "mkl: 1\nboard:\n  dtb: board.dtb\nnodes:\n", files = "files:\n";
    std::string its = "/dts-v1/;\n/ {\n images {\n";
    std::string loadables;
    for (size_t i = 0; i < file_count; i++) {
        const std::string name = "data" + std::to_string(i);
        write(dir / name, noise(static_cast<uint32_t>(i) + 1));
        yaml += "  node" + std::to_string(i) + ": {cpu: " + std::to_string(i) + ", memory: 64M}\n";
        files += "  " + name + ": {path: " + name + ", node: node" + std::to_string(i) + "}\n";
        its += "  " + name + " { data = /incbin/(\"" + (dir / name).string() +
               "\"); type = \"firmware\"; arch = \"arm64\"; compression = \"none\"; load = <0x" +
               std::to_string(4 + i) + "0000000>; hash-1 { algo = \"sha256\"; }; };\n";
        loadables += (i ? ", \"" : "\"") + name + "\"";
    }
    its += " };\n configurations { default = \"conf\"; conf { firmware = \"data0\"; loadables = " +
           loadables + "; }; };\n};\n";
    write(dir / "system.yaml", yaml + files);
    write(dir / "image.its", its);
    run_once({"qemu-system-aarch64", "-M",
              "virt,gic-version=3,dtb-randomness=off,dumpdtb=" + (dir / "board.dtb").string(),
              "-smp", "4", "-m", "1G", "-cpu", "cortex-a53"});
}

}  // namespace

int main() {
    std::string name = (fs::temp_directory_path() / "mkl-bench-XXXXXX").string();
    if (!::mkdtemp(name.data())) return 1;
    const fs::path dir = name;
    make_inputs(dir);
    const std::string d = dir.string(), yaml = d + "/system.yaml", dtb = d + "/board.dtb";

    std::printf("four nodes, %zu MiB of files\n", file_count * file_size >> 20);
    const Cost image = run({MKL_PROGRAM, "image", yaml, "-o", d + "/out"});
    print("mkl image (ELF, Image, FIT, uImage, proof)", image, image);
    print("mkl verify image.itb", run({MKL_PROGRAM, "verify", d + "/out/image.itb"}), image);
    print("mkimage FIT with sha256", run({"mkimage", "-f", d + "/image.its", d + "/fit.itb"}),
          image);
    print("cpio newc",
          run({"sh", "-c", "cd " + d + " && ls data? | cpio -o -H newc --quiet > cpio.out"}),
          image);
    print("sha256sum", run({"sh", "-c", "sha256sum " + d + "/data?"}), image);

    std::printf("\ntree of QEMU's virt\n");
    const Cost check = run({MKL_PROGRAM, "check", yaml});
    print("mkl check", check, check);
    print("dtc dtb to dts", run({"dtc", "-q", "-I", "dtb", "-O", "dts", "-o", d + "/b.dts", dtb}),
          check);
    std::error_code error;
    fs::remove_all(dir, error);
    return image.ok && check.ok ? 0 : 1;
}
