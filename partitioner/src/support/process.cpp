// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/support/process.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <optional>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace mkl {

namespace {

/// A file descriptor with an owner.
class Fd {
public:
    Fd() = default;
    explicit Fd(int fd) : fd_{fd} {}
    Fd(Fd&& other) noexcept : fd_{std::exchange(other.fd_, -1)} {}
    Fd& operator=(Fd&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    Fd(const Fd&) = delete;
    Fd& operator=(const Fd&) = delete;
    ~Fd() { close(); }
    void close() {
        if (fd_ >= 0) ::close(fd_);
        fd_ = -1;
    }
    int get() const { return fd_; }
    bool open() const { return fd_ >= 0; }

private:
    int fd_ = -1;
};

struct Pipe {
    Fd read, write;
};

std::optional<Pipe> make_pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return std::nullopt;
    return Pipe{Fd{ends[0]}, Fd{ends[1]}};
}

struct Pipes {
    Pipe in, out, err, status;
};

std::optional<Pipes> make_pipes() {
    auto in = make_pipe(), out = make_pipe(), err = make_pipe(), status = make_pipe();
    if (!in || !out || !err || !status) return std::nullopt;
    return Pipes{std::move(*in), std::move(*out), std::move(*err), std::move(*status)};
}

/// In the child, between fork and exec: async-signal-safe calls only. The errno of a failure
/// goes through the status pipe, which a successful exec closes.
[[noreturn]] void become(const Pipes& pipes, const char* directory, char* const* argv,
                         char* const* environment) {
    ::setpgid(0, 0);
    const bool wired = ::dup2(pipes.in.read.get(), STDIN_FILENO) >= 0 &&
                       ::dup2(pipes.out.write.get(), STDOUT_FILENO) >= 0 &&
                       ::dup2(pipes.err.write.get(), STDERR_FILENO) >= 0;
    ::signal(SIGPIPE, SIG_DFL);
    if (wired && (*directory == '\0' || ::chdir(directory) == 0))
        ::execvpe(argv[0], argv, environment);
    const int why = errno;
    [[maybe_unused]] const ssize_t n = ::write(pipes.status.write.get(), &why, sizeof why);
    ::_exit(127);
}

std::vector<char*> pointers(const std::vector<std::string>& words) {
    std::vector<char*> out;
    out.reserve(words.size() + 1);
    for (const std::string& w : words) out.push_back(const_cast<char*>(w.c_str()));
    out.push_back(nullptr);
    return out;
}

/// The caller's environment with the additions; a later NAME replaces an earlier one.
std::vector<std::string> merged_environment(const std::vector<std::string>& additions) {
    std::vector<std::string> out;
    for (char** e = ::environ; e != nullptr && *e != nullptr; e++) {
        const std::string_view entry{*e};
        const std::string_view name = entry.substr(0, entry.find('='));
        bool replaced = false;
        for (const std::string& a : additions)
            replaced = replaced || (a.size() > name.size() && a[name.size()] == '=' &&
                                    std::string_view{a}.substr(0, name.size()) == name);
        if (!replaced) out.emplace_back(entry);
    }
    out.insert(out.end(), additions.begin(), additions.end());
    return out;
}

class Child {
public:
    Child(const ProcessRequest& request, Pipes pipes, pid_t pid)
        : request_{request}, pipes_{std::move(pipes)}, pid_{pid},
          deadline_{std::chrono::steady_clock::now() + request.timeout} {}

    ProcessResult run() {
        result_.started = true;
        for (const Fd* fd : {&pipes_.in.write, &pipes_.out.read, &pipes_.err.read})
            ::fcntl(fd->get(), F_SETFL, ::fcntl(fd->get(), F_GETFL) | O_NONBLOCK);
        if (request_.input.empty()) pipes_.in.write.close();
        while (pipes_.out.read.open() || pipes_.err.read.open())
            if (!step()) break;
        finish();
        return std::move(result_);
    }

private:
    /// Milliseconds until the deadline for poll(): -1 if there is none.
    int remaining() const {
        if (request_.timeout.count() == 0) return -1;
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            deadline_ - std::chrono::steady_clock::now());
        return static_cast<int>(std::clamp<long long>(left.count(), 0, 1'000'000));
    }

    bool step() {
        std::array<pollfd, 3> polled{
            {{pipes_.out.read.get(), POLLIN, 0},
             {pipes_.err.read.get(), POLLIN, 0},
             {pipes_.in.write.get(), POLLOUT, 0}}
        };
        const int left = remaining();
        const int n = ::poll(polled.data(), polled.size(), left);
        if (n < 0) return errno == EINTR;
        if (left == 0) {
            result_.timed_out = true;
            return false;
        }
        const bool go_on = (polled[0].revents == 0 || drain(pipes_.out.read, ProcessStream::out)) &&
                           (polled[1].revents == 0 || drain(pipes_.err.read, ProcessStream::err));
        if (polled[2].revents != 0) feed();
        return go_on;
    }

    bool drain(Fd& from, ProcessStream stream) {
        std::array<char, 65536> buffer;
        const ssize_t n = ::read(from.get(), buffer.data(), buffer.size());
        if (n < 0 && (errno == EAGAIN || errno == EINTR)) return true;
        if (n <= 0) {
            from.close();
            return true;
        }
        const std::string_view piece{buffer.data(), static_cast<size_t>(n)};
        std::string& kept = stream == ProcessStream::out ? result_.out : result_.err;
        kept += piece.substr(0, request_.max_output - kept.size());
        result_.ended = request_.on_output && !request_.on_output(stream, piece);
        return !result_.ended;
    }

    void feed() {
        const std::string_view rest = std::string_view{request_.input}.substr(fed_);
        const ssize_t n = ::write(pipes_.in.write.get(), rest.data(), rest.size());
        if (n > 0) fed_ += static_cast<size_t>(n);
        const bool later = n < 0 && (errno == EAGAIN || errno == EINTR);
        if (!later && (n < 0 || fed_ == request_.input.size())) pipes_.in.write.close();
    }

    /// Waits for the child; past the deadline, or when nobody wants it any more, its whole
    /// process group is killed.
    void finish() {
        int status = 0;
        pid_t done = 0;
        while (done == 0) {
            const bool kill_it = result_.timed_out || result_.ended;
            if (kill_it) ::kill(-pid_, SIGKILL);
            done = ::waitpid(pid_, &status, kill_it ? 0 : WNOHANG);
            if (done < 0 && errno == EINTR) done = 0;
            if (done == 0 && !kill_it) {
                ::poll(nullptr, 0, 1);
                result_.timed_out = remaining() == 0;
            }
        }
        ::kill(-pid_, SIGKILL);  // whatever it left behind in its group
        if (done == pid_ && WIFEXITED(status)) result_.exit_status = WEXITSTATUS(status);
        if (done == pid_ && WIFSIGNALED(status)) result_.signal = WTERMSIG(status);
    }

    const ProcessRequest& request_;
    Pipes pipes_;
    pid_t pid_;
    std::chrono::steady_clock::time_point deadline_;
    size_t fed_ = 0;
    ProcessResult result_;
};

ProcessResult failed(int why) {
    ProcessResult result;
    result.start_errno = why;
    result.error = std::strerror(why);
    return result;
}

}  // namespace

ProcessResult run_process(const ProcessRequest& request) {
    if (request.argv.empty()) return failed(EINVAL);
    std::optional<Pipes> pipes = make_pipes();
    if (!pipes) return failed(errno);
    // A child that closes its input early must not end us.
    struct sigaction ignore {
    }, before{};
    ignore.sa_handler = SIG_IGN;
    ::sigaction(SIGPIPE, &ignore, &before);

    const std::vector<std::string> environment = merged_environment(request.environment);
    const std::vector<char*> argv = pointers(request.argv);
    const std::vector<char*> envp = pointers(environment);
    const pid_t pid = ::fork();
    if (pid == 0) become(*pipes, request.directory.c_str(), argv.data(), envp.data());
    ProcessResult result;
    if (pid < 0) {
        result = failed(errno);
    } else {
        ::setpgid(pid, pid);  // also here: whoever runs first
        pipes->in.read.close();
        pipes->out.write.close();
        pipes->err.write.close();
        pipes->status.write.close();
        int why = 0;
        if (::read(pipes->status.read.get(), &why, sizeof why) == sizeof why) {
            ::waitpid(pid, nullptr, 0);
            result = failed(why);
        } else {
            result = Child{request, std::move(*pipes), pid}.run();
        }
    }
    ::sigaction(SIGPIPE, &before, nullptr);
    return result;
}

}  // namespace mkl
