// SPDX-License-Identifier: BSD-2-Clause
// JSON Schema (2020-12) from the key tables.
#include "mkl/manifest/manifest.hpp"
#include "mkl/support/json.hpp"
#include "mkl/support/text.hpp"
#include "numbers.hpp"
#include "shape.hpp"

namespace mkl {

namespace {

using manifest::KeyDoc;
using manifest::Shape;

Json schema_of(const Shape& shape);

Json required_list(std::string_view key) {
    return Json::object().set("required", Json::array().add(key));
}

Json number_schema(const Shape& shape) {
    Json number = Json::object();
    number.set("type", "integer").set("minimum", shape.min);
    if (shape.max != UINT64_MAX) number.set("maximum", shape.max);
    const bool is_size = shape.kind == Shape::Kind::size;
    Json text = Json::object();
    text.set("type", "string")
        .set("pattern", is_size ? manifest::size_pattern : manifest::integer_pattern);
    Json either = Json::array();
    either.add(std::move(number)).add(std::move(text));
    return Json::object().set("anyOf", std::move(either));
}

Json mapping_schema(const Shape& shape) {
    Json properties = Json::object(), required = Json::array();
    for (const KeyDoc& k : shape.keys) {
        Json value = schema_of(*k.shape);
        value.set("description", k.description);
        properties.set(k.name, std::move(value));
        if (k.required) required.add(k.name);
    }
    Json out = Json::object();
    out.set("type", "object").set("properties", std::move(properties));
    out.set("additionalProperties", false);
    if (!required.empty()) out.set("required", std::move(required));
    Json conditions = Json::array();
    if (!shape.needs_one.empty()) {
        Json any = Json::array();
        for (const std::string_view key : shape.needs_one) any.add(required_list(key));
        conditions.add(Json::object().set("anyOf", std::move(any)));
    }
    if (!shape.at_most_one.empty()) {
        Json both = Json::array();
        for (const std::string_view key : shape.at_most_one) both.add(key);
        Json all = Json::object().set("required", std::move(both));
        conditions.add(Json::object().set("not", std::move(all)));
    }
    for (const manifest::KeyScope& s : shape.scopes) {
        Json values = Json::array();
        for (const std::string_view v : s.values) values.add(v);
        Json by = Json::object();
        by.set(s.by, Json::object().set("enum", std::move(values)));
        conditions.add(Json::object()
                           .set("if", required_list(s.key))
                           .set("then", Json::object().set("properties", std::move(by))));
    }
    if (!conditions.empty()) out.set("allOf", std::move(conditions));
    return out;
}

Json schema_of(const Shape& shape) {
    Json out = Json::object();
    switch (shape.kind) {
    case Shape::Kind::text:
        out.set("type", "string").set("minLength", 1);
        if (!shape.pattern.empty()) out.set("pattern", shape.pattern);
        return out;
    case Shape::Kind::integer:
    case Shape::Kind::size:
        return number_schema(shape);
    case Shape::Kind::duration:
        return out.set("type", "string").set("pattern", manifest::duration_pattern);
    case Shape::Kind::boolean:
        return out.set("type", "boolean");
    case Shape::Kind::choice: {
        Json values = Json::array();
        for (const std::string_view c : shape.choices) values.add(c);
        return out.set("enum", std::move(values));
    }
    case Shape::Kind::keys:
        return mapping_schema(shape);
    case Shape::Kind::named: {
        Json types = Json::array();
        types.add("object").add("null");
        return out.set("type", std::move(types))
            .set("additionalProperties", schema_of(*shape.item));
    }
    case Shape::Kind::list: {
        Json types = Json::array();
        types.add("array").add("null");
        return out.set("type", std::move(types)).set("items", schema_of(*shape.item));
    }
    case Shape::Kind::any: {
        Json any = Json::array();
        for (const Shape* s : shape.any) any.add(schema_of(*s));
        return out.set("anyOf", std::move(any));
    }
    }
    return out;
}

}  // namespace

std::string system_schema_json() {
    Json out = Json::object();
    out.set("$schema", "https://json-schema.org/draft/2020-12/schema")
        .set("title", "mkl system description, version 1");
    Json body = mapping_schema(manifest::system_shape());
    out.merge(std::move(body));
    return out.text() + '\n';
}

}  // namespace mkl
