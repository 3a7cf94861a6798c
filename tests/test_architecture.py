"""Imports flow one way, scoring needs no torch, and importing the packages does nothing."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# A package may import itself and those before it.
ORDER = ("annotations", "corpus", "pipeline", "evaluation", "training")
FORBIDDEN_IN_PIPELINE = {"torch", "transformers", "training", "datasets", "safetensors"}
# What a command module may load before it knows which command is wanted.
LIGHT = {*sys.stdlib_module_names, "typer", "annotations.errors"}
HEAVY = ("torch", "transformers", "spacy", "datasets", "onnxruntime", "numpy", "pandas")


@dataclass(frozen=True, slots=True)
class Import:
    """An imported module, where it stands, and whether it runs with the module."""

    module: str
    where: str
    at_top: bool


def modules(package: str) -> list[Path]:
    found = sorted((ROOT / package).rglob("*.py"))
    assert found, f"no module in {package}"
    return found


def parse_imports(source: str, *, name: str) -> Iterator[Import]:
    """Every import of a module; those under `if TYPE_CHECKING` never run, so are not at top."""
    tree = ast.parse(source)
    lazy = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        or (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test))
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            # A relative import stays in its package but hides which one; none is wanted.
            assert node.level == 0, f"{name}:{node.lineno}: relative import"
            names = [node.module or ""]
        else:
            continue
        for module in names:
            yield Import(module, f"{name}:{node.lineno}", node not in lazy)


def imports(path: Path) -> list[Import]:
    name = path.relative_to(ROOT).as_posix()
    return list(parse_imports(path.read_text(encoding="utf-8"), name=name))


def root(module: str) -> str:
    return module.partition(".")[0]


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def is_cli(path: Path) -> bool:
    return path.name == "cli.py"


@pytest.mark.parametrize("package", ORDER)
def test_imports_flow_one_way(package: str) -> None:
    later = set(ORDER[ORDER.index(package) + 1 :])
    wrong = [
        f"{found.where} imports {found.module}"
        for path in modules(package)
        for found in imports(path)
        # Commands load lazily what joins the packages.
        if root(found.module) in later and (found.at_top or not is_cli(path))
    ]
    assert wrong == []


def test_no_package_imports_tests_or_benchmarks() -> None:
    wrong = [
        f"{found.where} imports {found.module}"
        for package in ORDER
        for path in modules(package)
        for found in imports(path)
        if root(found.module) in {"tests", "benchmarks"}
    ]
    assert wrong == []


def test_pipeline_needs_neither_training_nor_torch() -> None:
    wrong = [
        f"{found.where} imports {found.module}"
        for path in modules("pipeline")
        for found in imports(path)
        if root(found.module) in FORBIDDEN_IN_PIPELINE
    ]
    assert wrong == []


def test_command_modules_load_nothing_heavy() -> None:
    paths = [path for package in ORDER for path in modules(package) if is_cli(path)]
    assert len(paths) >= 2
    wrong = [
        f"{found.where} imports {found.module}"
        for path in paths
        for found in imports(path)
        if found.at_top and not {found.module, root(found.module)} & LIGHT
    ]
    assert wrong == []


def loaded_by(*names: str) -> list[str]:
    """Which heavy packages a fresh interpreter has loaded after importing modules."""
    code = (
        f"import sys, importlib\nfor name in {names!r}:\n    importlib.import_module(name)\n"
        f"print(*(name for name in {HEAVY!r} if name in sys.modules))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    return result.stdout.split()


def test_importing_the_packages_loads_nothing() -> None:
    assert loaded_by(*ORDER) == []


def test_importing_the_commands_loads_nothing() -> None:
    names = [dotted(path) for package in ORDER for path in modules(package) if is_cli(path)]
    assert loaded_by(*names) == []


def test_annotations_and_reports_load_neither_torch_nor_spacy() -> None:
    names = [
        dotted(path)
        for package in ("annotations", "corpus")
        for path in modules(package)
        # The one format that is spaCy's own.
        if path.name not in ("__init__.py", "docbin.py")
    ]
    assert set(loaded_by(*names)) & {"torch", "transformers", "spacy", "datasets"} == set()


def test_scoring_works_without_torch() -> None:
    names = [dotted(path) for path in modules("pipeline") if path.name != "__init__.py"]
    # spaCy loads torch of its own accord where it is installed: make that impossible.
    code = (
        "import sys, importlib\n"
        "sys.modules['torch'] = sys.modules['transformers'] = None\n"
        f"for name in {names!r}:\n    importlib.import_module(name)\n"
        "assert 'training' not in sys.modules"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import a.b, c", [("a.b", True), ("c", True)]),
        ("def f():\n    from a import b", [("a", False)]),
        ("try:\n    import a\nexcept ImportError:\n    pass", [("a", True)]),
        ("class C:\n    import a", [("a", True)]),
        ("if TYPE_CHECKING:\n    import a", [("a", False)]),
        ("async def f():\n    def g():\n        import a", [("a", False)]),
    ],
)
def test_imports_are_found(source: str, expected: list[tuple[str, bool]]) -> None:
    found = parse_imports(source, name="x.py")
    assert [(item.module, item.at_top) for item in found] == expected
