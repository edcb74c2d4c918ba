// Relationship::link() through a secondary table or by a condition: keys, pairing, and what is refused.
#include "build.hpp"
#include "stand_in.hpp"

#include <azoth/schema/check.hpp>
#include <azoth/schema/metadata.hpp>
#include <azoth/sql/sql.hpp>
#include <azoth/types/text.hpp>

#include <catch2/catch.hpp>

#include <cstdint>
#include <string>
#include <vector>

using namespace azoth;
using Catch::Matchers::Contains;
using schema_test::many;
using schema_test::one;
using schema_test::refusal;
using Positions = std::vector<std::uint32_t>;

namespace {

template <auto M>
const Relationship& relation() {
    return detail::table_of<detail::member_owner_t<M>>().relationship(&detail::member_tag<M>);
}
template <auto M>
std::string link_refusal() {
    return refusal([] { (void)relation<M>().link(); });
}

struct Student;
struct Enrolment;
struct Serial;
struct Versioned;
struct Thirds;
struct Nowhere;

struct Course {
    std::string code{};
    int tenant{};
    many<Student> students{};
    many<Student> unpaired{};
    many<Student> serial{};
    many<Student> versioned{};
    many<Student> thirds{};
    many<Student> nowhere{};
    many<Student> orphans{};
    many<Course> before{};
    one<Student> best{};
    many<Student> written{};
    many<Course> itself{};
    many<Student> both{};
    many<Student> good{};
    static constexpr auto mapping();
};
struct Student {
    int tenant{};
    int number{};
    many<Course> courses{};
    many<Course> elsewhere{};
    static constexpr auto mapping();
};
/// Both keys share a column.
struct Enrolment {
    int tenant{};
    int student{};
    std::string course{};
    int grade{};
    static constexpr auto mapping() {
        return table("enrolments", column<&Enrolment::tenant>(), column<&Enrolment::student>(), column<&Enrolment::course>(), column<&Enrolment::grade>(),
                     primary_key(columns<&Enrolment::tenant, &Enrolment::student, &Enrolment::course>),
                     foreign_key(columns<&Enrolment::course, &Enrolment::tenant>, references<&Course::code, &Course::tenant>),
                     foreign_key(columns<&Enrolment::tenant, &Enrolment::student>, references<&Student::tenant, &Student::number>));
    }
};
struct Serial {
    int id{};
    int tenant{};
    int student{};
    std::string course{};
    static constexpr auto mapping() {
        return table("serials", column<&Serial::id>(primary_key), column<&Serial::tenant>(), column<&Serial::student>(), column<&Serial::course>(),
                     foreign_key(columns<&Serial::course, &Serial::tenant>, references<&Course::code, &Course::tenant>),
                     foreign_key(columns<&Serial::tenant, &Serial::student>, references<&Student::tenant, &Student::number>));
    }
};
struct Versioned {
    int tenant{};
    int student{};
    std::string course{};
    int version{};
    static constexpr auto mapping() {
        return table("versioned", column<&Versioned::tenant>(primary_key), column<&Versioned::student>(primary_key), column<&Versioned::course>(primary_key),
                     column<&Versioned::version>(version_id),
                     foreign_key(columns<&Versioned::course, &Versioned::tenant>, references<&Course::code, &Course::tenant>),
                     foreign_key(columns<&Versioned::tenant, &Versioned::student>, references<&Student::tenant, &Student::number>));
    }
};
/// Refers to courses twice, never to students.
struct Thirds {
    int tenant{};
    std::string course{};
    std::string other{};
    static constexpr auto mapping() {
        return table("thirds", column<&Thirds::tenant>(primary_key), column<&Thirds::course>(primary_key), column<&Thirds::other>(primary_key),
                     foreign_key(columns<&Thirds::course, &Thirds::tenant>, references<&Course::code, &Course::tenant>),
                     foreign_key(columns<&Thirds::other, &Thirds::tenant>, references<&Course::code, &Course::tenant>));
    }
};

constexpr auto Course::mapping() {
    return table("courses", column<&Course::tenant>(), column<&Course::code>(), primary_key(columns<&Course::tenant, &Course::code>),
                 relationship<&Course::students>(secondary<Enrolment>()),
                 relationship<&Course::unpaired>(secondary<Enrolment>(), back_populates<&Student::elsewhere>()),
                 relationship<&Course::serial>(secondary<Serial>()), relationship<&Course::versioned>(secondary<Versioned>()),
                 relationship<&Course::thirds>(secondary<Thirds>(), via<&Thirds::course, &Thirds::tenant>()), relationship<&Course::nowhere>(secondary<Nowhere>()),
                 relationship<&Course::orphans>(secondary<Enrolment>(), cascade(delete_orphan)), relationship<&Course::before>(secondary<Thirds>()),
                 relationship<&Course::best>(secondary<Enrolment>()),
                 relationship<&Course::written>(primaryjoin([] { return col<&Course::tenant> == col<&Student::tenant>; })),
                 relationship<&Course::itself>(viewonly, primaryjoin([] { return col<&Course::tenant> == 1; })),
                 relationship<&Course::both>(viewonly, primaryjoin([] { return col<&Course::tenant> == col<&Student::tenant>; }), secondary<Enrolment>()),
                 relationship<&Course::good>(viewonly, primaryjoin([] { return col<&Course::tenant> == col<&Student::tenant>; })));
}
constexpr auto Student::mapping() {
    return table("students", column<&Student::tenant>(), column<&Student::number>(no_generated_key), primary_key(columns<&Student::tenant, &Student::number>),
                 relationship<&Student::courses>(secondary<Enrolment>(), back_populates<&Course::students>(), order_by<&Course::code>().desc()),
                 relationship<&Student::elsewhere>(secondary<Serial>()));
}

const Metadata listed = metadata<Course, Student, Enrolment, Serial, Versioned, Thirds>();

}  // namespace

TEST_CASE("a secondary table's two keys lead to the ends", "[schema]") {
    const auto& link = relation<&Course::students>().link();
    CHECK(link.direction == Direction::many_to_many);
    CHECK(link.secondary->name == "enrolments");
    CHECK(link.foreign_key == nullptr);
    CHECK(link.near == Positions{2, 0});  // course, tenant
    CHECK(link.local == Positions{1, 0});
    CHECK(link.far == Positions{0, 1});   // tenant, student
    CHECK(link.remote == Positions{0, 1});
    CHECK(link.inverse == &relation<&Student::courses>());
    const auto& back = relation<&Student::courses>().link();
    CHECK(back.near == link.far);
    CHECK(back.far == link.near);
    CHECK(back.inverse == &relation<&Course::students>());
    CHECK(back.order_by == std::vector<std::pair<std::uint32_t, bool>>{{1, true}});
}

TEST_CASE("secondary tables that cannot be one are refused", "[schema]") {
    CHECK_THAT(link_refusal<&Course::serial>(), Contains("Course.serial") && Contains("primary key of the secondary table Serial"));
    CHECK_THAT(link_refusal<&Course::versioned>(), Contains("Course.versioned") && Contains("version_id"));
    CHECK_THAT(link_refusal<&Course::thirds>(), Contains("Course.thirds") && Contains("Thirds has no foreign key to Student"));
    CHECK_THAT(link_refusal<&Course::nowhere>(), Contains("Course.nowhere") && Contains("secondary table, Nowhere") && Contains("metadata<...>"));
    CHECK_THAT(link_refusal<&Course::orphans>(), Contains("Course.orphans") && Contains("delete_orphan"));
    CHECK_THAT(link_refusal<&Course::before>(), Contains("Course.before") && Contains("via<"));
    CHECK_THAT(link_refusal<&Course::best>(), Contains("Course.best") && Contains("many<>"));
    CHECK_THAT(link_refusal<&Course::unpaired>(), Contains("Course.unpaired") && Contains("Student.elsewhere"));
}

TEST_CASE("conditions instead of a key: for viewonly relationships between two structs", "[schema]") {
    CHECK_THAT(link_refusal<&Course::written>(), Contains("Course.written") && Contains("viewonly"));
    CHECK_THAT(link_refusal<&Course::itself>(), Contains("Course.itself") && Contains("which side"));
    CHECK_THAT(link_refusal<&Course::both>(), Contains("Course.both") && Contains("secondary<>"));
    const auto& link = relation<&Course::good>().link();
    CHECK(link.local == link.target->primary_key);  // both structs have theirs in the columns 0 and 1
    CHECK(link.remote.empty());
}
