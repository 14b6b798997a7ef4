// SPDX-License-Identifier: BSD-2-Clause
// mkl beside its peers, on the same files, in one run.
//
// mkl_bench [MKL [BOARD.dtb]]: another mkl than the one built with it; a board for `mkl check`.
//
// Method   each command five times, alone; wall and CPU time are medians, memory the largest peak
//          (ru_maxrss of wait4). Files are made first and read once, so that all meet a warm cache.
#include <elf.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
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
    double wall_s = 0, cpu_s = 0;
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
    const auto seconds = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
    };
    return {std::chrono::duration<double>(Clock::now() - begin).count(),
            seconds(usage.ru_utime) + seconds(usage.ru_stime), usage.ru_maxrss,
            WIFEXITED(status) && WEXITSTATUS(status) == 0};
}

Cost run(const std::vector<std::string>& argv) {
    std::vector<double> walls, cpus;
    Cost out{0, 0, 0, true};
    for (int i = 0; i < runs; i++) {
        const Cost c = run_once(argv);
        walls.push_back(c.wall_s);
        cpus.push_back(c.cpu_s);
        out.peak_kib = std::max(out.peak_kib, c.peak_kib);
        out.ok = out.ok && c.ok;
    }
    std::sort(walls.begin(), walls.end());
    out.wall_s = walls[runs / 2];
    std::sort(cpus.begin(), cpus.end());
    out.cpu_s = cpus[runs / 2];
    return out;
}

void print(const char* what, const Cost& c, const Cost& reference) {
    if (!c.ok) {
        std::printf("%-44s not available\n", what);
        return;
    }
    std::printf(
        "%-44s %8.1f ms wall %8.1f ms CPU %7.1f MiB   x%.2f wall, x%.2f CPU, x%.2f memory\n", what,
        1e3 * c.wall_s, 1e3 * c.cpu_s, static_cast<double>(c.peak_kib) / 1024,
        c.wall_s / reference.wall_s, c.cpu_s / reference.cpu_s,
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

// A root task of one segment: mkl reads ELF files, so they are what the peers pack, too.
std::string elf_of(const std::string& data) {
    constexpr size_t header_size = 0x1000;
    Elf64_Ehdr h{};
    std::memcpy(h.e_ident, ELFMAG, SELFMAG);
    h.e_ident[EI_CLASS] = ELFCLASS64;
    h.e_ident[EI_DATA] = ELFDATA2LSB;
    h.e_ident[EI_VERSION] = EV_CURRENT;
    h.e_type = ET_EXEC;
    h.e_machine = EM_AARCH64;
    h.e_version = EV_CURRENT;
    h.e_entry = 0x400000;
    h.e_phoff = h.e_ehsize = sizeof h;
    h.e_phentsize = sizeof(Elf64_Phdr);
    h.e_phnum = 1;
    Elf64_Phdr p{};
    p.p_type = PT_LOAD;
    p.p_flags = PF_R | PF_W | PF_X;
    p.p_offset = header_size;
    p.p_vaddr = p.p_paddr = h.e_entry;
    p.p_filesz = p.p_memsz = data.size();
    p.p_align = header_size;
    std::string out(header_size, '\0');
    std::memcpy(out.data(), &h, sizeof h);
    std::memcpy(out.data() + sizeof h, &p, sizeof p);
    return out + data;
}

bool make_inputs(const fs::path& dir) {
    std::string yaml = "mkl: 1\nboard: {dtb: board.dtb}\nnodes:\n";
    std::string its = "/dts-v1/;\n/ {\n description = \"four files\";\n images {\n";
    std::string loadables;
    for (size_t i = 0; i < file_count; i++) {
        const std::string number = std::to_string(i), name = "data" + number;
        write(dir / name, elf_of(noise(static_cast<uint32_t>(i) + 1)));
        yaml += "  node" + number + ": {cpu: " + number + ", memory: 64M, root: " + name + "}\n";
        its += "  " + name + " { description = \"data\"; data = /incbin/(\"" +
               (dir / name).string() +
               "\"); type = \"firmware\"; arch = \"arm64\"; compression = \"none\"; load = <0x" +
               std::to_string(4 + i) + "0000000>; hash-1 { algo = \"sha256\"; }; };\n";
        loadables += (i ? ", \"" : "\"") + name + "\"";
    }
    its += " };\n configurations { default = \"conf\"; conf { description = \"all\"; firmware = "
           "\"data0\"; loadables = " +
           loadables + "; }; };\n};\n";
    write(dir / "system.yaml", yaml);
    write(dir / "image.its", its);
    return run_once(
               {"qemu-system-aarch64", "-nodefaults", "-display", "none", "-cpu", "cortex-a53",
                "-M",
                "virt,gic-version=3,dtb-randomness=off,dumpdtb=" + (dir / "board.dtb").string(),
                "-smp", "4", "-m", "1G"})
        .ok;
}

void check_beside_dtc(const std::string& mkl, const fs::path& dir, const fs::path& board) {
    const std::string yaml = (dir / "check.yaml").string();
    write(yaml, "mkl: 1\nboard: {dtb: " + board.string() +
                    "}\nnodes:\n  a: {cpu: 0, memory: 64M}\n  b: {cpu: 1, memory: 64M}\n");
    std::printf("\n%s, %zu bytes\n", board.filename().c_str(),
                static_cast<size_t>(fs::file_size(board)));
    const Cost check = run({mkl, "check", yaml});
    print("mkl check", check, check);
    print("dtc dtb to dts",
          run({"dtc", "-q", "-I", "dtb", "-O", "dts", "-o", (dir / "b.dts").string(), board}),
          check);
}

}  // namespace

int main(int argc, char** argv) {
    const std::string mkl = argc > 1 ? argv[1] : MKL_PROGRAM;
    std::string name = (fs::temp_directory_path() / "mkl-bench-XXXXXX").string();
    if (!::mkdtemp(name.data())) return 1;
    const fs::path dir = name;
    if (!make_inputs(dir)) std::printf("no board: qemu-system-aarch64 is not installed\n");
    const std::string d = dir.string(), yaml = d + "/system.yaml";

    std::printf("four nodes, %zu MiB of files\n", file_count * file_size >> 20);
    const Cost image = run({mkl, "image", yaml, "-o", d + "/out"});
    print("mkl image (ELF, Image, FIT, uImage, proof)", image, image);
    print("mkl verify image.itb", run({mkl, "verify", d + "/out/image.itb"}), image);
    print("mkimage FIT with sha256", run({"mkimage", "-f", d + "/image.its", d + "/fit.itb"}),
          image);
    print("cpio newc",
          run({"sh", "-c", "cd " + d + " && ls data? | cpio -o -H newc --quiet > cpio.out"}),
          image);
    print("sha256sum", run({"sh", "-c", "sha256sum " + d + "/data?"}), image);

    check_beside_dtc(mkl, dir, dir / "board.dtb");
    if (argc > 2) check_beside_dtc(mkl, dir, fs::absolute(argv[2]));
    std::error_code error;
    fs::remove_all(dir, error);
    return image.ok ? 0 : 1;
}
