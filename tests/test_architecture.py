import ast
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "src"
FILES = {
    path.relative_to(SOURCE).as_posix(): ast.parse(path.read_text())
    for path in sorted(SOURCE.rglob("*.py"))
    if "__pycache__" not in path.parts
}
DOMAIN = {name: tree for name, tree in FILES.items() if name.startswith("domain/")}
CORE = {"base", "childprocess", "cipher", "errors", "frames", "gemini", "leases", "outbox"}
PARTS = {  # what each part of the domain may import of the others
    "users": set(),
    "credits": {"users"},
    "catalogue": set(),
    "chats": {"users"},
    "idempotency": {"users"},
    "payments": {"users", "credits", "catalogue", "idempotency"},
    "retrieval": {"chats"},
    "insights": {"users", "credits", "catalogue", "chats", "retrieval"},
}
OPEN_TO_OTHER_PARTS = {
    "models",
    "service",
    "errors",
    "states",
    "statistics",
    "lookup",
    "transcript",
    "data",
    "seed",
    "rows",
    "claims",
    "options",
}
FRAMEWORKS = {"app", "litestar", "litestar_saq", "redis", "saq", "uvicorn"}


def imported(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or "."
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_the_domain_knows_no_framework_and_no_process():
    found = {(name, module) for name, tree in DOMAIN.items() for module in imported(tree)}
    assert [(name, module) for name, module in found if module.partition(".")[0] in FRAMEWORKS] == []


def test_parts_of_the_domain_import_one_way_and_through_services():
    wrong = []
    for name, tree in DOMAIN.items():
        own = name.split("/")[1].removesuffix(".py")
        for module in imported(tree):
            head, part, inner, *_ = [*module.split("."), "", ""]
            if head != "domain" or part in {own, ""} | CORE:
                continue
            if part not in PARTS[own] or inner not in OPEN_TO_OTHER_PARTS | {""}:
                wrong.append((name, module))
    assert wrong == []


def test_every_part_of_the_domain_has_its_rule():
    assert {name.split("/")[1] for name in DOMAIN if name.count("/") > 1} == set(PARTS)


def test_only_the_settings_read_the_environment():
    # The command line hands the environment on; the embedded servers are processes of their own.
    allowed = ("app/settings.py", "app/cli.py", "app/embedded/")
    readers = {
        name
        for name, tree in FILES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "environb", "getenv"}
    }
    assert [name for name in readers if not name.startswith(allowed)] == []


def test_files_and_functions_keep_to_a_size_that_can_be_read():
    lines = {name: (SOURCE / name).read_text().count("\n") for name in FILES}
    assert {name: count for name, count in lines.items() if count > 400} == {}
    functions = {
        f"{name}:{node.name}": node.end_lineno - node.lineno + 1
        for name, tree in FILES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert {name: count for name, count in functions.items() if count > 50} == {}
