#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks the OpenAPI document that the program prints: its form against a JSON Schema of the parts
that it uses, and what no schema says: references, operation ids, path parameters. Then real
requests and responses against the schemas that the document gives for them.

Prints TAP; run it as `openapi_test.py ADMIN_DUMP`.
"""

import json
import re
import subprocess
import sys
from typing import Iterator

import jsonschema

METHODS = ("get", "post", "put", "patch", "delete")
TEXT = {"type": "string", "minLength": 1}

DOCUMENT = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "required": ["openapi", "info", "paths", "components", "security"],
    "additionalProperties": False,
    "properties": {
        "openapi": {"const": "3.1.0"},
        "info": {
            "type": "object",
            "required": ["title", "version"],
            "additionalProperties": False,
            "properties": {"title": TEXT, "version": TEXT, "description": TEXT,
                           "license": {"type": "object", "required": ["name"],
                                       "properties": {"name": TEXT, "identifier": TEXT},
                                       "additionalProperties": False}},
        },
        "paths": {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": False,
            "patternProperties": {"^/": {"$ref": "#/$defs/path"}},
        },
        "components": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "schemas": {"type": "object",
                            "additionalProperties": {"$ref": "#/$defs/schema"}},
                "parameters": {"type": "object",
                               "additionalProperties": {"$ref": "#/$defs/parameter"}},
                "responses": {"type": "object",
                              "additionalProperties": {"$ref": "#/$defs/response"}},
                "securitySchemes": {"type": "object", "additionalProperties": {
                    "type": "object", "required": ["type", "scheme"],
                    "properties": {"type": {"const": "http"}, "scheme": {"const": "bearer"}},
                    "additionalProperties": False}},
            },
        },
        "security": {"$ref": "#/$defs/security"},
    },
    "$defs": {
        "security": {"type": "array",
                     "items": {"type": "object", "additionalProperties": {"type": "array"}}},
        "reference": {"type": "object", "required": ["$ref"], "additionalProperties": False,
                      "properties": {"$ref": {"type": "string", "pattern": "^#/components/"}}},
        "path": {"type": "object", "minProperties": 1, "additionalProperties": False,
                 "properties": {method: {"$ref": "#/$defs/operation"} for method in METHODS}},
        "operation": {
            "type": "object",
            "required": ["operationId", "summary", "responses"],
            "additionalProperties": False,
            "properties": {
                "operationId": {"type": "string", "pattern": "^[a-z0-9_]+$"},
                "summary": TEXT,
                "tags": {"type": "array", "items": TEXT, "minItems": 1, "maxItems": 1},
                "parameters": {"type": "array", "items": {"anyOf": [
                    {"$ref": "#/$defs/parameter"}, {"$ref": "#/$defs/reference"}]}},
                "requestBody": {
                    "type": "object", "required": ["content", "required"],
                    "additionalProperties": False,
                    "properties": {"required": {"type": "boolean"},
                                   "content": {"$ref": "#/$defs/content"}}},
                "responses": {
                    "type": "object",
                    "required": ["default"],
                    "minProperties": 2,
                    "additionalProperties": False,
                    "properties": {"default": {"$ref": "#/$defs/reference"}},
                    "patternProperties": {"^[1-5][0-9]{2}$": {"$ref": "#/$defs/response"}}},
                "security": {"$ref": "#/$defs/security"},
            },
        },
        "parameter": {
            "type": "object",
            "required": ["name", "in", "schema", "required"],
            "additionalProperties": False,
            "properties": {"name": TEXT, "in": {"enum": ["path", "query", "header"]},
                           "required": {"type": "boolean"}, "description": {"type": "string"},
                           "schema": {"$ref": "#/$defs/schema"}},
            "if": {"properties": {"in": {"const": "path"}}},
            "then": {"properties": {"required": {"const": True}}},
        },
        "response": {"type": "object", "required": ["description"], "additionalProperties": False,
                     "properties": {"description": TEXT, "content": {"$ref": "#/$defs/content"}}},
        "content": {"type": "object", "minProperties": 1, "additionalProperties": {
            "type": "object", "required": ["schema"], "additionalProperties": False,
            "properties": {"schema": {"$ref": "#/$defs/schema"}}}},
        "schema": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "$ref": {"type": "string", "pattern": "^#/components/schemas/"},
                "type": {"enum": ["object", "array", "string", "integer", "boolean", "null"]},
                "description": TEXT, "format": TEXT, "pattern": TEXT, "const": TEXT,
                "enum": {"type": "array", "items": TEXT, "minItems": 1, "uniqueItems": True},
                "minimum": {"type": "integer"}, "maximum": {"type": "integer"},
                "default": {"type": "integer"},
                "items": {"$ref": "#/$defs/schema"},
                "anyOf": {"type": "array", "items": {"$ref": "#/$defs/schema"}, "minItems": 2},
                "properties": {"type": "object",
                               "additionalProperties": {"$ref": "#/$defs/schema"}},
                "required": {"type": "array", "items": TEXT, "uniqueItems": True},
                "additionalProperties": {"anyOf": [{"type": "boolean"},
                                                   {"$ref": "#/$defs/schema"}]},
            },
        },
    },
}


def operations(document: dict) -> Iterator[tuple[str, str, dict]]:
    for pattern, path in document["paths"].items():
        for method, operation in path.items():
            yield pattern, method, operation


def references(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        value = list(value.values())
    if isinstance(value, list):
        for element in value:
            yield from references(element)


def resolve(document: dict, reference: str) -> dict:
    found = document
    for part in reference.removeprefix("#/").split("/"):
        found = found[part]
    return found


def the_document_has_the_form_of_openapi(document: dict, _: list) -> None:
    jsonschema.Draft202012Validator(DOCUMENT).validate(document)


def every_schema_is_a_json_schema(document: dict, _: list) -> None:
    for schema in document["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


def every_reference_resolves(document: dict, _: list) -> None:
    found = list(references(document))
    assert len(found) > 20
    for reference in found:
        resolve(document, reference)


def every_component_is_used(document: dict, _: list) -> None:
    used = set(references(document))
    unused = [f"#/components/parameters/{name}" for name in document["components"]["parameters"]]
    assert not set(unused) - used, set(unused) - used


def operation_ids_are_unique(document: dict, _: list) -> None:
    ids = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(ids) == len(set(ids)), ids


def path_parameters_are_those_of_the_path(document: dict, _: list) -> None:
    for pattern, method, operation in operations(document):
        declared = [p["name"] for p in operation["parameters"] if p.get("in") == "path"]
        assert declared == re.findall(r"{(\w+)}", pattern), (method, pattern)


def paths_differ_by_more_than_names(document: dict, _: list) -> None:
    shapes = [re.sub(r"{\w+}", "{}", pattern) for pattern in document["paths"]]
    assert len(shapes) == len(set(shapes)), shapes


def only_health_needs_no_token(document: dict, _: list) -> None:
    free = {pattern for pattern, _, operation in operations(document)
            if operation.get("security") == []}
    assert free == {"/healthz", "/readyz"}, free


def check(document: dict, schema: dict, value: object, where: str) -> None:
    whole = schema | {"components": document["components"]}  # what its references are to
    errors = list(jsonschema.Draft202012Validator(whole).iter_errors(value))
    assert not errors, f"{where}: {errors[0].message} at {errors[0].json_path}"


def real_responses_are_as_described(document: dict, examples: list) -> None:
    assert len(examples) > 10
    for example in examples:
        operation = document["paths"][example["pattern"]][example["method"].lower()]
        where = f"{example['method']} {example['target']}"
        described = operation["responses"].get(str(example["status"]))
        if described is None:
            assert example["status"] >= 400, (where, example["status"])
            described = resolve(document, operation["responses"]["default"]["$ref"])
        if "content" not in described:
            assert example["body"] is None, where
            continue
        check(document, described["content"][example["type"]]["schema"], example["body"], where)


def real_requests_are_as_described(document: dict, examples: list) -> None:
    checked = 0
    for example in examples:
        if example["request"] is None or example["status"] >= 400:
            continue
        operation = document["paths"][example["pattern"]][example["method"].lower()]
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        check(document, schema, example["request"], f"{example['method']} {example['target']}")
        checked += 1
    assert checked > 3


TESTS = (
    the_document_has_the_form_of_openapi,
    every_schema_is_a_json_schema,
    every_reference_resolves,
    every_component_is_used,
    operation_ids_are_unique,
    path_parameters_are_those_of_the_path,
    paths_differ_by_more_than_names,
    only_health_needs_no_token,
    real_responses_are_as_described,
    real_requests_are_as_described,
)


def main() -> int:
    dump = json.loads(subprocess.run([sys.argv[1]], check=True, capture_output=True).stdout)
    print(f"1..{len(TESTS)}")
    failed = 0
    for number, test in enumerate(TESTS, 1):
        name = test.__name__.replace("_", " ")
        try:
            test(dump["document"], dump["examples"])
            print(f"ok {number} {name}")
        except (AssertionError, KeyError, jsonschema.exceptions.ValidationError) as error:
            failed += 1
            print(f"not ok {number} {name}")
            for line in str(error).splitlines()[:20]:
                print(f"# {line}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
