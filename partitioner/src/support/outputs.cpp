// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/support/outputs.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cassert>
#include <cerrno>
#include <cstring>
#include <optional>
#include <system_error>

#include "mkl/support/finding_doc.hpp"
#include "mkl/support/temporary_directory.hpp"
#include "mkl/support/text.hpp"

namespace mkl {

namespace {

namespace fs = std::filesystem;

constexpr FindingDoc docs[] = {
    finding_doc(
        "E910", "output-directory", "the output directory cannot be used",
        "mkl makes the directory named by -o, locks it and completes all files in a temporary"
        " directory beside it. One of these steps failed, so nothing was written.",
        "mkl image system.yaml -o /proc/out",
        "Name a directory that you may write to, on a file system that is not read-only."),
    finding_doc(
        "E911", "output-write", "an output file could not be written",
        "The file could not be completed in the temporary directory: most often the disk is "
        "full. No file in the output directory has changed.",
        "", "Make room on the disk, or name a directory on another one with -o."),
    finding_doc("E912", "output-in-the-way", "a finished file could not be put in its place",
                "All files were complete, but one could not be renamed into the output directory: "
                "something else has its name. What was there before is back in its place; if even "
                "that failed, the message says where it is kept. (Files appear one by one, "
                "manifest.json and plan.json last, so their absence tells that "
                "a directory is incomplete.)",
                "mkdir -p out/image.elf; mkl image system.yaml -o out",
                "Move what is in the way, and run the command again."),
    finding_doc("E913", "output-interrupted", "writing was interrupted",
                "A signal (Ctrl-C, for one) arrived while files were being written. The temporary "
                "directory was removed; the output directory is as it was.",
                "", "Run the command again."),
    finding_doc("E914", "output-is-input", "an output would be written over an input",
                "A file that the command has read has the name of one that it writes. Nothing was "
                "written: mkl modifies no input.",
                "mkl partition plan.json -o .",
                "Name another directory with -o, or give the input another name."),
};

constexpr const char* other_directory =
    "name a directory with -o that you may write to, on a file system that is not read-only";

/// Keeps SIGINT, SIGTERM and SIGHUP pending while alive, so that a half-written state is removed
/// by ordinary code and not in a handler. They take effect when it ends.
class SignalsHeld {
public:
    SignalsHeld() {
        sigemptyset(&held_);
        for (const int s : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&held_, s);
        pthread_sigmask(SIG_BLOCK, &held_, &before_);
    }
    ~SignalsHeld() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    SignalsHeld(const SignalsHeld&) = delete;
    SignalsHeld& operator=(const SignalsHeld&) = delete;

    /// One has arrived that the caller of mkl had not blocked.
    bool pending() const {
        sigset_t now;
        if (sigpending(&now) != 0) return false;
        for (const int s : {SIGINT, SIGTERM, SIGHUP})
            if (sigismember(&now, s) == 1 && sigismember(&before_, s) == 0) return true;
        return false;
    }

private:
    sigset_t held_{}, before_{};
};

/// Exclusive lock on DIR/.mkl.lock; the file is removed with it.
class DirectoryLock {
public:
    DirectoryLock() = default;
    ~DirectoryLock() {
        if (fd_ < 0) return;
        ::unlink(path_.c_str());  // while locked: a waiter sees that its file is gone, and retries
        ::close(fd_);
    }
    DirectoryLock(const DirectoryLock&) = delete;
    DirectoryLock& operator=(const DirectoryLock&) = delete;

    /// 0 or errno; EINTR: a signal is pending. Signals must be held, so that none ends the process
    /// between making the file and removing it; so another's lock is asked for again and again.
    int take(const fs::path& directory, const SignalsHeld& signals) {
        constexpr timespec pause{0, 10'000'000};
        path_ = directory / ".mkl.lock";
        for (;;) {
            const int fd = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
            if (fd < 0) return errno;
            const int result = ::flock(fd, LOCK_EX | LOCK_NB);
            if (result != 0 && errno == EWOULDBLOCK) {
                ::close(fd);  // its owner removes the file
                if (signals.pending()) return EINTR;
                ::nanosleep(&pause, nullptr);
                continue;
            }
            struct stat mine {
            }, there{};
            if (result == 0 && ::fstat(fd, &mine) == 0 && ::stat(path_.c_str(), &there) == 0 &&
                mine.st_ino == there.st_ino && mine.st_dev == there.st_dev) {
                fd_ = fd;
                return 0;
            }
            const int error = result == 0 ? 0 : errno;
            ::close(fd);
            if (error != 0) return error;
        }
    }

private:
    fs::path path_;
    int fd_ = -1;
};

class Writer {
public:
    Writer(const fs::path& directory, std::span<const OutputFile> files, DiagnosticSink& sink,
           const OutputCheck& check)
        : directory_{directory}, files_{files}, sink_{sink}, check_{check} {}

    bool run() {
        if (!prepare()) return false;
        signals_.emplace();
        const int error = lock_.take(directory_, *signals_);
        if (error == EINTR) return interrupted();
        if (error != 0)
            return fail("E910", cat("cannot lock ", shown(directory_), ": ", text(error)),
                        other_directory);
        if (!make_temporary()) return false;
        for (const OutputFile& file : files_) {
            if (!write_one(file)) return false;
            if (signals_->pending()) return interrupted();
        }
        if (check_ && !check_(temporary_.path())) return false;
        if (signals_->pending()) return interrupted();
        return nothing_in_the_way() && replace_all();
    }

private:
    static std::string text(int error) { return std::strerror(error); }
    static std::string shown(const fs::path& path) { return "'" + path.string() + "'"; }

    bool fail(std::string_view id, std::string message, std::string hint) {
        sink_.report({id, {}, std::move(message), {}, std::move(hint)});
        return false;
    }
    bool interrupted() {
        return fail(
            "E913",
            cat("interrupted while writing to ", shown(directory_), "; nothing there has changed"),
            "run the command again");
    }

    bool prepare() {
        std::error_code error;
        if (directory_.empty()) directory_ = ".";
        fs::create_directories(directory_, error);
        if (error)
            return fail("E910",
                        cat("cannot make the directory ", shown(directory_), ": ", error.message()),
                        other_directory);
        if (!fs::is_directory(directory_, error))
            return fail("E910", cat(shown(directory_), " is not a directory"), other_directory);
        directory_ = fs::canonical(directory_, error);
        if (error)
            return fail("E910", cat("cannot resolve ", shown(directory_), ": ", error.message()),
                        other_directory);
        return true;
    }

    /// Beside the directory, or inside where that is another file system or not writable: a rename
    /// must not cross file systems.
    bool make_temporary() {
        struct stat parent {
        }, own{};
        const bool same_device = ::stat(directory_.parent_path().c_str(), &parent) == 0 &&
                                 ::stat(directory_.c_str(), &own) == 0 &&
                                 parent.st_dev == own.st_dev;
        const bool beside = same_device && directory_.has_filename();
        if (beside) {
            const std::string name = "." + directory_.filename().string() + ".mkl-";
            remove_stale(directory_.parent_path(), name);
            if (temporary_.make(directory_.parent_path() / name) == 0) return true;
        }
        remove_stale(directory_, ".mkl-");
        const int error = temporary_.make(directory_ / ".mkl-");
        if (error == 0) return true;
        return fail("E910", cat("cannot write to ", shown(directory_), ": ", text(error)),
                    other_directory);
    }

    /// Temporary directories of an mkl that was killed: whoever has the lock has the only live one.
    /// One with what was moved out of `directory_` stays.
    static void remove_stale(const fs::path& where, const std::string& prefix) {
        constexpr size_t random = 6;  // mkdtemp(3)
        std::error_code error;
        std::vector<fs::path> stale;
        for (fs::directory_iterator it{where, error}, end; !error && it != end;
             it.increment(error)) {
            const std::string name = it->path().filename().string();
            if (name.size() == prefix.size() + random && name.starts_with(prefix) &&
                fs::is_directory(it->symlink_status(error)) &&
                !fs::exists(fs::symlink_status(it->path() / ".old", error)))
                stale.push_back(it->path());
        }
        for (const fs::path& path : stale) fs::remove_all(path, error);
    }

    bool write_one(const OutputFile& file) {
        const fs::path path = temporary_.path() / file.path;
        std::error_code made;
        fs::create_directories(path.parent_path(), made);
        const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        int error = fd < 0 ? errno : 0;
        bool stop = false;
        if (fd >= 0) {
            file.content.for_each([&](std::span<const std::byte> piece) {
                while (!piece.empty() && error == 0 && !stop) {
                    const size_t chunk = std::min<size_t>(piece.size(), size_t{1} << 20);
                    const ssize_t n = ::write(fd, piece.data(), chunk);
                    if (n < 0 && errno != EINTR) error = errno;
                    if (n > 0) piece = piece.subspan(static_cast<size_t>(n));
                    if (chunk == size_t{1} << 20) stop = signals_->pending();
                }
            });
            if (::close(fd) != 0 && error == 0) error = errno;
        }
        if (stop) return interrupted();
        if (error == 0) return true;
        return fail("E911",
                    cat("cannot write ", file.path, " (", size_text(file.content.size()), ") for ",
                        shown(directory_), ": ", text(error), "; nothing there has changed"),
                    "make room on its disk, or name a directory on another one with -o");
    }

    bool nothing_in_the_way() {
        for (const OutputFile& file : files_) {
            const fs::path target = directory_ / file.path;
            std::error_code error;
            fs::create_directories(target.parent_path(), error);
            if (error)
                return fail("E912",
                            cat("cannot make the directory ", shown(target.parent_path()), ": ",
                                error.message()),
                            cat("move away what is in the way below ", shown(directory_)));
            if (fs::is_directory(fs::symlink_status(target, error)))
                return fail("E912",
                            cat("cannot write ", shown(target), ": a directory has this name"),
                            cat("move it away: mv ", shell_quote(target.string()), " ",
                                shell_quote(target.string() + ".old")));
        }
        return true;
    }

    /// Old files go into the temporary directory, summaries first: from then on until the end the
    /// directory has none. Not rename() over the old file: it could not come back, and ext4 writes
    /// the new one to the disk first.
    bool replace_all() {
        for (const bool last : {true, false})
            for (const OutputFile& file : files_)
                if (file.last == last && !set_aside(file)) return false;
        for (const bool last : {false, true})
            for (const OutputFile& file : files_)
                if (file.last == last && !put_in_place(file)) return false;
        return true;
    }

    bool set_aside(const OutputFile& file) {
        const fs::path target = directory_ / file.path,
                       aside = temporary_.path() / ".old" / file.path;
        std::error_code error;
        if (!fs::exists(fs::symlink_status(target, error))) return true;
        fs::create_directories(aside.parent_path(), error);
        return move({target, aside, true}, target);
    }

    bool put_in_place(const OutputFile& file) {
        const fs::path target = directory_ / file.path;
        return move({temporary_.path() / file.path, target, false}, target);
    }

    struct Move {
        fs::path from, to;
        bool aside;
    };

    bool move(Move next, const fs::path& target) {
        if (::rename(next.from.c_str(), next.to.c_str()) == 0) {
            moved_.push_back(std::move(next));
            return true;
        }
        const int error = errno;
        bool restored = true, lost = false;
        for (auto m = moved_.rbegin(); m != moved_.rend(); ++m) {
            if (::rename(m->to.c_str(), m->from.c_str()) == 0) continue;
            restored = false;
            lost = lost || m->aside;
        }
        const std::string message =
            cat("cannot put ", shown(target), " in place: ", text(error), "; ");
        const std::string again =
            cat("move ", shown(target), " away, or name another directory with -o");
        if (restored) return fail("E912", cat(message, "nothing there has changed"), again);
        if (!lost)
            return fail("E912", cat(message, "what was there is back, beside new files"), again);
        const fs::path kept = temporary_.path();
        temporary_.keep();
        return fail("E912",
                    cat(message, "nor could all that was there be put back: it is in ",
                        shown(kept / ".old")),
                    cat("move its files back to ", shown(directory_), " before the next run"));
    }

    fs::path directory_;
    std::span<const OutputFile> files_;
    DiagnosticSink& sink_;
    const OutputCheck& check_;
    std::vector<Move> moved_;
    // Destroyed in reverse order: the temporary directory, then the lock, and only then signals
    // may end the process.
    std::optional<SignalsHeld> signals_;
    DirectoryLock lock_;
    TemporaryDirectory temporary_;
};

}  // namespace

bool write_outputs(const std::filesystem::path& directory, std::span<const OutputFile> files,
                   DiagnosticSink& sink, const OutputCheck& check) {
    return Writer{directory, files, sink, check}.run();
}

std::span<const FindingDoc> outputs_findings() { return docs; }

}  // namespace mkl
