// What mapping() returns: a constexpr description of one mapped struct, free of its types.
#pragma once

#include <azoth/schema/enums.hpp>
#include <azoth/types/type_ops.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace azoth {

struct Table;

namespace detail {

class RelationMember;
class Tape;
struct TableSlot;

/// A member, or a member of an embedded struct (`outer` then names the embedding member).
struct MemberId {
    const Tag* member = &no_tag;
    const Tag* outer = &no_tag;

    constexpr MemberId() = default;
    constexpr MemberId(const Tag* in, std::nullptr_t = nullptr) : member(in) {}
    constexpr MemberId(const Tag* in, const Tag* embedded_in) : member(in), outer(embedded_in) {}
    friend constexpr bool operator==(const MemberId& a, const MemberId& b) {
        return same(a.member, b.member) && same(a.outer, b.outer);
    }
};

inline constexpr std::size_t max_key_columns = 8;

/// Members of one struct; the arrays have static storage.
struct MemberList {
    const MemberId* members = nullptr;
    const std::string_view* names = nullptr;  ///< of the members, for messages
    std::size_t size = 0;
    const Tag* owner = &no_tag;  ///< of the struct
    std::string_view owner_name{};
    TableSlot* slot = nullptr;
    bool one_owner = true;  ///< all members belong to `owner`

    constexpr const MemberId* begin() const { return members; }
    constexpr const MemberId* end() const { return members + size; }
};

struct ForeignKeyDef {
    bool present = false;
    MemberList target{};                       ///< by type ...
    const Table& (*target_table)() = nullptr;  ///< table_of of the struct that `target` names
    std::string_view target_name{};            ///< ... or by "table.column"
    ReferentialAction on_delete = ReferentialAction::no_action;
    ReferentialAction on_update = ReferentialAction::no_action;
    Deferral deferral = Deferral::not_deferrable;
};

struct ColumnDef {
    MemberId id{};
    std::string_view member_name{};
    std::string_view name{};  ///< in the database; the member's name unless given
    const TypeOps* type = nullptr;
    TypeFacts facts{};           ///< of `type`, readable at compile time
    const Tag* owner = &no_tag;  ///< the struct that has the member
    bool embedded = false;
    const Tag* outer_owner = &no_tag;                    ///< the struct that has the embedding member ...
    const Tag* outer_type = &no_tag;                     ///< ... and of what it embeds
    const void* (*outer)(const void* object) = nullptr;  ///< embedding member, for columns of an embedded struct
    const void* (*field)(const void* object) = nullptr;  ///< address of the member in its struct
    bool primary_key = false;
    bool unique = false;
    bool indexed = false;
    bool version_id = false;
    bool no_generated_key = false;
    bool has_numeric = false;
    bool has_server_default = false;
    bool has_default_factory = false;
    bool has_onupdate = false;
    bool has_stored_form = false;  ///< stored_as
    void (*labels)(std::vector<std::string>& out) = nullptr;  ///< ... the names that it stores
    std::string_view native_enum{};                           ///< the database's own type of such a column
    bool deferred = false;    ///< the member is a deferred<T>
    bool undeferred = false;  ///< ... that is read by default
    bool is_expression = false;
    void (*expression)(Tape& out) = nullptr;  ///< writes the SQL that stands in place of a column
    std::uint32_t declared = 0;  ///< position among the columns as written
    std::string_view deferred_group{};
    std::uint32_t length = 0;
    std::uint16_t precision = 0;
    std::uint16_t scale = 0;
    std::string_view server_default{};
    std::string_view computed{};  ///< SQL of a column that the database computes
    bool is_computed = false;
    void (*default_factory)(void* field) = nullptr;
    void (*onupdate)(void* field) = nullptr;
    ForeignKeyDef foreign_key{};

    /// Not one of the columns that every row of the table is read with. These come after all others.
    constexpr bool set_apart() const { return deferred || is_expression; }
};

struct OrderDef {
    MemberId member{};
    bool descending = false;
};

struct RelationshipDef {
    MemberId id{};
    std::string_view name{};
    const Tag* owner = &no_tag;  ///< the struct that has the member
    bool many = false;
    TableSlot* target = nullptr;
    const Tag* target_type = &no_tag;
    TableSlot* secondary = nullptr;  ///< many-to-many: the table between; null without one
    const Tag* secondary_type = &no_tag;
    RelationMember* (*access)(void* object) = nullptr;
    bool back_populates_by_name = false;
    MemberId back_populates{};
    std::string_view back_populates_name{};  ///< set in both forms; empty without back_populates
    MemberList via{};
    void (*primaryjoin)(Tape& out) = nullptr;  ///< writes the condition; null: a foreign key says it
    bool has_primaryjoin = false;              ///< for code that runs at compile time: see no_position
    std::array<OrderDef, 4> order_by{};
    std::size_t order_count = 0;
    Cascade cascade = Cascade::save_update | Cascade::merge;
    Lazy lazy = Lazy::not_loaded;
    bool passive_deletes = false;
    bool passive_deletes_all = false;
    bool viewonly = false;
    bool post_update = false;

    constexpr bool has_secondary() const { return !same(secondary_type, &no_tag); }
    constexpr bool has_back_populates() const { return !back_populates_name.empty(); }
    /// Is `other`, a relationship of the target, what back_populates names?
    constexpr bool back_populates_is(const RelationshipDef& other) const {
        if (!has_back_populates()) return false;
        return back_populates_by_name ? back_populates_name == other.name : back_populates == other.id;
    }
};

struct ConstraintDef {
    enum class Kind : std::uint8_t { primary_key, unique, check, index, foreign_key, schema } kind = Kind::check;
    MemberList columns{};
    std::string_view text{};  ///< check condition, index predicate, schema name
    std::string_view name{};
    std::string_view expression{};  ///< of an index over SQL
    bool unique_index = false;
    ForeignKeyDef foreign_key{};
};

/// What embedded() returns.
template <std::size_t N>
struct ColumnPack {
    std::array<ColumnDef, N> columns{};
};

/// The value of mapping(): everything but the struct's own type. Order within each array is the order of declaration, but for
/// columns that are set apart.
template <std::size_t Columns, std::size_t Relationships, std::size_t Constraints>
struct TableDef {
    std::string_view name{};
    std::array<ColumnDef, Columns> columns{};
    std::array<RelationshipDef, Relationships> relationships{};
    std::array<ConstraintDef, Constraints> constraints{};
};

template <class T>
struct Range {
    const T* data = nullptr;
    std::size_t count = 0;
    constexpr const T* begin() const { return data; }
    constexpr const T* end() const { return data + count; }
    constexpr std::size_t size() const { return count; }
    constexpr const T& operator[](std::size_t index) const { return data[index]; }
};

/// A TableDef with its struct's identity and without its sizes. Points into static storage.
struct TableShape {
    std::string_view name{};
    std::string_view type_name{};  ///< the C++ struct
    const Tag* type = &no_tag;     ///< &type_tag<T>
    Range<ColumnDef> columns{};
    Range<RelationshipDef> relationships{};
    Range<ConstraintDef> constraints{};
};

}  // namespace detail
}  // namespace azoth
