// Echo: statements on stderr while they run.
#include "engine/observers.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <string>
#include <string_view>

namespace azoth::detail {

namespace {

std::string message_of(const std::exception_ptr& error) {
    try {
        std::rethrow_exception(error);
    } catch (const std::exception& known) {
        const std::string_view text = known.what();
        return std::string(text.substr(0, text.find('\n')));  // the SQL of an azoth error follows: it is printed already
    } catch (...) {
        return "failed";
    }
}

// One fwrite a message: lines of different threads do not mix.
void print(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stderr); }

class Echo final : public Observer {
public:
    void on_statement(const StatementEvent& event) override {
        std::string text = fmt::format("azoth: {}\n", event.sql);
        const double milliseconds = std::chrono::duration<double, std::milli>(event.duration).count();
        fmt::format_to(std::back_inserter(text), "azoth:   [{:.3f} ms", milliseconds);
        if (event.batch_size > 1) fmt::format_to(std::back_inserter(text), " for {} statements", event.batch_size);
        if (event.executions > 1) fmt::format_to(std::back_inserter(text), ", {} executions", event.executions);
        if (event.rowcount >= 0) fmt::format_to(std::back_inserter(text), ", {} rows", event.rowcount);
        text += ']';
        if (!event.values_hidden) text.append(1, ' ').append(event.values);
        if (event.error) text.append(" failed: ").append(message_of(event.error));
        text += '\n';
        print(text);
    }

    void on_transaction(const TransactionEvent& event) override {
        std::string text = fmt::format("azoth: {}", event.sql);
        if (event.error) text.append(" failed: ").append(message_of(event.error));
        text += '\n';
        print(text);
    }
};

}  // namespace

std::shared_ptr<Observer> make_echo() { return std::make_shared<Echo>(); }

}  // namespace azoth::detail
