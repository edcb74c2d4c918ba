// Telling a session's observers.
#include "session_events.hpp"

#include "session_state.hpp"

#include <cstdio>
#include <exception>
#include <string>
#include <utility>

namespace azoth {

SessionObserver::~SessionObserver() = default;

std::string NPlusOneEvent::text() const {
    const bool key = call.starts_with("get");
    return "N+1 queries: session." + std::string(call) + " sent " + std::to_string(times) + " statements from " + where.file_name() + ':' + std::to_string(where.line()) +
           (key ? "; select them in one, with in_() of their keys" : "; load them in one: give load() all handles, or the query selectinload()");
}

namespace detail {

void SessionEvents::note_state(const Entity& entity, ObjectState to) {
    if (entity.state != to) noted_.push_back({object_of(entity), entity.state, to, false});
}

void SessionEvents::note_loaded(const Entity& entity) { noted_.push_back({object_of(entity), ObjectState::persistent, ObjectState::persistent, true}); }

template <class Call>
void SessionEvents::tell(const Call& call) noexcept {
    // By index and by copy: a hook may register a further observer.
    for (std::size_t i = 0; i < observers_.size(); ++i) {
        const std::shared_ptr<SessionObserver> observer = observers_[i];
        try {
            call(*observer);
        } catch (const std::exception& error) {
            std::fprintf(stderr, "azoth: an observer of a session threw and is ignored: %s\n", error.what());
        } catch (...) {
            std::fputs("azoth: an observer of a session threw something that is no exception, and is ignored\n", stderr);
        }
    }
}

void SessionEvents::tell_noted() noexcept {
    while (!noted_.empty()) {  // hooks add objects, which is noted too
        const std::vector<Noted> batch = std::exchange(noted_, {});
        for (const auto& noted : batch) {
            if (noted.loaded) {
                tell([&](SessionObserver& observer) { observer.on_loaded(noted.object); });
            } else {
                const ObjectEvent event{noted.object, noted.from, noted.to};
                tell([&](SessionObserver& observer) { observer.on_state(event); });
            }
        }
    }
}

void SessionEvents::before_flush() {
    tell_noted();
    for (std::size_t i = 0; i < observers_.size(); ++i) std::shared_ptr(observers_[i])->before_flush(session_);
    tell_noted();
}

void SessionEvents::after_flush(const FlushReport& report) {
    tell_noted();
    for (std::size_t i = 0; i < observers_.size(); ++i) std::shared_ptr(observers_[i])->after_flush(session_, report);
    tell_noted();
}

void SessionEvents::before_commit() {
    tell_noted();
    for (std::size_t i = 0; i < observers_.size(); ++i) std::shared_ptr(observers_[i])->before_commit(session_);
    tell_noted();
}

void SessionEvents::n_plus_one(const NPlusOneEvent& event) noexcept {
    tell([&](SessionObserver& observer) { observer.on_n_plus_one(event); });
}

void SessionEvents::after_begin() noexcept {
    tell([&](SessionObserver& observer) { observer.after_begin(session_); });
}

void SessionEvents::after_commit() noexcept {
    tell_noted();
    tell([&](SessionObserver& observer) { observer.after_commit(session_); });
    tell_noted();
}

void SessionEvents::after_rollback(bool savepoint) noexcept {
    tell_noted();
    tell([&](SessionObserver& observer) { observer.after_rollback(session_, savepoint); });
    tell_noted();
}

void SessionCore::observe(std::shared_ptr<SessionObserver> observer) {
    if (state_->events == nullptr) state_->events = std::make_unique<SessionEvents>(*this);
    state_->events->add(std::move(observer));
}

}  // namespace detail
}  // namespace azoth
