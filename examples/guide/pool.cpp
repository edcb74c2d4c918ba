// docs/guide/pool.md: where connects go.
#include "guide.hpp"

namespace guide {

using azoth::awaitable;

namespace {

// region: token
class Tokens : public azoth::Observer {
public:
    std::string current = "secret";  // renewed by a timer of the program's

    void before_connect(azoth::UrlParts& url) override { url.password = current; }
};

void use_tokens(const azoth::AsyncEngine& engine) { engine.observe(std::make_shared<Tokens>()); }
// endregion

}  // namespace

awaitable<void> pool(azoth::AsyncEngine engine) {
    use_tokens(engine);
    auto connection = co_await engine.connect();
    co_await connection.run_text("SELECT 1");
    co_await connection.close();
}

}  // namespace guide
