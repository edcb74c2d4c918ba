// Every endpoint, asked rightly and wrongly.
#include "answers.hpp"

#include "expect.hpp"

#include <algorithm>
#include <cstdlib>
#include <set>
#include <utility>
#include <vector>

namespace test {

namespace {

// The numbers that follow `"name":` in JSON.
std::vector<long> numbers(const std::string& json, const std::string& name) {
    const std::string key = '"' + name + "\":";
    std::vector<long> found;
    for (auto at = json.find(key); at != std::string::npos; at = json.find(key, at + 1)) {
        found.push_back(std::atol(json.c_str() + at + key.size()));
    }
    return found;
}

bool all_in_range(const std::vector<long>& values) {
    return std::all_of(values.begin(), values.end(), [](long value) { return value >= 1 && value <= 10'000; });
}

std::string error(std::string_view text) { return "{\"error\":\"" + std::string(text) + "\"}"; }

std::string repeated(std::string_view text, int times) {
    std::string out;
    while (times-- > 0) out += text;
    return out;
}

std::string user_json(std::string_view email, std::string_view name) {
    return "{\"email\":\"" + std::string(email) + "\",\"name\":\"" + std::string(name) + "\"}";
}

constexpr auto fortunes_page =
    "<!DOCTYPE html><html><head><title>Fortunes</title></head><body><table><tr><th>id</th><th>message</th></tr>"
    "<tr><td>11</td><td>&lt;script&gt;alert(&quot;This should not be displayed in a browser alert box.&quot;);&lt;/script&gt;</td></tr>"
    "<tr><td>4</td><td>A bad random number generator: 1, 1, 1, 1, 1, 4.33e+67, 1, 1, 1</td></tr>"
    "<tr><td>5</td><td>A computer program does what you tell it to do, not what you want it to do.</td></tr>"
    "<tr><td>2</td><td>A computer scientist is someone who fixes things that aren&#39;t broken.</td></tr>"
    "<tr><td>8</td><td>A list is only as strong as its weakest link. — Donald Knuth</td></tr>"
    "<tr><td>0</td><td>Additional fortune added at request time.</td></tr>"
    "<tr><td>3</td><td>After enough decimal places, nobody gives a damn.</td></tr>"
    "<tr><td>7</td><td>Any program that runs right is obsolete.</td></tr>"
    "<tr><td>10</td><td>Computers make very fast, very accurate mistakes.</td></tr>"
    "<tr><td>6</td><td>Emacs is a nice operating system, but I prefer UNIX. — Tom Christaensen</td></tr>"
    "<tr><td>9</td><td>Feature: A bug with seniority.</td></tr>"
    "<tr><td>1</td><td>fortune: No such file or directory</td></tr>"
    "<tr><td>12</td><td>フレームワークのベンチマーク</td></tr></table></body></html>";

}  // namespace

void hello(Client& client) {
    const Answer text = client.get("/plaintext");
    expect(text.status == 200 && text.body == "Hello, World!" && text.keep_alive, "plain text");
    expect(text.fields.at("content-type") == "text/plain" && text.fields.at("content-length") == "13", "its fields");
    expect(!text.fields.at("server").empty() && text.fields.at("date").ends_with(" GMT"), "Server and Date");
    const Answer json = client.get("/json?any=thing");
    expect(json.status == 200 && json.body == "{\"message\":\"Hello, World!\"}", "JSON");
    expect(json.fields.at("content-type") == "application/json", "its type");
}

void worlds(Client& client, Database& database) {
    expect(database.number("SELECT count(*) FROM world") == 10'000, "seeded");
    const Answer one = client.get("/db");
    expect(one.status == 200 && one.fields.at("content-type") == "application/json" && one.body[0] == '{', "one row");
    const auto row = numbers(one.body, "id"), value = numbers(one.body, "randomNumber");
    expect(row.size() == 1 && value.size() == 1 && all_in_range(row) && all_in_range(value), "in range");
    expect(database.number("SELECT randomnumber FROM world WHERE id = " + std::to_string(row[0])) == value[0], "as it is");

    const std::pair<const char*, std::size_t> counts[] = {
        {"", 1},    {"?queries=", 1},    {"?queries=0", 1},   {"?queries=-3", 1},           {"?queries=abc", 1},
        {"?queries=2x", 1}, {"?queries=1", 1},   {"?queries=20", 20}, {"?queries=500", 500},        {"?queries=501", 500},
        {"?queries=99999999999999999999", 500},  {"?queries=-99999999999999999999", 1},     {"?other=7&queries=3", 3},
    };
    std::set<long> seen;
    for (const auto& [parameters, count] : counts) {
        const Answer answer = client.get(std::string("/queries") + parameters);
        const auto ids = numbers(answer.body, "id");
        expect(answer.status == 200 && answer.body.front() == '[' && answer.body.back() == ']', parameters);
        expect(ids.size() == count && numbers(answer.body, "randomNumber").size() == count && all_in_range(ids), parameters);
        seen.insert(ids.begin(), ids.end());
    }
    expect(seen.size() > 500, "at random");

    for (const auto& [parameters, count] : {std::pair("", 1U), std::pair("?queries=20", 20U), std::pair("?queries=501", 500U)}) {
        const Answer answer = client.get(std::string("/updates") + parameters);
        const auto ids = numbers(answer.body, "id"), values = numbers(answer.body, "randomNumber");
        expect(answer.status == 200 && ids.size() == count && values.size() == count && all_in_range(values), parameters);
        std::string which = "0";
        for (std::size_t i = 0; i < ids.size(); ++i) which += " OR (id = " + std::to_string(ids[i]) + " AND randomnumber = " + std::to_string(values[i]) + ")";
        const auto different = std::set<long>(ids.begin(), ids.end()).size();
        const auto written = database.number("SELECT count(*) FROM world WHERE 1 = " + which);
        expect(written == static_cast<std::int64_t>(different), "what it says was written");
    }
    expect(database.number("SELECT count(*) FROM world") == 10'000, "and nothing else");
}

void fortunes(Client& client, Database& database) {
    const Answer page = client.get("/fortunes");
    expect(page.status == 200 && page.fields.at("content-type") == "text/html; charset=utf-8", "a page");
    expect(page.body == fortunes_page, "escaped, sorted by message, with the one of the request");
    expect(database.number("SELECT count(*) FROM fortune") == 12, "which is not stored");

    // The database's own words stay inside.
    database.run("ALTER TABLE fortune RENAME TO hidden");
    const Answer broken = client.get("/fortunes");
    database.run("ALTER TABLE hidden RENAME TO fortune");
    expect(broken.status == 500 && broken.body == error("internal error"), "an error that leaks nothing");
    expect(client.get("/fortunes").body == fortunes_page, "and harms nothing");
}

void users(Client& client, Database& database) {
    expect(client.get("/users").body == "[]" && client.get("/users/1").status == 404, "nobody yet");
    const std::string name = R"(Zoë \"Z\" 😀 \u0434<b>)";
    const Answer created = client.post("/users", user_json("zoe@example.com", name));
    expect(created.status == 201 && created.fields.at("content-type") == "application/json", "created");
    const std::string location = created.fields.at("location");
    const auto ids = numbers(created.body, "id");
    expect(ids.size() == 1 && ids[0] > 0 && location == "/users/" + std::to_string(ids[0]), "with a key");
    expect(created.body.find("\"email\":\"zoe@example.com\",\"name\":\"Zoë \\\"Z\\\" 😀 д<b>\",\"created_at\":\"20") != std::string::npos, "as given");
    const Answer read = client.get(location);
    expect(read.status == 200 && read.body == created.body, "the same when read back");
    expect(client.get("/users").body == '[' + read.body + ']', "and in the list");

    const Answer again = client.post("/users", user_json("zoe@example.com", "Another"));
    expect(again.status == 409 && again.body == error("this e-mail address is taken"), "taken");
    expect(client.get(location).body == read.body, "the first one stays");

    const std::string long_name = repeated("é", 101), long_email = repeated("a", 250) + "@b.com";
    const std::string bad[] = {
        "", "{", "null", "[]", "\"text\"", "{}", R"({"email":"a@b.c"})", R"({"name":"A"})", R"({"email":7,"name":"A"})",
        R"({"email":"a@b.c","name":null})", R"({"email":"a@b.c","name":["A"]})", user_json("", "A"), user_json("a@b.c", ""),
        user_json("nowhere", "A"), user_json("@b.c", "A"), user_json("a@", "A"), user_json("a@b.c", long_name), user_json(long_email, "A"),
        user_json("a@b.c", "nul\\u0000"), user_json("a@b.c", "\xff\xfe"), user_json("a@b.c", "A") + "x", repeated("[", 100) + repeated("]", 100),
    };
    for (const auto& body : bad) {
        const Answer answer = client.post("/users", body);
        expect(answer.status == 400 && answer.body.starts_with("{\"error\":\"") && answer.keep_alive, body);
    }
    expect(database.number("SELECT count(*) FROM users") == 1, "nothing of that was written");
    expect(client.post("/users", user_json("long@example.com", repeated("é", 100))).status == 201, "as long as may be");
    const Answer quote = client.post("/users", user_json("x'); DROP TABLE users; --@example.com", "Robert'); DROP TABLE users; --"));
    expect(quote.status == 201 && database.number("SELECT count(*) FROM users") == 3, "values are values");
}

void pages(Client& client, Database& database) {
    const auto before = database.number("SELECT count(*) FROM users");
    for (int i = 0; i < 22; ++i) {
        expect(client.post("/users", user_json("page" + std::to_string(i) + "@example.com", "P")).status == 201, "one more");
    }
    const auto ids = numbers(client.get("/users").body, "id");
    expect(static_cast<std::int64_t>(ids.size()) == before + 22 && std::is_sorted(ids.begin(), ids.end()), "all, in order");
    std::vector<long> paged;
    for (std::size_t skip = 0; skip <= ids.size(); skip += 10) {
        const auto page = numbers(client.get("/users?limit=10&skip=" + std::to_string(skip)).body, "id");
        expect(page.size() == std::min<std::size_t>(10, ids.size() - skip), "a page");
        paged.insert(paged.end(), page.begin(), page.end());
    }
    expect(paged == ids, "pages make up the whole");
    expect(client.get("/users?skip=9223372036854775807").body == "[]", "past the end");
    for (const char* bad : {"limit=0", "limit=-1", "limit=1001", "limit=", "limit=ten", "limit=1.5", "skip=-1", "skip=9223372036854775808", "skip=1;"}) {
        expect(client.get(std::string("/users?") + bad).status == 400, bad);
    }
}

void paths(Client& client) {
    for (const char* path : {"/", "/nothing", "/users/", "/users/1/posts", "/USERS", "/db/", "/users%2F1/x"}) {
        expect(client.get(path).status == 404, path);
    }
    for (const char* path : {"/users/x", "/users/1x", "/users/1%20OR%201=1", "/users/99999999999999999999", "/users/%", "/users/%4", "/users/%zz", "/users?a=%"}) {
        expect(client.get(path).status == 400, path);
    }
    expect(client.get("/users/999999999").status == 404 && client.get("/users/-1").status == 404, "no such user");

    client.send("DELETE", "/users");
    const Answer refused = client.receive();
    expect(refused.status == 405 && refused.fields.at("allow") == "GET, POST", "methods");
    expect(client.post("/db", "{}").status == 405, "of each path");

    const Answer whole = client.get("/fortunes");
    client.send("HEAD", "/fortunes");
    const Answer head = client.receive(true);
    expect(head.status == 200 && head.body.empty() && head.fields.at("content-length") == whole.fields.at("content-length"), "HEAD");
    expect(client.get("/json").status == 200, "and the connection is at the next answer");
}

void protocol(unsigned short port) {
    {
        Client client(port);  // two at once, then one byte by byte
        client.send_raw("GET /json HTTP/1.1\r\nHost: x\r\n\r\nGET /plaintext HTTP/1.1\r\nHost: x\r\n\r\n");
        expect(client.receive().body[0] == '{' && client.receive().body == "Hello, World!", "pipelined, in order");
        for (const char byte : std::string_view("GET /db HTTP/1.1\r\nHost: x\r\n\r\n")) client.send_raw({&byte, 1});
        expect(client.receive().status == 200, "in pieces");
        client.send_raw("GET /json HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        const Answer last = client.receive();
        expect(last.status == 200 && !last.keep_alive && client.closed(), "closed when asked to");
    }
    {
        Client client(port);
        client.send_raw("GET /json HTTP/1.0\r\n\r\n");
        expect(client.receive().status == 200 && client.closed(), "HTTP/1.0");
    }
    const std::pair<std::string, int> bad[] = {
        {"nonsense\r\n\r\n", 400},
        {"GET /json HTTP/9.9\r\n\r\n", 400},
        {"GET /json HTTP/1.1\r\n" + ("X: " + repeated("x", 20'000)) + "\r\n\r\n", 431},
        {"POST /users HTTP/1.1\r\nContent-Length: 70000\r\n\r\n", 413},
        {"POST /users HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400},
    };
    for (const auto& [bytes, status] : bad) {
        Client client(port);
        client.send_raw(bytes);
        const Answer answer = client.receive();
        expect(answer.status == status && !answer.keep_alive && client.closed(), bytes.substr(0, 40));
    }
    {
        Client client(port);
        client.send_raw("POST /users HTTP/1.1\r\nContent-Length: 10\r\n\r\n{\"em");
    }  // gone in the middle
    expect(Client(port).get("/plaintext").status == 200, "others do not notice");
}

}  // namespace test
