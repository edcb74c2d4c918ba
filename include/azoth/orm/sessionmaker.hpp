// async_sessionmaker: makes sessions over one engine.
#pragma once

#include <azoth/engine/engine.hpp>
#include <azoth/orm/session.hpp>

#include <memory>

namespace azoth {

/// `auto session = async_session();` Cheap to copy. Thread safety: safe; each session belongs to one coroutine.
class async_sessionmaker {
public:
    explicit async_sessionmaker(const AsyncEngine& engine, SessionOptions options = {}) : engine_(engine.core()), options_(options) {}

    AsyncSession operator()() const { return (*this)(options_); }
    AsyncSession operator()(SessionOptions options) const { return AsyncSession(std::make_unique<detail::SessionCore>(engine_, options)); }

private:
    std::shared_ptr<detail::EngineCore> engine_;
    SessionOptions options_;
};

}  // namespace azoth
