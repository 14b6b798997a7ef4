// SPDX-License-Identifier: BSD-2-Clause
// The run itself: one loop over serial lines, QEMU's messages, log rings, signals and the clock.
#include <fcntl.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>

#include "child.hpp"
#include "guest_memory.hpp"
#include "mkl/qemu/console.hpp"
#include "mkl/qemu/qemu.hpp"
#include "mkl/support/text.hpp"
#include "serials.hpp"
#include "timeline.hpp"

namespace mkl {

namespace {

using Clock = std::chrono::steady_clock;
constexpr int ring_period_ms = 20;

// One source of bytes: the UART's pipe or socket, or QEMU's standard error.
struct Source {
    int fd = -1;
    LineSplitter splitter;
    NodeConsole console;
    bool own = false;  ///< QEMU's messages
};

// SIGINT, SIGTERM and SIGHUP as a descriptor; the mask is put back at the end.
class Signals {
public:
    Signals() {
        sigset_t set;
        ::sigemptyset(&set);
        for (const int s : {SIGINT, SIGTERM, SIGHUP}) ::sigaddset(&set, s);
        ::pthread_sigmask(SIG_BLOCK, &set, &before_);
        fd_ = ::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    }
    ~Signals() {
        if (fd_ >= 0) ::close(fd_);
        ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }
    Signals(const Signals&) = delete;
    Signals& operator=(const Signals&) = delete;
    int descriptor() const { return fd_; }

private:
    sigset_t before_{};
    int fd_ = -1;
};

std::vector<std::string> node_names(const Plan& plan) {
    std::vector<std::string> out;
    for (const PlanNode& n : plan.nodes) out.push_back(n.name);
    return out;
}

std::string owner_of(const Plan& plan, const std::string& device) {
    for (const PlanNode& n : plan.nodes)
        if (n.console == device) return n.name;
    return "";
}

class Session {
public:
    Session(const QemuRun& run, const QemuOptions& options,
            const std::function<void(std::string_view)>& print, const GuestMemory& memory)
        : run_{run}, options_{options}, print_{print}, memory_{memory}, expectations_{
                                                                            options.expect} {
        for (const PlanNode& n : run.plan.nodes) {
            if (n.prints_logs) printer_ = &n;
            if (n.log)
                rings_.push_back({
                    RingReader{n.log->base(),         n.log->size_bytes()},
                    {                     },
                    n.name
                });
        }
    }

    void add_source(int fd, const std::string& owner, bool own = false) {
        sources_.push_back({
            fd, {                     },
             NodeConsole{ owner, node_names(run_.plan)},
             own
        });
    }

    // Until QEMU closes its output, everything was seen, the time is over, or a signal came.
    // True if QEMU ended by itself.
    bool loop(int signals) {
        const bool waits = !options_.expect.empty();
        const bool limited = options_.timeout_s || waits;
        const auto limit = std::chrono::duration_cast<Clock::duration>(
            std::chrono::duration<double>(options_.timeout_s.value_or(qemu_timeout_s)));
        const Clock::time_point end = Clock::now() + limit;
        while (true) {
            int wait_ms = printer_ != nullptr || rings_.empty() ? -1 : ring_period_ms;
            if (limited) {
                const auto left =
                    std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()).count();
                if (left <= 0) return false;
                // Not more than a minute at once: the limit may exceed what poll() can hold.
                const int left_ms = static_cast<int>(std::min<int64_t>(left, 60'000));
                wait_ms = wait_ms < 0 ? left_ms : std::min(wait_ms, left_ms);
            }
            if (!wait_for_input(signals, wait_ms)) return false;
            if (printer_ == nullptr) poll_rings();
            if (waits && expectations_.all_seen()) return false;
            if (sources_.front().fd < 0) return true;
        }
    }

    void finish() {
        for (Source& s : sources_) {
            while (s.fd >= 0 && drain(s)) {}
            for (const std::string& line : s.splitter.finish()) show(s, line);
        }
        if (printer_up()) return;
        poll_rings();
        for (Ring& r : rings_)
            for (const std::string& line : r.splitter.finish()) show_line(cat(r.node, "| ", line));
    }

    const Expectations& expectations() const { return expectations_; }
    const std::string& complaint() const { return complaint_; }

private:
    struct Ring {
        RingReader reader;
        LineSplitter splitter;
        std::string node;
    };

    /// The node that prints the logs got as far as to do so: what it shows is not read here, too.
    bool printer_up() const {
        if (printer_ == nullptr) return false;
        const auto page = read_status(memory_, printer_->status.base());
        return page && page->stage >= MKL_STAGE_UP;
    }
    void show_line(const std::string& line) {
        expectations_.see(line);
        print_(line + "\n");
    }
    void show(Source& s, const std::string& line) {
        if (s.own) {
            if (complaint_.empty()) complaint_ = line;
            print_(cat("qemu| ", line, "\n"));
        } else {
            show_line(s.console.label(line));
        }
    }
    // False when there is nothing more for now; closes at the end of the stream.
    bool drain(Source& s) {
        std::array<char, 4096> buffer;
        const ssize_t n = ::read(s.fd, buffer.data(), buffer.size());
        if (n < 0 && (errno == EAGAIN || errno == EINTR)) return false;
        if (n <= 0) {
            s.fd = -1;  // whoever made the descriptor closes it
            return false;
        }
        for (const std::string& line : s.splitter.feed({buffer.data(), static_cast<size_t>(n)}))
            show(s, line);
        return true;
    }
    void poll_rings() {
        for (Ring& r : rings_)
            for (const std::string& line : r.splitter.feed(r.reader.poll(memory_)))
                if (!line.empty()) show_line(cat(r.node, "| ", line));
    }
    // False if a signal asks to end.
    bool wait_for_input(int signals, int wait_ms) {
        std::vector<pollfd> fds{
            {signals, POLLIN, 0}
        };
        for (const Source& s : sources_) fds.push_back({s.fd, POLLIN, 0});  // -1 is ignored
        if (::poll(fds.data(), fds.size(), wait_ms) <= 0) return true;
        if (fds[0].revents != 0) return false;
        for (size_t i = 0; i < sources_.size(); i++)
            if (fds[i + 1].revents != 0)
                while (drain(sources_[i])) {}
        return true;
    }

    const QemuRun& run_;
    const QemuOptions& options_;
    const std::function<void(std::string_view)>& print_;
    const GuestMemory& memory_;
    std::vector<Source> sources_;
    std::vector<Ring> rings_;
    const PlanNode* printer_ = nullptr;  ///< of the rings; nullptr: this does
    Expectations expectations_;
    std::string complaint_;  ///< first line that QEMU itself printed
};

void report_start(int error, const std::string& program, const SourceSpan& where,
                  DiagnosticSink& sink) {
    if (error == ENOENT)
        sink.report({.id = "E701",
                     .where = where,
                     .message = cat(program, " is not installed"),
                     .notes = {},
                     .hint = cat("install the Debian package that holds ", program,
                                 ": qemu-system-arm or qemu-system-misc")});
    else
        sink.report({.id = "E706",
                     .where = where,
                     .message = cat(program, " cannot be started: ", std::strerror(error))});
}

// What was waited for and did not come, and how QEMU ended.
void report_end(const Session& session, bool ended, int status, const SourceSpan& where,
                DiagnosticSink& sink) {
    for (const std::string& text : session.expectations().left())
        sink.report({.id = "W701",
                     .where = where,
                     .message = cat("no node printed '", text, "' before ",
                                    ended ? "QEMU ended" : "the time was over")});
    if (!ended || (WIFEXITED(status) && WEXITSTATUS(status) == 0)) return;
    sink.report({.id = "W702",
                 .where = where,
                 .message = cat("QEMU ended with ", WIFEXITED(status) ? "exit status " : "signal ",
                                WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status),
                                session.complaint().empty() ? "" : ": ", session.complaint())});
}

// Sockets for the second and further UARTs: our ends here, QEMU's in the wiring.
class SerialSockets {
public:
    SerialSockets(size_t serials, QemuWiring& wiring) : theirs_{wiring.serial_fds} {
        for (size_t i = 1; i < serials; i++) {
            std::array<int, 2> pair{};
            if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair.data()) !=
                0)
                break;
            ours_.push_back(pair[0]);
            theirs_.push_back(pair[1]);
        }
    }
    ~SerialSockets() {
        for (const int fd : ours_) ::close(fd);
        for (const int fd : theirs_) ::close(fd);
    }
    SerialSockets(const SerialSockets&) = delete;
    SerialSockets& operator=(const SerialSockets&) = delete;
    const std::vector<int>& ours() const { return ours_; }

private:
    std::vector<int> ours_;
    std::vector<int>& theirs_;
};

}  // namespace

QemuOutcome run_in_qemu(const QemuRun& run, const QemuOptions& options,
                        const std::function<void(std::string_view)>& print, DiagnosticSink& sink) {
    const SourceSpan where =
        run.system.board.qemu ? run.system.board.qemu->where : run.system.board.where;
    std::string why;
    const auto memory = GuestMemory::make(run.plan.ram, why);
    if (!memory) {
        sink.report(
            {.id = "E706", .where = where, .message = cat("no memory for the guest: ", why)});
        return QemuOutcome::failed;
    }
    QemuWiring wiring;
    wiring.memory_path = cat("/proc/self/fd/", memory->descriptor());
    const std::vector<std::string> serials = serial_devices(run.hardware);
    const SerialSockets sockets{serials.size(), wiring};
    std::vector<int> keep = wiring.serial_fds;
    keep.push_back(memory->descriptor());
    const auto argv = qemu_arguments(run, options, wiring, sink);
    if (!argv) return QemuOutcome::failed;
    const Signals signals;
    int error = 0;
    auto child = Child::start(*argv, keep, error);
    if (!child) {
        report_start(error, argv->front(), where, sink);
        return QemuOutcome::failed;
    }

    Session session{run, options, print, *memory};
    session.add_source(child->out(), serials.empty() ? "" : owner_of(run.plan, serials[0]));
    session.add_source(child->err(), "", true);
    for (size_t i = 0; i < sockets.ours().size(); i++)
        session.add_source(sockets.ours()[i], owner_of(run.plan, serials[i + 1]));
    const bool ended = session.loop(signals.descriptor());
    const int status = ended ? child->wait() : child->stop();
    session.finish();
    if (options.timeline) print(timeline_text(run.plan, *memory));
    const bool up = report_nodes(run.plan, *memory, where, options.expect.empty(), sink);
    report_end(session, ended, status, where, sink);
    const bool seen = options.expect.empty() ? ended && up : session.expectations().all_seen();
    return seen ? QemuOutcome::seen : QemuOutcome::not_seen;
}

}  // namespace mkl
