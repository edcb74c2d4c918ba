// Loading defaults of the mapping: applied to every query, get and refresh, overridden by options, never in circles.
#include <support/database.hpp>

#include <cstdint>
#include <string>

using namespace azoth;
using azoth::test::Database;
using azoth::test::failure_of;
using azoth::test::on_each_database;

namespace eager {

struct Album;

struct Song {
    std::int64_t id{};
    std::int32_t position{};
    std::int64_t album_id{};
    one<Album> album{};

    static constexpr auto mapping() {
        return table("songs", column<&Song::id>(primary_key), column<&Song::position>(), column<&Song::album_id>(foreign_key("albums.id")),
                     relationship<&Song::album>(back_populates("songs"), lazy::selectin));
    }
};

struct Imprint {
    std::int64_t id{};
    std::string name{};
    many<Album> albums{};

    static constexpr auto mapping() {
        return table("labels", column<&Imprint::id>(primary_key), column<&Imprint::name>(length(50)), relationship<&Imprint::albums>(back_populates("label"), lazy::raise));
    }
};

struct Album {
    std::int64_t id{};
    std::string title{};
    std::int64_t label_id{};
    many<Song> songs{};
    one<Imprint> label{};

    static constexpr auto mapping() {
        return table("albums", column<&Album::id>(primary_key), column<&Album::title>(length(50)), column<&Album::label_id>(foreign_key<&Imprint::id>()),
                     relationship<&Album::songs>(back_populates<&Song::album>(), lazy::selectin, order_by<&Song::position>().desc()),
                     relationship<&Album::label>(back_populates<&Imprint::albums>(), lazy::joined));
    }
};

const Metadata model = metadata<Imprint, Album, Song>();

awaitable<void> fill(async_sessionmaker sessions) {
    auto session = sessions();
    Imprint label;
    label.id = 1;
    label.name = "L";
    auto owner = session.add(std::move(label));
    for (int i = 1; i <= 2; ++i) {
        Album album;
        album.id = i;
        album.title = "T" + std::to_string(i);
        album.label_id = 1;
        session.add(std::move(album));
    }
    co_await session.flush();
    for (int i = 1; i <= 6; ++i) {
        Song song;
        song.id = i;
        song.position = i;
        song.album_id = i % 2 + 1;
        session.add(std::move(song));
    }
    co_await session.commit();
}

}  // namespace eager

using eager::Album;
using eager::Imprint;
using eager::Song;

TEST_CASE("defaults of the mapping load in both directions and end", "[loading]") {
    on_each_database(eager::model, [](Database& database) -> awaitable<void> {
        co_await eager::fill(database.sessions());
        {
            auto session = database.sessions()();
            database.log().clear();
            auto result = co_await session.execute(select<Album>().order_by(col<&Album::id>));
            const auto albums = result.scalars().all();
            CHECK(database.log().count("SELECT") == 2);  // albums with labels, songs; songs' albums are known
            REQUIRE(albums.size() == 2);
            CHECK(albums[0]->label->name == "L");
            REQUIRE(albums[0]->songs.size() == 3);
            CHECK(albums[0]->songs[0].position == 6);
            CHECK(albums[0]->songs[2].position == 2);
            CHECK(albums[0]->songs[0].album.get() == albums[0].get());
        }
        {
            auto session = database.sessions()();
            database.log().clear();
            auto song = co_await session.get<Song>(1);
            CHECK(song->album->label->name == "L");
            CHECK_FALSE(song->album->songs.is_loaded());  // not back along the way it came
            CHECK(database.log().count("SELECT") == 2);
        }
    });
}

TEST_CASE("options override defaults", "[loading]") {
    on_each_database(eager::model, [](Database& database) -> awaitable<void> {
        co_await eager::fill(database.sessions());
        {
            auto session = database.sessions()();
            database.log().clear();
            auto result = co_await session.execute(select<Album>().options(raiseload<&Album::songs>()));
            const auto albums = result.scalars().all();
            CHECK(database.log().count("SELECT") == 1);
            CHECK_FALSE(albums[0]->songs.is_loaded());
            CHECK(albums[0]->label.is_loaded());
            CHECK_THROWS_AS(albums[0]->songs.size(), NotLoadedError);
        }
        {
            auto session = database.sessions()();
            database.log().clear();
            auto result = co_await session.execute(select<Album>().options(raiseload_all(), selectinload<&Album::songs>()));
            const auto albums = result.scalars().all();
            CHECK(database.log().count("SELECT") == 2);
            CHECK(albums[0]->songs.is_loaded());
            CHECK_FALSE(albums[0]->label.is_loaded());
            CHECK(albums[0]->songs[0].album.is_loaded());  // set by the collection, not loaded
        }
        {
            auto session = database.sessions()();
            auto result = co_await session.execute(select(col<&Album::id>));
            CHECK(result.all().size() == 2);
        }
    });
}

TEST_CASE("refresh reloads what the mapping loads eagerly", "[loading]") {
    on_each_database(eager::model, [](Database& database) -> awaitable<void> {
        co_await eager::fill(database.sessions());
        auto session = database.sessions()();
        auto album = co_await session.get<Album>(1);
        CHECK(album->songs.size() == 3);
        Song song;
        song.id = 7;  // fill() chose the first six itself: PostgreSQL's sequence does not know of them
        song.position = 9;
        song.album_id = 1;
        session.add(std::move(song));
        co_await session.flush();
        album->title = "scratch";
        co_await session.refresh(album);
        CHECK(album->title == "T1");
        REQUIRE(album->songs.size() == 4);
        CHECK(album->songs[0].position == 9);
    });
}

TEST_CASE("a relationship mapped lazy::raise is not loaded on demand either", "[loading]") {
    on_each_database(eager::model, [](Database& database) -> awaitable<void> {
        co_await eager::fill(database.sessions());
        auto session = database.sessions()();
        auto label = co_await session.get<Imprint>(1);
        CHECK_THROWS_AS(label->albums.size(), NotLoadedError);
        const std::string text = co_await failure_of<InvalidRequestError>([&] { return session.load<&Imprint::albums>(label); });
        CHECK(text.find("Imprint.albums") != std::string::npos);
        auto loaded = co_await session.get<Imprint>(1, selectinload<&Imprint::albums>());
        CHECK(loaded->albums.size() == 2);
    });
}
