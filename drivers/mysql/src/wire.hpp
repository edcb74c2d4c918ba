// Wire: the client library's non-blocking calls on one connection, as things to await.
#pragma once

#include "errors.hpp"
#include "handle.hpp"
#include "tls_errors.hpp"

#include <coroutine>
#include <exception>
#include <string_view>
#include <utility>

namespace azoth::mysql::detail {

/// Every call here sends or reads. While one of them waits for the socket, whoever drives the operation asks `interest()` what to wait for
/// and says `advance()` when that has come, and `resume()`.
/// Thread safety: none; one call at a time.
class Wire {
public:
    Wire() noexcept = default;
    Wire(const Wire&) = delete;
    Wire& operator=(const Wire&) = delete;
    ~Wire() { sever(); }

    void open(Handle handle);
    MYSQL* handle() const noexcept { return handle_.get(); }
    /// A descriptor of the socket that is this object's own: the library may close its own at any moment. -1 = none.
    int descriptor() const noexcept { return descriptor_; }
    bool usable() const noexcept { return handle_ != nullptr && !lost_; }
    /// The library reported that the connection is gone.
    void lose() noexcept { lost_ = true; }
    /// Closes the connection, also in the middle of a call, which never continues then.
    void sever() noexcept;

    /// A call waits for the socket.
    bool waiting() const noexcept { return waiting_ != nullptr; }
    /// What for: SocketWatch::Interest bits.
    unsigned interest() const noexcept;
    /// The socket is ready: goes on with the call that waits. Returns true when it is complete; resume() then goes on with its coroutine.
    bool advance() noexcept;
    void resume();
    /// Severs the connection, and ends the waiting call with an exception.
    void give_up(std::exception_ptr reason);

    template <class Result, class Start, class Continue>
    class Call;

    auto query(std::string_view sql);
    auto send(std::string_view sql);
    auto read_answer();
    auto store_result();
    auto next_result();

    auto prepare(MYSQL_STMT* statement, std::string_view sql);
    auto execute(MYSQL_STMT* statement);
    auto store_result(MYSQL_STMT* statement);
    auto fetch(MYSQL_STMT* statement);
    auto free_result(MYSQL_STMT* statement);
    auto next_result(MYSQL_STMT* statement);
    auto close(MYSQL_STMT* statement);

private:
    struct Waiting {
        virtual int go_on(int happened) noexcept = 0;
        int status = 0;
        std::coroutine_handle<> coroutine;

    protected:
        ~Waiting() = default;
    };
    template <class Result, class Start, class Continue>
    Call<Result, Start, Continue> call(Start start, Continue go_on);

    Handle handle_;
    int descriptor_ = -1;
    bool lost_ = false;
    Waiting* waiting_ = nullptr;  // in the frame of the coroutine that awaits it
    std::exception_ptr reason_;
};

template <class Result, class Start, class Continue>
class [[nodiscard]] Wire::Call final : Waiting {
public:
    Call(Wire& wire, Start start, Continue go_on) noexcept : wire_(wire), start_(start), continue_(go_on) {}

    bool await_ready() noexcept {
        clear_tls_errors();
        status = start_(&result_);
        return status == 0;
    }
    void await_suspend(std::coroutine_handle<> awaiting) noexcept {
        coroutine = awaiting;
        wire_.waiting_ = this;
    }
    Result await_resume() {
        if (wire_.reason_) std::rethrow_exception(std::exchange(wire_.reason_, nullptr));
        return result_;
    }

private:
    int go_on(int happened) noexcept override {
        clear_tls_errors();
        return continue_(&result_, happened);
    }

    Wire& wire_;
    Start start_;
    Continue continue_;
    Result result_{};
};

template <class Result, class Start, class Continue>
Wire::Call<Result, Start, Continue> Wire::call(Start start, Continue go_on) {
    return Call<Result, Start, Continue>(*this, start, go_on);
}

inline auto Wire::query(std::string_view sql) {
    MYSQL* const on = handle();
    return call<int>([on, sql](int* failed) { return mysql_real_query_start(failed, on, sql.data(), sql.size()); },
                     [on](int* failed, int happened) { return mysql_real_query_cont(failed, on, happened); });
}
inline auto Wire::send(std::string_view sql) {
    MYSQL* const on = handle();
    return call<int>([on, sql](int* failed) { return mysql_send_query_start(failed, on, sql.data(), sql.size()); },
                     [on](int* failed, int happened) { return mysql_send_query_cont(failed, on, happened); });
}
inline auto Wire::read_answer() {
    MYSQL* const on = handle();
    return call<my_bool>([on](my_bool* failed) { return mysql_read_query_result_start(failed, on); },
                         [on](my_bool* failed, int happened) { return mysql_read_query_result_cont(failed, on, happened); });
}
inline auto Wire::store_result() {
    MYSQL* const on = handle();
    return call<MYSQL_RES*>([on](MYSQL_RES** result) { return mysql_store_result_start(result, on); },
                            [on](MYSQL_RES** result, int happened) { return mysql_store_result_cont(result, on, happened); });
}
inline auto Wire::next_result() {
    MYSQL* const on = handle();
    return call<int>([on](int* failed) { return mysql_next_result_start(failed, on); },
                     [on](int* failed, int happened) { return mysql_next_result_cont(failed, on, happened); });
}
inline auto Wire::prepare(MYSQL_STMT* statement, std::string_view sql) {
    return call<int>([statement, sql](int* failed) { return mysql_stmt_prepare_start(failed, statement, sql.data(), sql.size()); },
                     [statement](int* failed, int happened) { return mysql_stmt_prepare_cont(failed, statement, happened); });
}
inline auto Wire::execute(MYSQL_STMT* statement) {
    return call<int>([statement](int* failed) { return mysql_stmt_execute_start(failed, statement); },
                     [statement](int* failed, int happened) { return mysql_stmt_execute_cont(failed, statement, happened); });
}
inline auto Wire::store_result(MYSQL_STMT* statement) {
    return call<int>([statement](int* failed) { return mysql_stmt_store_result_start(failed, statement); },
                     [statement](int* failed, int happened) { return mysql_stmt_store_result_cont(failed, statement, happened); });
}
inline auto Wire::fetch(MYSQL_STMT* statement) {
    return call<int>([statement](int* code) { return mysql_stmt_fetch_start(code, statement); },
                     [statement](int* code, int happened) { return mysql_stmt_fetch_cont(code, statement, happened); });
}
inline auto Wire::free_result(MYSQL_STMT* statement) {
    return call<my_bool>([statement](my_bool* failed) { return mysql_stmt_free_result_start(failed, statement); },
                         [statement](my_bool* failed, int happened) { return mysql_stmt_free_result_cont(failed, statement, happened); });
}
inline auto Wire::next_result(MYSQL_STMT* statement) {
    return call<int>([statement](int* failed) { return mysql_stmt_next_result_start(failed, statement); },
                     [statement](int* failed, int happened) { return mysql_stmt_next_result_cont(failed, statement, happened); });
}
inline auto Wire::close(MYSQL_STMT* statement) {
    return call<my_bool>([statement](my_bool* failed) { return mysql_stmt_close_start(failed, statement); },
                         [statement](my_bool* failed, int happened) { return mysql_stmt_close_cont(failed, statement, happened); });
}

}  // namespace azoth::mysql::detail
