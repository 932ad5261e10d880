"""Whether an OpenAPI document keeps the contract of tests/data/contract/api.json."""

import json
from pathlib import Path

CONTRACT = json.loads((Path(__file__).parents[1] / "data" / "contract" / "api.json").read_text())
_JSON_TYPES = {
    "string": {"string"},
    "uuid": {"string"},
    "datetime": {"string"},
    "decimal": {"string", "number"},
    "integer": {"integer"},
    "number": {"number", "integer"},
    "boolean": {"boolean"},
    "array": {"array"},
    "object": {"object"},
    "file": {"string"},
}


class Document:
    """An OpenAPI document, with references followed and unions taken apart."""

    def __init__(self, document):
        self._document = document
        self._paths = {_shape(path): item for path, item in document["paths"].items()}

    def operation(self, method, path):
        """An operation by its path, whatever the parameters are called; None when there is none."""
        return self._paths.get(_shape(path), {}).get(method.lower())

    def resolve(self, node):
        while "$ref" in node:
            target = self._document
            for key in node["$ref"].removeprefix("#/").split("/"):
                target = target[key.replace("~1", "/").replace("~0", "~")]
            node = target
        return node

    def variants(self, schema):
        schema = self.resolve(schema)
        parts = schema.get("anyOf") or schema.get("oneOf")
        return [variant for part in parts for variant in self.variants(part)] if parts else [schema]

    def json_types(self, schema):
        found = set()
        for variant in self.variants(schema):
            of_values = "string" if "enum" in variant else "object" if "properties" in variant else "any"
            stated = variant.get("type", of_values)
            found |= set(stated if isinstance(stated, list) else [stated])
        return found

    def fields(self, schema):
        properties, required = {}, set()
        for variant in self.variants(schema):
            properties |= variant.get("properties", {})
            required |= set(variant.get("required", []))
        return properties, required

    def items(self, schema):
        return next((variant["items"] for variant in self.variants(schema) if variant.get("type") == "array"), None)


def _shape(path):
    return tuple("{}" if part.startswith("{") else part for part in path.split("/") if part)


def breaches(document, wanted):
    """What is wrong with one operation of the contract, a line each."""
    document = Document(document)
    operation = document.operation(wanted["method"], wanted["path"])
    if operation is None:
        return ["missing"]
    found = []
    if wanted.get("deprecated") and not operation.get("deprecated"):
        found.append("not marked deprecated")
    if wanted["auth"] == "bearer":
        found += [] if operation.get("security") else ["no security requirement"]
        found += [] if "401" in operation["responses"] else ["answer 401 is not documented"]
    return found + _request_breaches(document, wanted, operation) + _answer_breaches(document, wanted, operation)


def _request_breaches(document, wanted, operation):
    content = operation.get("requestBody", {}).get("content", {})
    found = []
    for media_type, fields in (
        ("application/json", wanted.get("request", {})),
        ("multipart/form-data", wanted.get("multipart", {})),
    ):
        properties, required = document.fields(content.get(media_type, {}).get("schema", {}))
        for name, spec in fields.items():
            found += _type_breaches(document, f"{media_type} {name}", properties.get(name), spec)
            if spec.endswith("*") != (name in required):
                found.append(f"{media_type} {name} is{'' if name in required else ' not'} required")
    return found


def _answer_breaches(document, wanted, operation):
    answer = document.resolve(operation["responses"].get("200", {}))
    schema = answer.get("content", {}).get("application/json", {}).get("schema")
    fields = wanted.get("response")
    if name := wanted.get("response_of") or wanted.get("response_array_of"):
        fields = CONTRACT["types"][name]
    if not isinstance(fields, dict):
        return [] if answer else ["no 200 answer"]
    if schema is not None and "response_array_of" in wanted:
        schema = document.items(schema)
    if schema is None:
        return ["no 200 answer of that kind"]
    properties, _ = document.fields(schema)
    found = []
    for field, spec in fields.items():
        found += _type_breaches(document, field, properties.get(field), spec)
        if field in properties and not spec.endswith("?") and "null" in document.json_types(properties[field]):
            found.append(f"{field} may be null")
    return found


def _type_breaches(document, name, schema, spec):
    if schema is None:
        return [f"no field {name}"]
    allowed = _JSON_TYPES.get(spec.rstrip("?*"))
    found = document.json_types(schema) - {"null"}
    if allowed is None or found & (allowed | {"any"}):
        return []
    return [f"{name} is {sorted(found)}, not {spec}"]
