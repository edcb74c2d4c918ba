// Functions, aggregates with FILTER, windows, CASE, CAST, EXTRACT and JSON paths.
#include <azoth/base/throw.hpp>
#include <dialect/compile/compiler.hpp>

#include <algorithm>
#include <array>

namespace azoth::detail {

namespace {

std::string lower_case(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return out;
}

bool plain_word(std::string_view word) {
    const auto ok = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; };
    return !word.empty() && !(word.front() >= '0' && word.front() <= '9') && std::all_of(word.begin(), word.end(), ok);
}

// Functions that give back what they are given: with placeholders alone the server cannot know their type.
bool takes_its_type_from_arguments(std::string_view name) {
    constexpr std::array<std::string_view, 11> names{"coalesce", "nullif", "greatest", "least", "max", "min", "sum", "avg", "abs", "lag", "lead"};
    return std::find(names.begin(), names.end(), name) != names.end();
}

struct ExtractFormat {
    std::string_view field;
    std::string_view format;
};
// https://www.sqlite.org/lang_datefunc.html
constexpr std::array<ExtractFormat, 9> extract_formats{{{"year", "%Y"}, {"month", "%m"}, {"day", "%d"}, {"hour", "%H"}, {"minute", "%M"},
                                                        {"second", "%S"}, {"doy", "%j"}, {"dow", "%w"}, {"epoch", "%s"}}};

}  // namespace

void Compiler::function(NodeId at) { function_call(at, no_node); }

// With a filter the database has no clause for, the first argument becomes CASE WHEN filter THEN argument END.
void Compiler::function_call(NodeId at, NodeId filter_predicate) {
    const Node& node = tree_[at];
    const auto name = tree_.text(at);
    const auto arguments = tree_.children(at);
    const std::string key = lower_case(name);
    const FunctionSpelling spelling = dialect_.function(key);
    using Form = FunctionSpelling::Form;
    if (spelling.form == Form::unsupported) unsupported("function " + key + "()", spelling.text);
    if (spelling.form == Form::text && arguments.empty()) {
        sql_ += spelling.text;
        return;
    }
    if (spelling.form == Form::call) {
        sql_ += spelling.text;
    } else {
        // A function's name is not reserved where a column's would be: only odd characters need quotes.
        std::string_view rest = name;
        for (;;) {
            const auto dot = rest.find('.');
            const auto part = rest.substr(0, dot);
            if (plain_word(part)) {
                sql_ += part;
            } else {
                dialect_.append_quoted(sql_, part);
            }
            if (dot == std::string_view::npos) break;
            sql_ += '.';
            rest.remove_prefix(dot + 1);
        }
    }
    sql_ += '(';
    const bool is_distinct = (node.flags & 1) != 0;
    if (is_distinct && arguments.size() > 1 && key == "string_agg" && !features_.ilike) unsupported("DISTINCT in string_agg() with a separator");
    if (is_distinct) sql_ += "DISTINCT ";
    if (arguments.size() == 3 && (key == "lag" || key == "lead") && !features_.lag_default) unsupported("default value for " + key + "()", "func::coalesce() gives one");
    // Of functions that nobody knows the server could not choose one by its arguments.
    const bool one_type = takes_its_type_from_arguments(key);
    const bool known = one_type || (node.flags & node_has_text) == 0;
    const auto model = std::find_if(arguments.begin(), arguments.end(), [&](NodeId argument) { return !is_value(argument); });
    const bool alone = model == arguments.end() && (one_type || !known);
    const auto bind_as = [&](std::size_t i) {
        if (alone) return BindAs::alone;
        const bool count_of_rows = i == 1 && (key == "lag" || key == "lead");
        return one_type && !count_of_rows && model != arguments.end() ? beside(arguments[i], type_of(*model)) : BindAs::typed;
    };
    const bool make_exact = key == "round" && arguments.size() == 2 && !features_.round_floats && !exact_number(arguments[0]);
    const bool make_double = key == "avg" && !features_.exact_average && exact_number(arguments[0]) && type_of(arguments[0]).kind != TypeKind::decimal;
    const bool as_number = key == "min" || key == "max" || key == "greatest" || key == "least" || (is_distinct && key != "string_agg");
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        if (i != 0) sql_ += ", ";
        if (i == 0 && filter_predicate != no_node) {
            sql_ += "CASE WHEN ";
            expression(filter_predicate);
            sql_ += " THEN ";
            if (tree_[arguments[0]].op == Op::star) {
                sql_ += '1';
            } else {
                expression(arguments[0], make_double ? Rank::sum : Rank::any);
                if (make_double) sql_ += " + 0e0";
            }
            sql_ += " END";
            continue;
        }
        if (as_number && text_decimal(arguments[i])) {
            comparable(arguments[i], Rank::any, true);
        } else if (i == 0 && make_exact) {
            sql_ += "CAST(";
            expression(arguments[0], Rank::any, BindAs::alone);
            sql_ += " AS NUMERIC)";
        } else {
            expression(arguments[i], i == 0 && make_double ? Rank::sum : Rank::any, bind_as(i));
            if (i == 0 && make_double) sql_ += " + 0e0";
        }
    }
    sql_ += ')';
}

void Compiler::filter(NodeId at) {
    const auto operands = tree_.children(at);
    if (!features_.filter_clause) {
        if (tree_[operands[0]].children == 0) unsupported("FILTER on a function without arguments");
        function_call(operands[0], operands[1]);
        return;
    }
    expression(operands[0], Rank::atom);
    sql_ += " FILTER (WHERE ";
    expression(operands[1]);
    sql_ += ')';
}

void Compiler::over(NodeId at) {
    const auto operands = tree_.children(at);
    expression(operands[0], Rank::atom);
    sql_ += " OVER (";
    bool first = true;
    for (const NodeId part : operands.subspan(1)) {
        if (tree_[part].op != Op::window_frame && tree_[part].children == 0) continue;
        if (!first) sql_ += ' ';
        first = false;
        switch (tree_[part].op) {
            case Op::window_partition:
                sql_ += "PARTITION BY ";
                list(tree_.children(part));
                break;
            case Op::window_order:
                sql_ += "ORDER BY ";
                order_terms(tree_.children(part), false);
                break;
            case Op::window_frame: sql_ += tree_.text(part); break;
            default: throw_internal_error("a window of a statement's tape holds something that is no part of a window");
        }
    }
    sql_ += ')';
}

void Compiler::extract(NodeId at) {
    const auto field = tree_.text(at);
    if (!plain_word(field)) throw_argument_error("extract(): \"" + std::string(field) + "\" is not the name of a field");
    if (features_.extract_function) {
        sql_ += "EXTRACT(";
        sql_ += field;
        sql_ += " FROM ";
        expression(tree_.children(at)[0], Rank::any, BindAs::alone);
        sql_ += ')';
        return;
    }
    const auto key = lower_case(field);
    const auto format = std::find_if(extract_formats.begin(), extract_formats.end(), [&](const auto& entry) { return entry.field == key; });
    if (format == extract_formats.end()) unsupported("EXTRACT of " + key);
    sql_ += "CAST(strftime('";
    sql_ += format->format;
    sql_ += "', ";
    expression(tree_.children(at)[0]);
    sql_ += ") AS INTEGER)";
}

void Compiler::cast(NodeId at) {
    const bool json_text = features_.json == DialectFeatures::Json::functions || features_.json == DialectFeatures::Json::text_functions;
    if (json_text && static_cast<const SqlType*>(tree_[at].ref)->kind == TypeKind::boolean && tree_[tree_.children(at)[0]].op == Op::json_path) {
        sql_ += '(';
        expression(tree_.children(at)[0]);
        sql_ += " = 'true')";  // the number of a text that says true is 0
        return;
    }
    sql_ += "CAST(";
    expression(tree_.children(at)[0]);
    sql_ += " AS ";
    sql_ += dialect_.cast_type(*static_cast<const SqlType*>(tree_[at].ref));
    sql_ += ')';
}

void Compiler::case_when(NodeId at, BindAs bind) {
    auto whens = tree_.children(at);
    NodeId otherwise = no_node;
    if ((tree_[at].flags & 1) != 0) {
        otherwise = whens.back();
        whens = whens.first(whens.size() - 1);
    }
    // The values give each other a type; only if all are placeholders does none.
    NodeId model = otherwise != no_node && !is_value(otherwise) ? otherwise : no_node;
    for (const NodeId when : whens) {
        if (!is_value(tree_.children(when)[1])) model = tree_.children(when)[1];
    }
    const auto value_bind = [&](NodeId value) { return model == no_node || bind == BindAs::alone ? BindAs::alone : beside(value, type_of(model)); };
    sql_ += "CASE";
    for (const NodeId when : whens) {
        sql_ += " WHEN ";
        expression(tree_.children(when)[0]);
        sql_ += " THEN ";
        expression(tree_.children(when)[1], Rank::any, value_bind(tree_.children(when)[1]));
    }
    if (otherwise != no_node) {
        sql_ += " ELSE ";
        expression(otherwise, Rank::any, value_bind(otherwise));
    }
    sql_ += " END";
}

}  // namespace azoth::detail
