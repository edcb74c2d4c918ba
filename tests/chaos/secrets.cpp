// TLS that must not be given up, and secrets that must not be told (faults F28, F30).
#include "chaos/chaos.hpp"

#include <cstdio>
#include <fstream>
#include <sstream>

namespace {

using namespace azoth::test::chaos;
using azoth::AsyncConnection;
using azoth::AsyncEngine;
using azoth::awaitable;
using azoth::Url;
using namespace azoth::literals;

awaitable<void> use(AsyncEngine engine) {
    auto connection = co_await engine.connect();
    co_await connection.run_text("SELECT 1");
    co_await connection.rollback();
}

/// What comes of using an engine of this URL.
std::string outcome(Stage& stage, const Url& url) {
    std::string what;
    const auto engine = azoth::create_async_engine(stage.context.get_executor(), url);
    stage.run([](AsyncEngine on, std::string& out) -> awaitable<void> { out = co_await failure(use(on)); }(engine, what));
    stage.run(engine.dispose());
    return what;
}

Url verified(const Stage& stage, const Url& url, const char* authority) {
    if (stage.product.name == "PostgreSQL") return url.with_option("sslmode", "verify-full").with_option("sslrootcert", authority);
    return url.with_option("ssl_mode", "verify_identity").with_option("ssl_ca", authority);
}

/// Takes what is written to stderr.
class Captured {
public:
    Captured() : name_("/tmp/azoth-stderr-" + std::to_string(::getpid())), before_(::dup(2)) {
        std::fflush(stderr);
        if (std::freopen(name_.c_str(), "w", stderr) == nullptr) throw std::runtime_error("stderr cannot be captured");
    }
    Captured(const Captured&) = delete;
    Captured& operator=(const Captured&) = delete;
    ~Captured() {
        std::remove(name_.c_str());
        restore();
    }
    std::string text() {
        restore();
        std::ostringstream all;
        all << std::ifstream(name_).rdbuf();
        return all.str();
    }

private:
    void restore() {
        if (before_ < 0) return;
        std::fflush(stderr);
        ::dup2(before_, 2);
        ::close(before_);
        before_ = -1;
    }
    const std::string name_;
    int before_;
};

}  // namespace

TEST_CASE("TLS: the right authority and name, and nothing else", "[chaos][F28]") {
    on_each_server([](Stage& stage) {
        const char* const authority = std::getenv("AZOTH_TEST_CA");
        const char* const wrong = std::getenv("AZOTH_TEST_WRONG_CA");
        if (authority == nullptr || wrong == nullptr) {
            WARN("AZOTH_TEST_CA and AZOTH_TEST_WRONG_CA are not set: nothing was tested");
            return;
        }
        CHECK(outcome(stage, verified(stage, stage.engine_url(), authority)) == "");
        const auto accepted = stage.gate.counts().accepted;
        const std::string untrusted = outcome(stage, verified(stage, stage.engine_url(), wrong));
        CHECK(untrusted.starts_with("Error: "));
        CHECK(untrusted.find("certificate") != std::string::npos);
        CHECK(stage.gate.counts().accepted == accepted + 1);  // no second try in plain text

        // The certificate is for localhost and 127.0.0.1.
        const Gate elsewhere(std::string(stage.url.host()), stage.url.port(), "127.0.0.2");
        const std::string stranger = outcome(stage, verified(stage, azoth::test::through(elsewhere, stage.url), authority));
        CHECK(stranger.starts_with("Error: "));
        CHECK(stranger.find("certificate") != std::string::npos);
        CHECK(elsewhere.counts().accepted == 1);
    });
}

TEST_CASE("TLS is required and the server has none: nothing travels in plain text", "[chaos][F28]") {
    on_each_server([](Stage& stage) {
        if (stage.product.name != "PostgreSQL") return;
        stage.gate.answer("N");
        const std::string what = outcome(stage, stage.engine_url(true));
        CHECK(what.starts_with("Error: "));
        CHECK(what.find("SSL") != std::string::npos);
        const auto counts = stage.gate.counts();
        CHECK(counts.accepted == 1);
        CHECK(counts.to_server == 8);  // the question for TLS, and not a byte more
    });
}

TEST_CASE("no password and no value in errors and echo", "[chaos][F30]") {
    on_each_server([](Stage& stage) {
        const bool postgresql = stage.product.name == "PostgreSQL";
        std::string told;
        std::string values;
        {
            Captured captured;
            auto parts = stage.engine_url().parts();
            parts.password = "canary-password";
            azoth::EngineOptions options = Stage::one_connection();
            options.echo = true;
            const auto locked_out = azoth::create_async_engine(stage.context.get_executor(), Url::create(parts), options);
            stage.run([](AsyncEngine on, std::string& out) -> awaitable<void> { out += co_await failure(use(on)); }(locked_out, told));
            told += locked_out.url().to_string();
            const auto nowhere = azoth::create_async_engine(stage.context.get_executor(), Url::create([&] {
                                                                auto gone = parts;
                                                                gone.hosts = {{"127.0.0.1", 1}};
                                                                return gone;
                                                            }()),
                                                            options);
            stage.run([](AsyncEngine on, std::string& out) -> awaitable<void> { out += co_await failure(use(on)); }(nowhere, told));

            stage.beside.execute("CREATE TABLE " + stage.tag + ".s (t VARCHAR(30) UNIQUE, n INT CHECK (n < 10))");
            const auto engine = azoth::create_async_engine(stage.context.get_executor(), stage.engine_url(), options);
            stage.run([](Stage& on, AsyncEngine through_gate, bool dollars, std::string& out) -> awaitable<void> {
                const std::string into = "INSERT INTO " + on.tag + ".s ";
                std::vector<std::string> statements{into + "(t) VALUES (:p)", into + "(t) VALUES (:p)", into + "(t) VALUES (concat(:p, '-much-too-long-for-this-column'))"};
                if (dollars) {
                    for (const char* type : {"int", "numeric", "date", "timestamptz", "uuid", "json", "bytea", "interval", "boolean", "int[]", "inet"}) {
                        statements.push_back(std::string("SELECT cast(cast(:p AS text) AS ") + type + ")");
                    }
                }
                // Quotes in a value must not make the rest of it look like the server's own words.
                const std::vector<std::string> secrets{"canary", "x\" canary \"y", "\"canary", "\\canary", "x\" canary"};
                for (std::size_t i = 0; i < statements.size(); ++i) {
                    for (const std::string& secret : secrets) {
                        auto connection = co_await through_gate.begin();
                        const auto statement = azoth::text(statements[i]).bind("p"_c, secret);
                        out += co_await failure(connection.execute(statement));
                        out += '\n';
                        if (i == 0) {  // the same again breaks the constraint
                            co_await connection.commit();
                        } else {
                            co_await connection.rollback();
                        }
                    }
                }
            }(stage, engine, postgresql, values));
            stage.run(engine.dispose());
            told += captured.text();
        }
        CHECK(told.find("INSERT INTO") != std::string::npos);  // echo was on
        CHECK(values.find("UniqueViolation") != std::string::npos);
        CHECK(values.find("DataError") != std::string::npos);
        for (const std::string* text : {&told, &values}) {
            const auto found = text->find("canary");
            if (found == std::string::npos) continue;
            const auto line = text->rfind('\n', found);
            FAIL_CHECK("a secret was told: " << text->substr(line == std::string::npos ? 0 : line, 300));
        }
        CHECK(told.find("azoth") != std::string::npos);
    });
}
