// What ThreadSanitizer cannot see: Asio counts references to an executor with fences, which it does not follow. The counting is right; that the
// last reference goes on another thread than the others looks like a race.
extern "C" const char* __tsan_default_suppressions();
extern "C" const char* __tsan_default_suppressions() { return "race:boost::asio::execution::detail::shared_target_executor\n"; }
