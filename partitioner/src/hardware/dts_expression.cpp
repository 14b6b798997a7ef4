// SPDX-License-Identifier: BSD-2-Clause
#include "dts_expression.hpp"

#include <string_view>

namespace mkl {

namespace {

class Expression {
public:
    explicit Expression(DtsLexer& in) : in_{in} {}
    /// Behind "(", up to and with ")".
    std::optional<uint64_t> run() {
        const auto value = ternary(0);
        if (!value || !in_.accept(")")) return std::nullopt;
        return value;
    }

private:
    static constexpr int most_depth = 64;

    // NOLINTNEXTLINE(misc-no-recursion): bounded by most_depth
    std::optional<uint64_t> ternary(int depth) {
        if (depth > most_depth) return std::nullopt;
        const auto condition = binary(0, depth);
        if (!condition || in_.peek() != '?') return condition;
        in_.accept("?");
        const auto yes = ternary(depth + 1);
        if (!yes || !in_.accept(":")) return std::nullopt;
        const auto no = ternary(depth + 1);
        if (!no) return std::nullopt;
        return *condition != 0 ? yes : no;
    }

    struct Operator {
        std::string_view text;
        int level;  ///< weakest first
    };
    /// The operator that comes next, the longer spelling first.
    std::optional<Operator> next_operator() {
        static constexpr Operator all[] = {
            {"||", 0},
            {"&&", 1},
            {"==", 5},
            {"!=", 5},
            {"<<", 7},
            {">>", 7},
            {"<=", 6},
            {">=", 6},
            {"|",  2},
            {"^",  3},
            {"&",  4},
            {"<",  6},
            {">",  6},
            {"+",  8},
            {"-",  8},
            {"*",  9},
            {"/",  9},
            {"%",  9},
        };
        const size_t at = in_.position();
        for (const Operator& o : all)
            if (in_.accept(o.text)) {
                in_.back_to(at);
                return o;
            }
        return std::nullopt;
    }

    static std::optional<uint64_t> apply(std::string_view op, uint64_t a, uint64_t b) {
        if (op == "||") return a != 0 || b != 0;
        if (op == "&&") return a != 0 && b != 0;
        if (op == "==") return a == b;
        if (op == "!=") return a != b;
        if (op == "<<") return b < 64 ? a << b : 0;
        if (op == ">>") return b < 64 ? a >> b : 0;
        if (op == "<=") return a <= b;
        if (op == ">=") return a >= b;
        if (op == "|") return a | b;
        if (op == "^") return a ^ b;
        if (op == "&") return a & b;
        if (op == "<") return a < b;
        if (op == ">") return a > b;
        if (op == "+") return a + b;
        if (op == "-") return a - b;
        if (op == "*") return a * b;
        if (b == 0) return std::nullopt;
        return op == "/" ? a / b : a % b;
    }

    // NOLINTNEXTLINE(misc-no-recursion): bounded by most_depth
    std::optional<uint64_t> binary(int level, int depth) {
        if (depth > most_depth) return std::nullopt;
        auto left = unary(depth + 1);
        while (left) {
            const auto op = next_operator();
            if (!op || op->level < level) return left;
            in_.accept(op->text);
            const auto right = binary(op->level + 1, depth + 1);
            if (!right) return std::nullopt;
            left = apply(op->text, *left, *right);
        }
        return left;
    }

    // NOLINTNEXTLINE(misc-no-recursion): bounded by most_depth
    std::optional<uint64_t> unary(int depth) {
        if (depth > most_depth) return std::nullopt;
        if (in_.accept("(")) {
            const auto value = ternary(depth + 1);
            if (!value || !in_.accept(")")) return std::nullopt;
            return value;
        }
        for (const std::string_view op : {"-", "~", "!"})
            if (in_.accept(op)) {
                const auto value = unary(depth + 1);
                if (!value) return std::nullopt;
                return op == "-" ? 0 - *value : op == "~" ? ~*value : uint64_t{*value == 0};
            }
        return in_.number();
    }

    DtsLexer& in_;
};

}  // namespace

std::optional<uint64_t> dts_expression(DtsLexer& in) { return Expression{in}.run(); }

}  // namespace mkl
