// The tests of TechEmpower's framework benchmarks: https://github.com/TechEmpower/FrameworkBenchmarks/wiki
#pragma once

#include "call.hpp"

namespace service {

azoth::awaitable<Response> plaintext(azoth::AsyncSession& session, const Call& call);   // GET /plaintext
azoth::awaitable<Response> json_hello(azoth::AsyncSession& session, const Call& call);  // GET /json
azoth::awaitable<Response> db(azoth::AsyncSession& session, const Call& call);          // GET /db
azoth::awaitable<Response> queries(azoth::AsyncSession& session, const Call& call);     // GET /queries?queries=
azoth::awaitable<Response> fortunes(azoth::AsyncSession& session, const Call& call);    // GET /fortunes
azoth::awaitable<Response> updates(azoth::AsyncSession& session, const Call& call);     // GET /updates?queries=

}  // namespace service
