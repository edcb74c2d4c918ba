// fork, exec and a pipe.
#include "process.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>

namespace test {

ServiceProcess::ServiceProcess(const std::vector<std::string>& command) {
    std::vector<std::string> words = command;
    std::vector<char*> arguments;
    for (auto& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    int ends[2];
    if (::pipe(ends) != 0) throw std::runtime_error("no pipe");
    child_ = ::fork();
    if (child_ < 0) throw std::runtime_error("cannot fork");
    if (child_ == 0) {
        ::dup2(ends[1], STDOUT_FILENO);
        ::close(ends[0]);
        ::close(ends[1]);
        ::execv(arguments[0], arguments.data());
        std::perror(arguments[0]);
        ::_exit(127);
    }
    ::close(ends[1]);
    pipe_ = ends[0];
    while (output_.find('\n') == std::string::npos) {
        if (!read_more()) return;
    }
    const auto colon = output_.find(':');
    if (colon != std::string::npos) port_ = static_cast<unsigned short>(std::atoi(output_.c_str() + colon + 1));
}

ServiceProcess::~ServiceProcess() {
    if (child_ > 0) {
        ::kill(child_, SIGKILL);
        ::waitpid(child_, nullptr, 0);
    }
    ::close(pipe_);
}

void ServiceProcess::signal(int number) const { ::kill(child_, number); }

int ServiceProcess::wait() {
    while (read_more()) {
    }
    int status = 0;
    if (::waitpid(child_, &status, 0) != child_) throw std::runtime_error("the service is lost");
    child_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

bool ServiceProcess::read_more() {
    char piece[4096];
    const auto size = ::read(pipe_, piece, sizeof piece);
    if (size <= 0) return false;
    output_.append(piece, static_cast<std::size_t>(size));
    return true;
}

}  // namespace test
