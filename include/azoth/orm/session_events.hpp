// SessionObserver: what users see of a session's flushes, transactions and objects while they happen.
#pragma once

#include <azoth/orm/session_objects.hpp>

#include <cstddef>
#include <memory>
#include <source_location>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace azoth {

/// An object went from one state to another.
struct ObjectEvent {
    AnyObject object;
    ObjectState from;
    ObjectState to;
};

/// An object that a flush has written.
struct WrittenObject : AnyObject {
    WrittenObject(AnyObject object, std::vector<ColumnChange> written) : AnyObject(std::move(object)), changes(std::move(written)) {}

    /// The columns written: of an UPDATE those that changed, of an INSERT and a DELETE all.
    std::vector<ColumnChange> changes;
};

/// What a flush has written, in the order of writing. A row that post_update wrote twice is in `inserted` and in `updated`.
struct FlushReport {
    std::vector<WrittenObject> inserted;
    std::vector<WrittenObject> updated;
    std::vector<WrittenObject> deleted;
};

/// The same thing was loaded again and again, one statement each, from one place.
struct NPlusOneEvent {
    std::string_view call;         ///< "get<Author>", "load<Author::books>"
    std::size_t times;             ///< statements so far
    std::source_location where;

    /// The whole of it as a sentence, with the place and what to do instead.
    std::string text() const;
};

/// Watches sessions. Override what is of interest; register with `AsyncSession::observe` or `async_sessionmaker::observe`.
///
/// The hooks are plain functions in the middle of an operation: they do no I/O. Awaiting something of the same session in one is a
/// `ConcurrentUseError`. What needs SQL (an audit row) is added to the session as an object.
///
/// Errors: an exception that leaves before_flush() or before_commit() ends the operation before anything was sent; the session can be used
/// on. One that leaves after_flush() fails the flush: its transaction (or savepoint) is rolled back. From all other hooks, where the work is
/// done, exceptions are reported on stderr and otherwise ignored.
/// Thread safety: called on the thread that uses the session; an observer of several sessions is called by all their threads.
/// Lifetimes: references are valid during the call; objects and their handles may be kept.
class SessionObserver {
public:
    virtual ~SessionObserver();

    /// A flush is about to write. Objects may be added, changed, removed: they are part of it. What cascades will remove, and foreign keys
    /// that follow relationships, are not known yet. Not called when there is nothing to write.
    virtual void before_flush(SessionObjects& session) { (void)session; }
    /// Everything is written, nothing is committed. Objects added or changed here wait for the next flush; commit() runs it by itself.
    virtual void after_flush(SessionObjects& session, const FlushReport& report) { (void)session, (void)report; }

    /// A transaction has begun; its first statement is about to be sent.
    virtual void after_begin(SessionObjects& session) { (void)session; }
    /// commit() was called, nothing is flushed yet. Not called for savepoints.
    virtual void before_commit(SessionObjects& session) { (void)session; }
    /// The transaction is committed. Not called for savepoints.
    virtual void after_commit(SessionObjects& session) { (void)session; }
    /// The objects are as they were before the transaction, or before the savepoint. Its ROLLBACK was sent, or goes ahead of the next
    /// statement when a guard was dropped. Called once: a flush that fails rolls back at once, the rollback() that follows tells nothing new.
    virtual void after_rollback(SessionObjects& session, bool savepoint) { (void)session, (void)savepoint; }

    /// An object changed its state: added, flushed, removed, rolled back, expunged. Called when the operation is at a rest, before the hook
    /// that is about the whole of it. A session that is dropped, not closed, tells nothing.
    virtual void on_state(const ObjectEvent& event) { (void)event; }
    /// An object was made for a row that the session did not know. Called at the end of the operation.
    virtual void on_loaded(const AnyObject& object) { (void)object; }

    /// `SessionOptions::n_plus_one_limit` was passed. Called once for each place.
    virtual void on_n_plus_one(const NPlusOneEvent& event) { (void)event; }
};

}  // namespace azoth
