// SPDX-License-Identifier: BSD-2-Clause
// The QEMU process: started with pipes, never left behind.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace mkl {

class Child {
public:
    /// `keep` are descriptors that the program inherits beside 0, 1 and 2. nullopt and `error`
    /// (an errno) if it cannot be started; ENOENT: it is not installed.
    static std::optional<Child> start(const std::vector<std::string>& argv,
                                      const std::vector<int>& keep, int& error);
    Child(Child&& other) noexcept;
    Child& operator=(Child&&) = delete;
    ~Child();  ///< kills and waits

    int out() const { return out_; }  ///< non-blocking
    int err() const { return err_; }
    /// Kills it if it runs, waits; returns the wait status.
    int stop();
    /// Waits for it to end by itself.
    int wait();

private:
    Child(pid_t pid, int out, int err) : pid_{pid}, out_{out}, err_{err} {}
    pid_t pid_;
    int out_, err_;
    int status_ = 0;
};

}  // namespace mkl
