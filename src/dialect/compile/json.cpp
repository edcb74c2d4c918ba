// JSON paths: by arrows, or by functions.
#include <dialect/compile/compiler.hpp>

namespace azoth::detail {

namespace {

bool is_index(const Node& key) { return key.op == Op::bind && static_cast<ValueKind>(key.arg) == ValueKind::integer; }

}  // namespace

// body["a"]["b"].as<std::string>() is three nested paths: one path here.
void Compiler::json_path(NodeId at) {
    const bool text = (tree_[at].flags & 1) != 0;
    std::vector<NodeId> keys;
    NodeId base = at;
    while (tree_[base].op == Op::json_path && (base == at || (tree_[base].flags & 1) == 0)) {
        const auto operands = tree_.children(base);
        keys.insert(keys.begin(), operands.begin() + 1, operands.end());
        base = operands[0];
    }
    if (features_.json == DialectFeatures::Json::functions || features_.json == DialectFeatures::Json::text_functions) {
        json_functions(base, keys, text);
        return;
    }
    const bool typed = features_.json == DialectFeatures::Json::typed_arrows;
    expression(base, Rank::unary);
    if (keys.empty()) {
        if (text) sql_ += typed ? " #>> '{}'" : " ->> '$'";
        return;
    }
    for (std::size_t i = 0; i < keys.size(); ++i) {
        sql_ += text && i + 1 == keys.size() ? " ->> " : " -> ";
        if (typed) sql_ += "CAST(";
        expression(keys[i], Rank::unary);
        if (typed) sql_ += is_index(tree_[keys[i]]) ? " AS INTEGER)" : " AS TEXT)";
    }
}

void Compiler::json_functions(NodeId base, std::span<const NodeId> keys, bool text) {
    // As text, the JSON null is NULL, and not the word.
    if (text) sql_ += "JSON_UNQUOTE(NULLIF(";
    sql_ += "JSON_EXTRACT(";
    expression(base);
    sql_ += ", concat('$'";
    for (const NodeId key : keys) {
        sql_ += is_index(tree_[key]) ? ", '[', " : ", '.', JSON_QUOTE(";
        expression(key);
        sql_ += is_index(tree_[key]) ? ", ']'" : ")";
    }
    sql_ += "))";
    if (text) sql_ += features_.json == DialectFeatures::Json::text_functions ? ", 'null'))" : ", CAST('null' AS JSON)))";
}

}  // namespace azoth::detail
