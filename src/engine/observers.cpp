// Registration and delivery of events.
#include "engine/observers.hpp"

#include <azoth/base/error.hpp>
#include <azoth/base/throw.hpp>

#include <cstdio>
#include <exception>
#include <utility>

namespace azoth {

Observer::~Observer() = default;

const char* to_string(TransactionAction action) noexcept {
    switch (action) {
        case TransactionAction::begin: return "BEGIN";
        case TransactionAction::commit: return "COMMIT";
        case TransactionAction::rollback: return "ROLLBACK";
        case TransactionAction::savepoint: return "SAVEPOINT";
        case TransactionAction::release_savepoint: return "RELEASE SAVEPOINT";
        case TransactionAction::rollback_to_savepoint: return "ROLLBACK TO SAVEPOINT";
    }
    return "";
}

const char* to_string(PoolAction action) noexcept {
    switch (action) {
        case PoolAction::connect: return "connect";
        case PoolAction::connect_failed: return "connect failed";
        case PoolAction::checkout: return "checkout";
        case PoolAction::checkin: return "checkin";
        case PoolAction::reset: return "reset";
        case PoolAction::close: return "close";
        case PoolAction::timeout: return "timeout";
    }
    return "";
}

namespace detail {

void Observers::add(std::shared_ptr<Observer> observer) {
    const std::lock_guard lock(mutex_);
    auto next = list_ ? std::make_shared<List>(*list_) : std::make_shared<List>();
    next->push_back(std::move(observer));
    list_ = std::move(next);
    any_.store(true, std::memory_order_release);
}

std::shared_ptr<const Observers::List> Observers::list() const noexcept {
    const std::lock_guard lock(mutex_);
    return list_;
}

template <class Event>
void Observers::tell(void (Observer::*handler)(const Event&), const Event& event) const noexcept {
    if (!any()) return;
    const auto observers = list();
    for (const auto& observer : *observers) {
        try {
            (observer.get()->*handler)(event);
        } catch (const std::exception& error) {
            std::fprintf(stderr, "azoth: an observer threw and is ignored: %s\n", error.what());
        } catch (...) {
            std::fputs("azoth: an observer threw something that is no exception, and is ignored\n", stderr);
        }
    }
}

void Observers::statement(const StatementEvent& event) const noexcept { tell(&Observer::on_statement, event); }
void Observers::transaction(const TransactionEvent& event) const noexcept { tell(&Observer::on_transaction, event); }
void Observers::pool(const PoolEvent& event) const noexcept { tell(&Observer::on_pool, event); }

Url Observers::prepared(const Url& url) const {
    if (!any()) return url;
    UrlParts parts = url.parts();
    const auto observers = list();
    try {
        for (const auto& observer : *observers) observer->before_connect(parts);
    } catch (const Error&) {
        throw;
    } catch (const std::exception& error) {
        throw OperationalError(std::string("before_connect() threw: ") + error.what());
    }
    if (parts.dialect != url.dialect()) throw_argument_error("before_connect(): the dialect of an engine cannot change from " + url.dialect() + " to " + parts.dialect);
    return Url::create(std::move(parts));
}

}  // namespace detail

}  // namespace azoth
