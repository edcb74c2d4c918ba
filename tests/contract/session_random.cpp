// Random sessions beside a plain model in memory: whatever is done in whatever order, the database and the objects say what the model says.
#include <support/database.hpp>
#include <support/random_models.hpp>

#include <cstdlib>
#include <random>

using namespace azoth;
using azoth::test::Database;
using azoth::test::on_each_database;
using namespace play;

namespace {

template <class Members>
std::set<Name> labels(const Members& members) {
    std::set<Name> found;
    for (const auto& member : members) found.insert(member.label);
    return found;
}

class Trial {
public:
    Trial(Database& database, unsigned seed) : session_(database.sessions()()), random_(seed), seed_(seed) {}

    awaitable<void> run(int steps) {
        try {
            co_await all(steps);
        } catch (const Error& error) {
            fail(error.what());
        }
    }

private:
    awaitable<void> all(int steps) {
        for (int i = 0; i < steps; ++i) co_await step();
        co_await settle();
        co_await session_.commit();
        now_.flush();
        co_await verify("the end");
        co_await session_.close();
    }

    unsigned below(std::size_t limit) { return static_cast<unsigned>(random_() % limit); }
    Name fresh(const char* kind) { return kind + std::to_string(next_++); }

    // Somebody of a map or set who is not about to go; nothing when there is nobody.
    template <class Where>
    std::optional<Name> pick(const Where& where) {
        std::vector<Name> usable;
        for (const auto& entry : where) {
            const Name& label = label_of(entry);
            if (!now_.removed.contains(label)) usable.push_back(label);
        }
        if (usable.empty()) return std::nullopt;
        return usable[below(usable.size())];
    }
    static const Name& label_of(const Name& label) { return label; }
    template <class T>
    static const Name& label_of(const std::pair<const Name, T>& entry) { return entry.first; }

    template <class T>
    std::shared_ptr<T> handle(const Name& label) {
        return std::static_pointer_cast<T>(handles_.at(label));
    }
    template <class T>
    bool persistent(const Name& label) {
        return session_.state(handle<T>(label)) == ObjectState::persistent;
    }
    void did(const std::string& what) { log_ += what + "; "; }

    awaitable<void> step() {
        switch (below(35)) {
            case 0: case 1: add_owner(); break;
            case 2: case 3: add_thing(); break;
            case 4: add_memo(); break;
            case 5: add_mark(); break;
            case 6: case 7: add_node(); break;
            case 8: change_points(); break;
            case 9: move_thing(); break;
            case 10: move_memo(); break;
            case 11: move_node(); break;
            case 12: case 13: pair(); break;
            case 14: unpair(); break;
            case 15: orphan(); break;
            case 16: case 17: remove(); break;
            case 18: co_await flush(); break;
            case 19: co_await load(); break;
            case 20: co_await query(); break;
            case 21: co_await nest(); break;
            case 22: co_await unnest(); break;
            case 23: co_await end(); break;
            case 24: co_await merge(); break;
            case 25: co_await rekey(); break;
            case 26: co_await refresh(); break;
            case 27: expire(); break;
            case 28: case 29: add_shelf(); break;
            case 30: move_shelf(); break;
            case 31: case 32: renumber(); break;
            case 33: rename(); break;
            default: co_await expunge(); break;
        }
    }

    void add_owner() {
        Owner owner;
        owner.label = fresh("o");
        owner.points = static_cast<int>(below(100));
        did("add " + owner.label);
        now_.owners[owner.label] = owner.points;
        const Name label = owner.label;
        if (const auto mark = pick(now_.marks); mark && below(2) == 0) {
            owner.marks.add(handle<Mark>(*mark));
            now_.pairs.emplace(label, *mark);
            did("with " + *mark);
        }
        handles_[label] = session_.add(std::move(owner));
    }
    void add_thing() {
        const auto owner = pick(now_.owners);
        if (!owner) return;
        Thing thing;
        const Name label = thing.label = fresh("t");
        did("add " + label + " to " + *owner);
        now_.things[label] = *owner;
        if (below(2) == 0) {
            handles_[label] = handle<Owner>(*owner)->things.add(std::move(thing));
        } else {
            thing.owner = handle<Owner>(*owner);
            handles_[label] = session_.add(std::move(thing));
        }
    }
    void add_memo() {
        Memo memo;
        const Name label = memo.label = fresh("m");
        const auto owner = below(3) == 0 ? std::nullopt : pick(now_.owners);
        if (owner) memo.owner = handle<Owner>(*owner);
        did("add " + label + (owner ? " to " + *owner : ""));
        now_.memos[label] = owner;
        handles_[label] = session_.add(std::move(memo));
    }
    void add_mark() {
        Mark mark;
        const Name label = mark.label = mark.code = fresh("k");
        did("add " + label);
        now_.marks.insert(label);
        handles_[label] = session_.add(std::move(mark));
    }
    void add_node() {
        Node node;
        const Name label = node.label = fresh("n");
        const auto parent = pick(now_.nodes);
        did("add " + label + (parent ? " below " + *parent : ""));
        now_.nodes[label] = parent;
        if (parent && below(2) == 0) {
            handles_[label] = handle<Node>(*parent)->children.add(std::move(node));
            return;
        }
        if (parent) node.parent = handle<Node>(*parent);
        handles_[label] = session_.add(std::move(node));
    }
    void add_shelf() {
        Shelf shelf;
        shelf.number = next_number();
        const Name label = shelf.label = fresh("s");
        const auto parent = pick(now_.shelves);
        did("add " + label + " as " + std::to_string(shelf.number) + (parent ? " on " + *parent : ""));
        now_.shelves[label] = parent;
        if (parent) shelf.parent = handle<Shelf>(*parent);
        handles_[label] = session_.add(std::move(shelf));
    }
    void move_shelf() {
        const auto shelf = pick(now_.shelves);
        const auto parent = below(3) == 0 ? std::nullopt : pick(now_.shelves);  // circles too, but none of one: MariaDB cannot delete such a row
        if (!shelf || shelf == parent || !persistent<Shelf>(*shelf) || (parent && !persistent<Shelf>(*parent))) return;
        did("move " + *shelf + (parent ? " on " + *parent : " away"));
        now_.shelves[*shelf] = parent;
        handle<Shelf>(*shelf)->parent = parent ? handle<Shelf>(*parent) : nullptr;
    }
    // Keys that the program gives: up and down, so that rows come in any order.
    std::int32_t next_number() { return static_cast<std::int32_t>(++numbers_ * (below(2) == 0 ? -1 : 1)); }
    void renumber() {
        const auto shelf = pick(now_.shelves);
        if (!shelf) return;
        const std::int32_t number = next_number();
        did("renumber " + *shelf + " to " + std::to_string(number));
        handle<Shelf>(*shelf)->number = number;
    }
    void rename() {
        const auto mark = pick(now_.marks);
        if (!mark) return;
        const Name code = fresh("c");
        did("rename " + *mark + " to " + code);
        handle<Mark>(*mark)->code = code;
    }
    void change_points() {
        const auto owner = pick(now_.owners);
        if (!owner) return;
        did("change " + *owner);
        handle<Owner>(*owner)->points = now_.owners[*owner] = static_cast<int>(below(100));
    }
    void move_thing() {
        const auto thing = pick(now_.things);
        const auto owner = pick(now_.owners);
        if (!thing || !owner) return;
        did("move " + *thing + " to " + *owner);
        now_.things[*thing] = *owner;
        if (below(2) == 0) {
            handle<Thing>(*thing)->owner = handle<Owner>(*owner);
        } else {
            handle<Owner>(*owner)->things.add(handle<Thing>(*thing));
        }
    }
    void move_memo() {
        const auto memo = pick(now_.memos);
        const auto owner = below(3) == 0 ? std::nullopt : pick(now_.owners);
        if (!memo) return;
        did("move " + *memo + (owner ? " to " + *owner : " out"));
        now_.memos[*memo] = owner;
        if (!owner) {
            handle<Memo>(*memo)->owner = nullptr;
        } else if (below(2) == 0) {
            handle<Memo>(*memo)->owner = handle<Owner>(*owner);
        } else {
            handle<Owner>(*owner)->memos.add(handle<Memo>(*memo));
        }
    }
    void move_node() {
        const auto node = pick(now_.nodes);
        const auto parent = below(4) == 0 ? std::nullopt : pick(now_.nodes);
        if (!node || (parent && now_.below(*parent, *node))) return;
        did("move " + *node + (parent ? " below " + *parent : " up"));
        now_.nodes[*node] = parent;
        handle<Node>(*node)->parent = parent ? handle<Node>(*parent) : nullptr;
    }
    void pair() {
        const auto owner = pick(now_.owners);
        const auto mark = pick(now_.marks);
        if (!owner || !mark || !now_.pairs.emplace(*owner, *mark).second) return;
        did("pair " + *owner + " " + *mark);
        if (below(2) == 0) {
            handle<Owner>(*owner)->marks.add(handle<Mark>(*mark));
        } else {
            handle<Mark>(*mark)->owners.add(handle<Owner>(*owner));
        }
    }
    void unpair() {
        std::vector<std::pair<Name, Name>> usable;
        for (const auto& pair : now_.pairs) {
            if (!now_.removed.contains(pair.first) && !now_.removed.contains(pair.second)) usable.push_back(pair);
        }
        if (usable.empty()) return;
        const auto [owner, mark] = usable[below(usable.size())];
        did("unpair " + owner + " " + mark);
        now_.pairs.erase({owner, mark});
        if (below(2) == 0) {
            handle<Owner>(owner)->marks.remove(*handle<Mark>(mark));
        } else {
            handle<Mark>(mark)->owners.remove(*handle<Owner>(owner));
        }
    }
    void orphan() {
        const auto thing = pick(now_.things);
        if (!thing || !now_.things[*thing]) return;
        const Name owner = *now_.things[*thing];
        if (now_.removed.contains(owner)) return;
        did("orphan " + *thing);
        now_.things[*thing] = std::nullopt;
        if (below(2) == 0) {
            handle<Owner>(owner)->things.remove(*handle<Thing>(*thing));
        } else {
            handle<Thing>(*thing)->owner = nullptr;
        }
    }
    template <class T, class Where>
    void remove_one(const Where& where) {
        const auto label = pick(where);
        if (!label || !persistent<T>(*label)) return;
        did("remove " + *label);
        now_.removed.insert(*label);
        session_.remove(handle<T>(*label));
    }
    // A circle of rows cannot be deleted in any order.
    void remove_shelf() {
        const auto label = pick(now_.shelves);
        if (!label || !persistent<Shelf>(*label) || now_.in_circle(*label)) return;
        did("remove " + *label);
        now_.removed.insert(*label);
        session_.remove(handle<Shelf>(*label));
    }
    void remove() {
        switch (below(6)) {
            case 0: return remove_one<Owner>(now_.owners);
            case 1: return remove_one<Thing>(now_.things);
            case 2: return remove_one<Memo>(now_.memos);
            case 3: return remove_one<Mark>(now_.marks);
            case 4: return remove_shelf();
            default: return remove_one<Node>(now_.nodes);
        }
    }

    awaitable<void> flush() {
        did("flush");
        co_await session_.flush();
        now_.flush();
        co_await verify("flush");
    }
    awaitable<void> load() {
        const auto owner = pick(now_.owners);
        if (!owner || !persistent<Owner>(*owner)) co_return;
        did("load " + *owner);
        auto it = handle<Owner>(*owner);
        switch (below(3)) {
            case 0: co_await session_.load<&Owner::things>(it); break;
            case 1: co_await session_.load<&Owner::memos>(it); break;
            default: co_await session_.load<&Owner::marks>(it); break;
        }
        co_await settle();
    }
    awaitable<void> query() {
        did("query");
        const auto all = select<Owner>();
        switch (below(5)) {
            case 0: (void)co_await session_.execute(all); break;
            case 1: (void)co_await session_.execute(all.options(selectinload<&Owner::things>(), selectinload<&Owner::marks>())); break;
            case 2: (void)co_await session_.execute(all.options(joinedload<&Owner::marks>())); break;
            case 3: (void)co_await session_.execute(select<Node>().options(selectinload<&Node::children>())); break;
            default: (void)co_await session_.execute(select<Memo>().options(joinedload<&Memo::owner>().selectinload<&Owner::memos>())); break;
        }
        co_await settle();
    }
    awaitable<void> nest() {
        if (nested_.size() == 3) co_return;
        did("begin_nested");
        auto savepoint = co_await session_.begin_nested();
        now_.flush();
        nested_.emplace_back(now_, std::move(savepoint));
    }
    awaitable<void> unnest() {
        if (nested_.empty()) co_return;
        auto [world, savepoint] = std::move(nested_.back());
        nested_.pop_back();
        switch (below(3)) {
            case 0:
                did("release");
                co_await savepoint.commit();
                now_.flush();
                break;
            case 1:
                did("rollback to savepoint");
                co_await savepoint.rollback();
                now_ = std::move(world);
                break;
            default:
                did("drop savepoint");
                {
                    const auto dropped = std::move(savepoint);
                }
                now_ = std::move(world);
                break;
        }
        co_await verify("the savepoint's end");
    }
    awaitable<void> end() {
        const bool commit = below(3) != 0;
        did(commit ? "commit" : "rollback");
        if (commit) {
            co_await session_.commit();
            now_.flush();
            before_ = now_;
        } else {
            co_await session_.rollback();
            now_ = before_;
        }
        nested_.clear();
        co_await verify("the transaction's end");
        if (below(4) == 0) co_await reload();
    }
    // Everything anew, from the database alone.
    awaitable<void> reload() {
        did("expunge_all");
        session_.expunge_all();
        handles_.clear();
        auto owners = co_await session_.execute(select<Owner>());
        for (const auto& owner : owners.scalars().all()) handles_[owner->label] = owner;
        auto things = co_await session_.execute(select<Thing>());
        for (const auto& thing : things.scalars().all()) handles_[thing->label] = thing;
        auto memos = co_await session_.execute(select<Memo>());
        for (const auto& memo : memos.scalars().all()) handles_[memo->label] = memo;
        auto marks = co_await session_.execute(select<Mark>());
        for (const auto& mark : marks.scalars().all()) handles_[mark->label] = mark;
        auto nodes = co_await session_.execute(select<Node>());
        for (const auto& node : nodes.scalars().all()) handles_[node->label] = node;
        auto shelves = co_await session_.execute(select<Shelf>());
        for (const auto& shelf : shelves.scalars().all()) handles_[shelf->label] = shelf;
    }
    awaitable<void> merge() {
        const auto owner = pick(now_.owners);
        if (!owner || !persistent<Owner>(*owner)) co_return;
        did("merge " + *owner);
        auto known = handle<Owner>(*owner);
        auto given = std::make_shared<Owner>();
        given->id = known->id;
        given->label = *owner;
        given->points = now_.owners[*owner] = static_cast<int>(below(100));
        auto merged = co_await session_.merge(given);
        if (merged != known) fail("merge gave another object");
        co_await settle();
    }
    // The foreign key by hand instead of the relationship.
    awaitable<void> rekey() {
        co_await flush();
        const auto memo = pick(now_.memos);
        const auto owner = below(3) == 0 ? std::nullopt : pick(now_.owners);
        if (!memo) co_return;
        did("rekey " + *memo + (owner ? " to " + *owner : " to none"));
        now_.memos[*memo] = owner;
        handle<Memo>(*memo)->owner_id = owner ? std::optional<std::int64_t>(handle<Owner>(*owner)->id) : std::nullopt;
        co_await flush();
    }
    awaitable<void> refresh() {
        co_await flush();
        const auto owner = pick(now_.owners);
        if (!owner) co_return;
        did("refresh " + *owner);
        co_await session_.refresh(handle<Owner>(*owner));
        co_await settle();
    }
    void expire() {
        const auto owner = pick(now_.owners);
        if (!owner || !persistent<Owner>(*owner)) return;
        did("expire " + *owner);
        session_.expire(handle<Owner>(*owner));
    }
    awaitable<void> expunge() {
        const auto memo = pick(now_.memos);
        if (!memo || session_.state(handle<Memo>(*memo)) != ObjectState::pending || now_.memos[*memo]) co_return;
        did("expunge " + *memo);
        session_.expunge(handle<Memo>(*memo));
        now_.memos.erase(*memo);
    }

    // Reads may have flushed or not: afterwards everything has been.
    awaitable<void> settle() {
        co_await session_.flush();
        now_.flush();
        co_await verify("a read");
    }

    void fail(const std::string& what) { FAIL("seed " << seed_ << ": " << what << "\n" << log_); }
    template <class A, class B>
    void same(const A& found, const B& wanted, const std::string& what) {
        if (!(found == wanted)) fail(what);
    }

    awaitable<void> verify(const std::string& after) {
        auto owners = co_await session_.execute(select(col<&Owner::label>, col<&Owner::points>));
        std::map<Name, int> found;
        for (const auto& [label, points] : owners) found[label] = points;
        same(found, now_.owners, "owners after " + after);
        auto things = co_await session_.execute(select(col<&Thing::label>, col<&Owner::label>).join<&Thing::owner>());
        co_await compare(things, now_.things, "things after " + after);
        auto memos = co_await session_.execute(select(col<&Memo::label>, nullable(col<&Owner::label>)).outerjoin<&Memo::owner>());
        co_await compare(memos, now_.memos, "memos after " + after);
        const auto above = alias<Node>("above");
        auto nodes = co_await session_.execute(select(col<&Node::label>, nullable(above[col<&Node::label>])).outerjoin(above, col<&Node::parent_id> == above[col<&Node::id>]));
        co_await compare(nodes, now_.nodes, "nodes after " + after);
        const auto beneath = alias<Shelf>("beneath");
        auto shelves = co_await session_.execute(select(col<&Shelf::label>, nullable(beneath[col<&Shelf::label>])).outerjoin(beneath, col<&Shelf::below> == beneath[col<&Shelf::number>]));
        co_await compare(shelves, now_.shelves, "shelves after " + after);
        auto pairs = co_await session_.execute(select(col<&Owner::label>, col<&Mark::label>).join<&Owner::marks>());
        std::set<std::pair<Name, Name>> found_pairs;
        for (const auto& [owner, mark] : pairs) found_pairs.emplace(owner, mark);
        same(found_pairs, now_.pairs, "pairs after " + after);
        verify_objects(after);
    }
    template <class Rows>
    awaitable<void> compare(Rows& rows, const std::map<Name, std::optional<Name>>& wanted, const std::string& what) {
        std::map<Name, std::optional<Name>> found;
        for (const auto& [label, other] : rows) found[label] = other;
        same(found, wanted, what);
        co_return;
    }
    static std::set<Name> of(const std::map<Name, std::optional<Name>>& where, const Name& whose) {
        std::set<Name> found;
        for (const auto& [label, other] : where) {
            if (other == whose) found.insert(label);
        }
        return found;
    }
    template <class One>
    void same_one(const One& one, const std::optional<Name>& wanted, const std::string& what) {
        if (!one.is_loaded()) return;
        same(one ? std::optional<Name>(one->label) : std::nullopt, wanted, what);
    }
    template <class Many>
    void same_many(const Many& many, const std::set<Name>& wanted, const std::string& what) {
        if (many.is_loaded()) same(labels(many), wanted, what);
    }
    void verify_objects(const std::string& after) {
        for (const auto& [label, points] : now_.owners) {
            const auto owner = handle<Owner>(label);
            same(owner->points, points, "points of " + label + " after " + after);
            same_many(owner->things, of(now_.things, label), "things of " + label + " after " + after);
            same_many(owner->memos, of(now_.memos, label), "memos of " + label + " after " + after);
            std::set<Name> marks;
            for (const auto& [who, mark] : now_.pairs) {
                if (who == label) marks.insert(mark);
            }
            same_many(owner->marks, marks, "marks of " + label + " after " + after);
        }
        for (const auto& [label, owner] : now_.things) same_one(handle<Thing>(label)->owner, owner, "owner of " + label + " after " + after);
        for (const auto& [label, owner] : now_.memos) same_one(handle<Memo>(label)->owner, owner, "owner of " + label + " after " + after);
        for (const auto& [label, parent] : now_.nodes) {
            same_one(handle<Node>(label)->parent, parent, "parent of " + label + " after " + after);
            same_many(handle<Node>(label)->children, of(now_.nodes, label), "children of " + label + " after " + after);
        }
        for (const auto& [label, parent] : now_.shelves) {
            same_one(handle<Shelf>(label)->parent, parent, "parent of " + label + " after " + after);
            same_many(handle<Shelf>(label)->shelves, of(now_.shelves, label), "shelves on " + label + " after " + after);
        }
    }

    AsyncSession session_;
    std::mt19937 random_;
    unsigned seed_;
    World now_, before_;
    std::vector<std::pair<World, AsyncSessionTransaction>> nested_;
    std::map<Name, std::shared_ptr<void>> handles_;
    std::string log_;
    int next_ = 0;
    int numbers_ = 0;
};

// AZOTH_RANDOM_SEEDS=first-last: other seeds than the ones of every run.
std::pair<unsigned, unsigned> seeds() {
    const char* given = std::getenv("AZOTH_RANDOM_SEEDS");
    if (given == nullptr) return {1, 60};
    const std::string text(given);
    return {static_cast<unsigned>(std::stoul(text)), static_cast<unsigned>(std::stoul(text.substr(text.find('-') + 1)))};
}

}  // namespace

TEST_CASE("random sessions: database and objects say what a plain model says", "[session][random]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        const auto [first, last] = seeds();
        for (unsigned seed = first; seed <= last; ++seed) {
            Trial trial(database, seed);
            co_await trial.run(60);
            auto session = database.sessions()();
            co_await session.execute(delete_from<OwnerMark>());
            co_await session.execute(delete_from<Mark>());
            co_await session.execute(delete_from<Thing>());
            co_await session.execute(delete_from<Memo>());
            co_await session.execute(update<Node>().values(col<&Node::parent_id> = std::nullopt));
            co_await session.execute(delete_from<Node>());
            co_await session.execute(update<Shelf>().values(col<&Shelf::below> = std::nullopt));
            co_await session.execute(delete_from<Shelf>());
            co_await session.execute(delete_from<Owner>());
            co_await session.commit();
        }
        CHECK(last >= first);
    });
}
