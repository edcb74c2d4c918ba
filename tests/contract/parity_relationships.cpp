// Relationships of the rarer kinds: rows that refer to each other, the database's own cascade, read-only ones, one-to-one, a table between.
#include <support/database.hpp>

#include <cstdint>
#include <optional>
#include <string>

using namespace azoth;
using azoth::test::Database;
using azoth::test::failure_of;
using azoth::test::on_each_database;

namespace parity_relationships {

struct Player;

struct Team {
    std::int64_t id{};
    std::string name{};
    std::optional<std::int64_t> captain_id{};
    one<Player> captain{};
    many<Player> players{};
    many<Player> roster{};

    static constexpr auto mapping() {
        return table("teams", column<&Team::id>(primary_key), column<&Team::name>(length(50)), column<&Team::captain_id>(foreign_key("players.id")),
                     relationship<&Team::captain>(via<&Team::captain_id>(), post_update), relationship<&Team::players>(back_populates("team")),
                     relationship<&Team::roster>(viewonly));
    }
};

struct Player {
    std::int64_t id{};
    std::string name{};
    std::optional<std::int64_t> team_id{};
    one<Team> team{};

    static constexpr auto mapping() {
        return table("players", column<&Player::id>(primary_key), column<&Player::name>(length(50)), column<&Player::team_id>(foreign_key<&Team::id>()),
                     relationship<&Player::team>(via<&Player::team_id>()));
    }
};

/// Natural keys in a circle.
struct Spouse {
    std::string name{};
    std::optional<std::string> spouse_name{};
    one<Spouse> spouse{};

    static constexpr auto mapping() {
        return table("spouses", column<&Spouse::name>(length(20), primary_key), column<&Spouse::spouse_name>(length(20), foreign_key<&Spouse::name>()),
                     relationship<&Spouse::spouse>(via<&Spouse::spouse_name>(), post_update));
    }
};

struct Leaf;

struct Tree {
    std::int64_t id{};
    many<Leaf> leaves{};

    static constexpr auto mapping() {
        return table("trees", column<&Tree::id>(primary_key), relationship<&Tree::leaves>(cascade(save_update | remove), passive_deletes));
    }
};

struct Leaf {
    std::int64_t id{};
    std::int64_t tree_id{};
    one<Tree> tree{};

    static constexpr auto mapping() {
        return table("leaves", column<&Leaf::id>(primary_key), column<&Leaf::tree_id>(foreign_key<&Tree::id>(on_delete::cascade)),
                     relationship<&Leaf::tree>(back_populates<&Tree::leaves>()));
    }
};

struct Desk;

struct Worker {
    std::int64_t id{};
    one<Desk> desk{};

    static constexpr auto mapping() { return table("workers", column<&Worker::id>(primary_key), relationship<&Worker::desk>(back_populates("worker"))); }
};

struct Desk {
    std::int64_t id{};
    std::optional<std::int64_t> worker_id{};
    one<Worker> worker{};

    static constexpr auto mapping() {
        return table("desks", column<&Desk::id>(primary_key), column<&Desk::worker_id>(foreign_key<&Worker::id>()), relationship<&Desk::worker>());
    }
};

struct Enrolment;

struct Student {
    std::int64_t id{};
    std::string name{};
    many<Enrolment> enrolments{};

    static constexpr auto mapping() {
        return table("students", column<&Student::id>(primary_key), column<&Student::name>(length(50)),
                     relationship<&Student::enrolments>(cascade(save_update | remove | delete_orphan)));
    }
};

struct Course {
    std::int64_t id{};
    std::string title{};
    many<Enrolment> enrolments{};

    static constexpr auto mapping() {
        return table("courses", column<&Course::id>(primary_key), column<&Course::title>(length(50)), relationship<&Course::enrolments>());
    }
};

struct Enrolment {
    std::int64_t student_id{};
    std::int64_t course_id{};
    std::int32_t mark{};
    one<Student> student{};
    one<Course> course{};

    static constexpr auto mapping() {
        return table("enrolments", column<&Enrolment::student_id>(foreign_key<&Student::id>()), column<&Enrolment::course_id>(foreign_key<&Course::id>()),
                     column<&Enrolment::mark>(), primary_key(columns<&Enrolment::student_id, &Enrolment::course_id>),
                     relationship<&Enrolment::student>(back_populates<&Student::enrolments>()), relationship<&Enrolment::course>(back_populates<&Course::enrolments>()));
    }
};

const Metadata model = metadata<Team, Player, Spouse, Tree, Leaf, Worker, Desk, Student, Course, Enrolment>();

}  // namespace parity_relationships

using namespace parity_relationships;

TEST_CASE("post_update: rows that refer to each other are inserted, then linked by an UPDATE", "[parity][relationship]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        auto team = session.add(Team{.name = "red"});
        auto player = team->players.add(Player{.name = "Ann"});
        team->captain = player;
        database.log().clear();
        co_await session.commit();
        CHECK(database.log().count("UPDATE teams") == 1);
        CHECK(team->captain_id == std::optional(player->id));
        CHECK(player->team_id == std::optional(team->id));
        {
            auto other = database.sessions()();
            auto stored = co_await other.get<Team>(team->id, selectinload<&Team::captain>());
            CHECK(stored->captain->name == "Ann");
            CHECK(stored->captain->team_id == std::optional(team->id));
        }
        auto second = team->players.add(Player{.name = "Bob"});  // the team has its row, its captain to be has none
        team->captain = second;
        co_await session.commit();
        CHECK(team->captain_id == std::optional(second->id));

        database.log().clear();
        session.remove(team);
        session.remove(player);
        session.remove(second);
        co_await session.commit();
        CHECK(database.log().count("UPDATE teams") == 1);
        auto left = co_await session.execute(select(func::count(col<&Player::id>)));
        CHECK(left.scalar() == 0);
    });
}

TEST_CASE("post_update with natural keys, and undone", "[parity][relationship]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        auto ann = session.add(Spouse{.name = "Ann"});
        auto bob = session.add(Spouse{.name = "Bob"});
        ann->spouse = bob;
        bob->spouse = ann;
        co_await session.flush();
        CHECK(ann->spouse_name == std::optional<std::string>("Bob"));
        co_await session.rollback();
        CHECK(session.state(ann) == ObjectState::transient);
        CHECK_FALSE(ann->spouse_name.has_value());
        session.add(ann);
        session.add(bob);
        ann->spouse = bob;
        bob->spouse = ann;
        co_await session.commit();
        auto other = database.sessions()();
        auto stored = co_await other.get<Spouse>("Bob", selectinload<&Spouse::spouse>());
        CHECK(stored->spouse->name == "Ann");
        CHECK(stored->spouse->spouse_name == std::optional<std::string>("Bob"));
        co_await other.close();
        session.remove(ann);
        session.remove(bob);
        co_await session.commit();
        auto left = co_await session.execute(select(func::count(col<&Spouse::name>)));
        CHECK(left.scalar() == 0);
    });
}

TEST_CASE("viewonly: loaded like any, changed by nobody", "[parity][relationship]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        auto team = session.add(Team{.name = "red"});
        auto player = team->players.add(Player{.name = "Ann"});
        co_await session.commit();
        co_await session.load<&Team::roster>(team);
        REQUIRE(team->roster.size() == 1);
        CHECK(&team->roster[0] == player.get());
        CHECK_THROWS_AS(team->roster.add(player), ArgumentError);
        CHECK_THROWS_AS(team->roster.remove(*player), ArgumentError);
        database.log().clear();
        co_await session.commit();
        CHECK(database.log().count("UPDATE") == 0);
    });
}

TEST_CASE("passive_deletes: children that are not loaded are the database's, loaded ones are deleted first", "[parity][relationship]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        {
            auto session = database.sessions()();
            for (int i = 0; i < 2; ++i) {
                auto tree = session.add(Tree{});
                tree->leaves.add(Leaf{});
                tree->leaves.add(Leaf{});
            }
            co_await session.commit();
        }
        auto session = database.sessions()();
        auto one_tree = co_await session.get<Tree>(1);
        database.log().clear();
        session.remove(one_tree);
        co_await session.commit();
        CHECK(database.log().count("SELECT") == 0);
        CHECK(database.log().count("leaves") == 0);
        auto left = co_await session.execute(select(func::count(col<&Leaf::id>)));
        CHECK(left.scalar() == 2);

        auto other_tree = co_await session.get<Tree>(2, selectinload<&Tree::leaves>());
        database.log().clear();
        session.remove(other_tree);
        co_await session.commit();
        CHECK(database.log().count("DELETE FROM leaves") == 1);
        auto none = co_await session.execute(select(func::count(col<&Leaf::id>)));
        CHECK(none.scalar() == 0);
    });
}

TEST_CASE("one-to-one: a new partner sets the loaded old one free", "[parity][relationship]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        auto worker = session.add(Worker{});
        auto old_desk = session.add(Desk{});
        worker->desk = old_desk;
        co_await session.commit();
        CHECK(old_desk->worker_id == std::optional(worker->id));

        auto new_desk = session.add(Desk{});
        worker->desk = new_desk;
        CHECK_FALSE(old_desk->worker);
        CHECK(new_desk->worker.get() == worker.get());
        co_await session.commit();
        CHECK_FALSE(old_desk->worker_id.has_value());
        auto other = database.sessions()();
        auto stored = co_await other.get<Worker>(worker->id, selectinload<&Worker::desk>());
        CHECK(stored->desk->id == new_desk->id);
        auto free_desk = co_await other.get<Desk>(old_desk->id);
        CHECK_FALSE(free_desk->worker_id.has_value());
    });
}

TEST_CASE("one-to-one: a partner that was never loaded loses its key too", "[parity][relationship]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        {
            auto session = database.sessions()();
            for (int i = 0; i < 2; ++i) session.add(Worker{})->desk = session.add(Desk{});
            co_await session.commit();
        }
        const auto free_desks = select(func::count(col<&Desk::id>)).where(col<&Desk::worker_id>.is_null());
        {
            auto session = database.sessions()();
            auto worker = co_await session.get<Worker>(1);
            auto desk = session.add(Desk{});
            worker->desk = desk;  // from the side without the key
            database.log().clear();
            co_await session.commit();
            CHECK(database.log().count("SELECT") == 1);
            auto count = co_await session.execute(free_desks);
            CHECK(count.scalar() == 1);
            CHECK(desk->worker_id == std::optional<std::int64_t>(1));
        }
        {
            auto session = database.sessions()();
            auto worker = co_await session.get<Worker>(2);
            auto desk = session.add(Desk{});
            desk->worker = worker;  // from the side with the key
            co_await session.flush();
            auto count = co_await session.execute(free_desks);
            CHECK(count.scalar() == 2);
            co_await session.rollback();
            CHECK_FALSE(worker->desk.is_loaded());
            co_await session.load<&Worker::desk>(worker);
            CHECK(worker->desk->worker_id == std::optional<std::int64_t>(2));
            worker->desk = nullptr;
            co_await session.commit();
        }
        {
            auto session = database.sessions()();
            auto worker = co_await session.get<Worker>(1);
            worker->desk = nullptr;  // nobody, instead of somebody unknown
            co_await session.commit();
            auto count = co_await session.execute(free_desks);
            CHECK(count.scalar() == 3);
        }
    });
}

TEST_CASE("an association object: the row between carries data, and goes when it is taken out", "[parity][relationship]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        {
            auto session = database.sessions()();
            auto ann = session.add(Student{.name = "Ann"});
            auto bob = session.add(Student{.name = "Bob"});
            auto sql = session.add(Course{.title = "SQL"});
            auto cpp = session.add(Course{.title = "C++"});
            const auto enrol = [](Student& student, const std::shared_ptr<Course>& course, int mark) {
                Enrolment enrolment{.mark = mark};
                enrolment.course = course;
                student.enrolments.add(std::move(enrolment));
            };
            enrol(*ann, sql, 1);
            enrol(*ann, cpp, 2);
            enrol(*bob, sql, 3);
            co_await session.commit();
        }
        auto session = database.sessions()();
        auto result = co_await session.execute(
            select<Student>().options(selectinload<&Student::enrolments>().selectinload<&Enrolment::course>()).order_by(col<&Student::id>));
        const auto students = result.scalars().all();
        REQUIRE(students.size() == 2);
        REQUIRE(students[0]->enrolments.size() == 2);
        CHECK(students[1]->enrolments[0].course->title == "SQL");
        for (auto& enrolment : students[0]->enrolments) {
            if (enrolment.course->title == "SQL") students[0]->enrolments.remove(enrolment);
        }
        co_await session.commit();
        auto left = co_await session.execute(select(col<&Course::title>, func::count()).join<&Course::enrolments>().group_by(col<&Course::title>).order_by(col<&Course::title>));
        const auto rows = left.all();
        REQUIRE(rows.size() == 2);
        CHECK(rows[0].get<1>() == 1);  // C++: Ann
        CHECK(rows[1].get<1>() == 1);  // SQL: Bob
    });
}
