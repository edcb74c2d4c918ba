// The checks of what the service answers.
#pragma once

#include "client.hpp"
#include "database.hpp"

namespace test {

// Each on one service that has been seeded and has no users.
void hello(Client& client);
void worlds(Client& client, Database& database);
void fortunes(Client& client, Database& database);
void users(Client& client, Database& database);
void pages(Client& client, Database& database);
void paths(Client& client);
void protocol(unsigned short port);

}  // namespace test
