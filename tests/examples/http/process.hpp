// The service as a process: started on a free port, stopped by signals.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace test {

class ServiceProcess {
public:
    /// Starts the program and, unless it ends before, waits for it to listen.
    explicit ServiceProcess(const std::vector<std::string>& command);
    ServiceProcess(const ServiceProcess&) = delete;
    ServiceProcess& operator=(const ServiceProcess&) = delete;
    ~ServiceProcess();  ///< kills it if it still runs

    bool listens() const noexcept { return port_ != 0; }
    unsigned short port() const noexcept { return port_; }
    void signal(int number) const;
    /// Waits for the end. Returns the exit status, or minus the signal that ended it.
    int wait();
    /// What it has printed to stdout; whole after wait().
    const std::string& output() const noexcept { return output_; }

private:
    bool read_more();

    pid_t child_ = -1;
    int pipe_ = -1;
    unsigned short port_ = 0;
    std::string output_;
};

}  // namespace test
