// Table: a mapped struct's description at run time; the one structure that SQL, DDL and the session work from.
#pragma once

#include <azoth/schema/definition.hpp>
#include <azoth/schema/ends.hpp>
#include <azoth/types/deferred.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace azoth {

/// How objects of the mapped struct are made and destroyed.
struct EntityOps {
    std::size_t size;
    std::size_t align;
    void (*construct)(void* at);
    void (*copy_construct)(void* at, const void* from);
    void (*move_construct)(void* at, void* from);
    void (*destroy)(void* object) noexcept;
};

struct Column {
    const Table* table = nullptr;
    std::uint32_t index = 0;  ///< position in Table::columns
    std::string name;
    std::string_view member;
    detail::MemberId id;
    const detail::TypeOps* ops = nullptr;
    SqlType type;                  ///< with length, precision, scale
    std::size_t offset = 0;        ///< of the member in the struct
    std::size_t saved_offset = 0;  ///< of its snapshot in the snapshot area
    bool nullable = false;
    bool primary_key = false;
    bool generated =
        false;  ///< the database makes its value when the struct holds 0 / null (single integer primary key)
    bool unique = false;
    bool indexed = false;
    bool version_id = false;
    bool has_server_default = false;
    bool deferred = false;           ///< the member is a deferred<T>
    bool undeferred = false;         ///< ... that is read by default
    void (*expression)(detail::Tape& out) = nullptr;  ///< no column: writes the SQL that is read in its place
    std::string_view deferred_group;
    detail::DeferredName full_name;  ///< of a deferred member, for messages
    std::string server_default;  ///< SQL text
    std::string computed;        ///< SQL text of a column that the database computes
    std::string native_enum;          ///< name of the database's own type
    std::vector<std::string> labels;  ///< ... and its values
    void (*default_factory)(void* field) = nullptr;
    void (*onupdate)(void* field) = nullptr;

    bool read_only() const noexcept { return expression != nullptr || !computed.empty(); }
    /// Of those that follow the plain ones.
    bool read_by_default() const noexcept { return undeferred || !deferred; }
    void* field(void* object) const noexcept { return static_cast<char*>(object) + offset; }
    const void* field(const void* object) const noexcept { return static_cast<const char*>(object) + offset; }
    const void* saved(const void* snapshot) const noexcept { return static_cast<const char*>(snapshot) + saved_offset; }
    void* saved(void* snapshot) const noexcept { return static_cast<char*>(snapshot) + saved_offset; }
};

/// The far end of a foreign key.
struct ForeignKeyTarget {
    const Table* table = nullptr;
    std::vector<std::uint32_t> columns;  ///< positions in the target's columns, one for each local column
};

/// The far end of a foreign key as DDL prints it.
struct ForeignKeyNames {
    std::string schema;  ///< may be empty
    std::string table;
    std::vector<std::string> columns;
};

struct ForeignKey {
    const Table* table = nullptr;        ///< that has the key
    std::vector<std::uint32_t> columns;  ///< local, positions in Table::columns
    detail::KeyView view;                ///< the declaration
    ReferentialAction on_delete = ReferentialAction::no_action;
    ReferentialAction on_update = ReferentialAction::no_action;
    Deferral deferral = Deferral::not_deferrable;

    /// Written `foreign_key("table.column")`: the struct behind it is known only among the tables of a Metadata.
    bool by_name() const noexcept { return view.by_name(); }
    bool refers_to(const Table& target) const;
    /// Returns the far end, given that `target` is the table it refers to. Errors: `ArgumentError` when a column is
    /// missing there or has another type, naming both columns and types.
    ForeignKeyTarget resolve(const Table& target) const;
    /// The same for a key that names a struct; builds that struct's table on first use. Errors: also `ArgumentError`
    /// for a key by name.
    ForeignKeyTarget resolve() const;
    /// For DDL; a key by name is not looked up.
    ForeignKeyNames target_names() const;
};

struct Index {
    std::string name;
    std::vector<std::uint32_t> columns;
    bool unique = false;
    std::string where;
    std::string expression;  ///< SQL text that is indexed; `columns` is empty then
};

struct UniqueConstraint {
    std::string name;
    std::vector<std::uint32_t> columns;
};

struct CheckConstraint {
    std::string name;
    std::string condition;
};

struct Relationship;

/// A relationship with both ends known.
struct RelationshipLink {
    const Table* target = nullptr;
    Direction direction = Direction::many_to_one;
    /// Pairs of columns: `local` on the side that declares the relationship, `remote` on the target.
    /// many_to_one: local is the foreign key; one_to_many: remote is; many_to_many: neither. With primaryjoin(): local is
    /// the owner's primary key, remote is empty.
    std::vector<std::uint32_t> local;
    std::vector<std::uint32_t> remote;
    /// many_to_many: the table between, its columns that refer to `local`, and those that refer to `remote`.
    const Table* secondary = nullptr;
    std::vector<std::uint32_t> near;
    std::vector<std::uint32_t> far;
    const ForeignKey* foreign_key = nullptr;               ///< null for many_to_many and with primaryjoin()
    const Relationship* inverse = nullptr;                 ///< the other side of back_populates
    std::vector<std::pair<std::uint32_t, bool>> order_by;  ///< target columns, descending?
    /// many_to_one by primary key: can be answered from the identity map. `remote` then has the order of the target's
    /// primary key.
    bool remote_is_primary_key = false;
};

namespace detail {
/// Filled once by whoever comes first.
class LinkCache {
public:
    LinkCache() = default;
    LinkCache(LinkCache&& other) noexcept : link_(other.link_.exchange(nullptr)) {}
    ~LinkCache() { delete link_.load(std::memory_order_relaxed); }
    const RelationshipLink* get() const noexcept { return link_.load(std::memory_order_acquire); }
    /// Returns the link that won.
    const RelationshipLink& publish(std::unique_ptr<const RelationshipLink> link) noexcept;

private:
    std::atomic<const RelationshipLink*> link_{nullptr};
};
}  // namespace detail

struct Relationship {
    const Table* owner = nullptr;
    std::uint32_t index = 0;  ///< position in Table::relationships
    detail::RelationshipDef def{};

    std::string_view name() const noexcept { return def.name; }
    bool many() const noexcept { return def.many; }
    detail::RelationMember* member(void* object) const { return def.access(object); }

    /// False when nothing in the program uses the target as a mapped struct: then there can be no objects of it.
    bool target_known() const noexcept;
    /// Both ends. Resolved on first use, then cached. Errors: `ArgumentError` naming the relationship and what is wrong
    /// with it. Thread safety: safe.
    const RelationshipLink& link() const {
        const auto* known = cache.get();
        return known != nullptr ? *known : resolve();
    }
    /// "User.posts"
    std::string full_name() const;

    mutable detail::LinkCache cache{};

private:
    const Table& target() const;
    const Table& table_in(const detail::TableSlot& slot, const char* role) const;
    const RelationshipLink& resolve() const;
};

/// One mapped struct. Immutable once built; lives until the program ends. Thread-safe to read.
struct Table {
    std::string name;
    std::string schema;
    std::string_view type_name;         ///< the C++ struct
    const detail::Tag* type = nullptr;  ///< &type_tag<T>
    detail::TableShape shape;           ///< the declaration
    EntityOps entity{};
    std::vector<Column> columns;
    /// So many are read with every row. The others follow them: each is read when a query says so.
    std::uint32_t plain_columns = 0;
    std::vector<std::uint32_t> declared;  ///< positions of columns as the mapping names them
    std::vector<std::uint32_t> primary_key;
    std::vector<ForeignKey> foreign_keys;
    std::vector<Index> indexes;
    std::vector<UniqueConstraint> uniques;
    std::vector<CheckConstraint> checks;
    std::vector<Relationship> relationships;
    std::size_t snapshot_size = 0;
    std::size_t snapshot_align = 1;
    std::int32_t version_column = -1;
    std::int32_t generated_column = -1;
    bool snapshot_needs_drop = false;
    bool has_computed = false;  ///< columns that the database computes from others

    Table() = default;
    Table(const Table&) = delete;
    Table& operator=(const Table&) = delete;

    /// Errors: `ArgumentError` when the member is not a column of this table.
    const Column& column(detail::MemberId id) const;
    const Column* find_column(detail::MemberId id) const noexcept;
    const Column* find_column(std::string_view column_name) const noexcept;
    /// Errors: `ArgumentError` when the member is not a relationship of this table.
    const Relationship& relationship(const void* member) const;
    std::string full_name() const { return schema.empty() ? name : schema + "." + name; }
};

namespace detail {

/// Builds the run-time table. Errors: `ArgumentError` naming struct, member and what contradicts.
/// Lifetimes: what `shape` points at must outlive the table.
std::unique_ptr<const Table> build_table(const TableShape& shape, const EntityOps& entity);

}  // namespace detail
}  // namespace azoth
