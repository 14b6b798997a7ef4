// SPDX-License-Identifier: BSD-2-Clause
#include "child.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

namespace mkl {

namespace {

struct Pipe {
    int read = -1, write = -1;
    bool open() {
        std::array<int, 2> fds{};
        if (::pipe2(fds.data(), O_CLOEXEC) != 0) return false;
        read = fds[0];
        write = fds[1];
        return true;
    }
    void close() {
        if (read >= 0) ::close(std::exchange(read, -1));
        if (write >= 0) ::close(std::exchange(write, -1));
    }
};

// Between fork and exec: only async-signal-safe calls.
[[noreturn]] void become(char* const* argv, const std::vector<int>& keep, const Pipe& out,
                         const Pipe& err, const Pipe& failed, pid_t parent) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // even if mkl is killed, QEMU goes with it
    if (::getppid() != parent) ::_exit(127);
    ::setpgid(0, 0);  // Ctrl-C is mkl's to handle
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    const int null = ::open("/dev/null", O_RDWR);
    ::dup2(null, 0);
    ::dup2(out.write, 1);
    ::dup2(err.write, 2);
    for (const int fd : keep) ::fcntl(fd, F_SETFD, 0);
    ::execvp(argv[0], argv);
    const int error = errno;
    [[maybe_unused]] const ssize_t n = ::write(failed.write, &error, sizeof error);
    ::_exit(127);
}

}  // namespace

std::optional<Child> Child::start(const std::vector<std::string>& argv,
                                  const std::vector<int>& keep, int& error) {
    Pipe out, err, failed;
    if (!out.open() || !err.open() || !failed.open()) {
        error = errno;
        out.close();
        err.close();
        return std::nullopt;
    }
    std::vector<char*> pointers;
    for (const std::string& word : argv) pointers.push_back(const_cast<char*>(word.c_str()));
    pointers.push_back(nullptr);
    ::setenv("QEMU_AUDIO_DRV", "none", 1);  // zcu102 prints 30 lines about sound cards otherwise
    const pid_t parent = ::getpid();
    const pid_t pid = ::fork();
    if (pid == 0) become(pointers.data(), keep, out, err, failed, parent);
    error = pid < 0 ? errno : 0;
    ::close(std::exchange(out.write, -1));
    ::close(std::exchange(err.write, -1));
    ::close(std::exchange(failed.write, -1));
    if (pid > 0) {
        ssize_t n = 0;
        do n = ::read(failed.read, &error, sizeof error);
        while (n < 0 && errno == EINTR);
        if (n > 0) ::waitpid(pid, nullptr, 0);
    }
    ::close(std::exchange(failed.read, -1));
    if (error != 0) {
        out.close();
        err.close();
        return std::nullopt;
    }
    ::fcntl(out.read, F_SETFL, O_NONBLOCK);
    ::fcntl(err.read, F_SETFL, O_NONBLOCK);
    return Child{pid, out.read, err.read};
}

Child::Child(Child&& other) noexcept
    : pid_{std::exchange(other.pid_, -1)}, out_{std::exchange(other.out_, -1)},
      err_{std::exchange(other.err_, -1)}, status_{other.status_} {}

Child::~Child() {
    stop();
    if (out_ >= 0) ::close(out_);
    if (err_ >= 0) ::close(err_);
}

int Child::stop() {
    if (pid_ > 0) ::kill(pid_, SIGKILL);
    return wait();
}

int Child::wait() {
    if (pid_ <= 0) return status_;
    while (::waitpid(pid_, &status_, 0) < 0 && errno == EINTR) {}
    pid_ = -1;
    return status_;
}

}  // namespace mkl
