"""Rules of the house that a machine can keep: sizes, clocks, queries, words."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("recognition", "camera_agent", "fines_api", "models", "deploy")
MAX_MODULE_LINES = 400
MAX_FUNCTION_LINES = 60
CLOCKS = {"fines_api/kit/clock.py", "camera_agent/clock.py", "recognition/clock.py", "deploy/demo/clock.py"}


def modules() -> Iterator[tuple[str, ast.Module, str]]:
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            if path.parent.name == "versions":  # a schema revision is a record, as long as the schema
                continue
            text = path.read_text(encoding="utf-8")
            yield path.relative_to(ROOT).as_posix(), ast.parse(text), text


def test_import_contracts_are_kept() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:]


def test_modules_and_functions_stay_small() -> None:
    too_long = [name for name, _, text in modules() if text.count("\n") > MAX_MODULE_LINES]
    too_long += [
        f"{name}:{node.name} {node.end_lineno - node.lineno + 1}"
        for name, tree, _ in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno
        and node.end_lineno - node.lineno + 1 > MAX_FUNCTION_LINES
    ]
    assert too_long == []


def test_only_the_clock_asks_what_time_it_is() -> None:
    asked = [
        f"{name}:{node.lineno}"
        for name, tree, _ in modules()
        if name not in CLOCKS
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"now", "utcnow", "today"}
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in {"datetime", "date"}
    ]
    assert asked == []


def test_queries_are_written_in_repositories_only() -> None:
    allowed = ("/repository.py", "fines_api/db/")
    found = [
        f"{name}:{node.lineno}"
        for name, tree, _ in modules()
        if name.startswith("fines_api/") and not any(part in name for part in allowed)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        and node.module == "sqlalchemy"
        and any(alias.name in {"select", "insert", "update", "delete"} for alias in node.names)
    ]
    assert found == []


@pytest.mark.parametrize("name", ["utils", "helpers", "common", "misc"])
def test_no_room_without_a_purpose(name: str) -> None:
    found = [path for room in ROOMS for path in (ROOT / room).rglob(f"{name}*") if path.suffix in {"", ".py"}]
    assert found == []


def test_nothing_is_silently_swallowed() -> None:
    swallowed = [
        f"{name}:{handler.lineno}"
        for name, tree, _ in modules()
        for handler in ast.walk(tree)
        if isinstance(handler, ast.ExceptHandler)
        and (handler.type is None or (isinstance(handler.type, ast.Name) and handler.type.id == "BaseException"))
        and not any(isinstance(node, ast.Raise) for node in ast.walk(handler))
    ]
    assert swallowed == []
