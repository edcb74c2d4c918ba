// Pipeline: statements sent one behind the other without waiting, and their answers in the same order.
#pragma once

#include "link.hpp"
#include "statement.hpp"
#include "write.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace azoth::postgresql::detail {

struct ClearResult {
    void operator()(PGresult* result) const noexcept { PQclear(result); }
};
using ResultHandle = std::unique_ptr<PGresult, ClearResult>;

/// Who wants the answers. `tag`: what was given when the statement was sent.
class Receiver {
public:
    /// The statement succeeded. What this throws breaks the connection.
    virtual void succeeded(std::size_t tag, const PGresult* result) = 0;
    /// It failed, in Parse or in execution.
    virtual void failed(std::size_t tag, const PGresult* result) = 0;
    /// It did not run: something before it in its segment failed.
    virtual void aborted(std::size_t tag) = 0;
    /// SQL of the statement, for errors of the connection.
    virtual std::string_view sql(std::size_t tag) const = 0;

protected:
    ~Receiver() = default;
};

/// One use of the connection's pipeline mode, from the first statement to the last answer. While more than 256 KiB wait to be sent, answers
/// are taken, so that neither side's buffers can block the other.
class Pipeline {
public:
    Pipeline(Link& link, Operation& operation, Receiver& receiver) noexcept : link_(link), operation_(operation), receiver_(receiver) {}

    /// Sends one execution. `prepared` empty: the statement is not kept. Returns true when `relieve()` should be awaited before the next.
    /// Errors: `Link::Broken`.
    bool send(const std::string& sql, const std::shared_ptr<Prepared>& prepared, const Parameters& parameters, std::size_t tag);
    /// The same, never kept on the server. `known`: what is known of its results; may be empty.
    bool send_once(const std::string& sql, const std::shared_ptr<Prepared>& known, const Parameters& parameters, std::size_t tag);
    /// Sends a statement without parameters whose answer nobody wants, unless it fails and takes others of its segment with it.
    void send_ignored(const std::string& sql);
    /// Ends a segment: what was sent since the last one succeeds or fails on its own.
    void sync();
    /// Has the server send what it has, before it goes on.
    void flush_request();
    /// Sends what is queued and takes what has come, until little is unsent.
    Task<> relieve();
    /// Until everything has been answered.
    Task<> drain();

private:
    struct Answer {
        enum class Kind : std::uint8_t { parse, execute, ignored, sync } kind;
        std::size_t tag = 0;
        std::shared_ptr<Prepared> prepared{};
    };

    void check_sent(int ok, std::size_t tag);
    bool sent(const std::shared_ptr<Prepared>& prepared, const Parameters& parameters, std::size_t tag);
    bool take();
    void take_last();
    void answer(ResultHandle result);
    [[noreturn]] void throw_lost(const PGresult* result);

    Link& link_;
    Operation& operation_;
    Receiver& receiver_;
    std::vector<Answer> answers_;
    std::size_t next_ = 0;
    ResultHandle culprit_;  ///< an ignored statement that failed: why others of its segment did not run
    std::size_t unsent_ = 0;
};

}  // namespace azoth::postgresql::detail
