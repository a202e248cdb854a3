"""Mutation testing: small faults, one at a time, in what checks and forbids, and the tests that should see them.

    python -m reliability.mutation [--mutants 15 | --all] [--seed 0] [NAME ...]

Mutated are the checkers, the rules, and the kernels that have plain twins, with compilation off (NUMBA_DISABLE_JIT):
there a decorated kernel is a plain function, while tools for mutation pass over whatever is decorated. Every mutant is
tried in a process of its own, forked from one that has imported heavy libraries and nothing of peermatch; it ends with
the first test that fails. Of a large file a sample is drawn, by the seed.

A file without a single mutant is a failure (exit code 1), and so is one whose tests fail without any fault. What
survives is listed; `reliability/mutants.md` judges it.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import importlib.abc
import importlib.util
import os
import random
import resource
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parent.parent
_MORE, _RULES = "tests/verify/test_mutants_verify.py", "tests/criteria/test_mutants_rules.py"
"""Tests that were written because a mutant survived."""

TARGETS: Mapping[str, tuple[str, ...]] = {
    **{
        f"verify/{name}.py": (*(f"tests/verify/test_verify_{test}.py" for test in tests), _MORE)
        for name, tests in {
            "validity": ("validity",),
            "optimality": ("optimality", "bounds"),
            "slack": ("optimality", "bounds"),
            "forest": ("optimality",),
            "worst_first": ("worst_first",),
            "stability": ("stability", "listed"),
            "partition": ("stability", "listed"),
            "listing": ("listed",),
            "wishes": ("listed", "stability"),
            "refusing": ("listed", "stability"),
            "trios": ("trios",),
            "circles": ("circles",),
            "rings": ("rings",),
            "rounds": ("rounds",),
        }.items()
    },
    "verify/flow.py": ("tests/solvers/test_transport.py",),
    "verify/leximin.py": ("tests/solvers/test_leximin.py",),
    "verify/protected.py": ("tests/verify/test_verify_rounds.py",),
    "verify/evidence.py": ("tests/verify/test_verify_evidence_planted.py",),
    "verify/evidence_problem.py": ("tests/verify/test_verify_evidence_planted.py",),
    "verify/evidence_similarity.py": ("tests/verify/test_verify_evidence_scores.py",),
    "verify/evidence_rules.py": ("tests/verify/test_verify_evidence_scores.py",),
    "verify/document_checks.py": ("tests/verify/test_verify_document.py",),
    "criteria/masks.py": ("tests/criteria/test_rules.py", _RULES),
    "criteria/enforcing.py": ("tests/criteria/test_rules.py", _RULES),
    "criteria/listed.py": ("tests/criteria/test_rules.py", "tests/contracts/test_criterion_contract.py"),
    "criteria/history.py": ("tests/criteria/test_rules.py", "tests/criteria/test_novelty.py"),
    "criteria/lines.py": ("tests/criteria/test_rules.py",),
    "kernels/pair_masks.py": ("tests/kernels/test_pair_kernels.py",),
    "kernels/pair_similarity.py": ("tests/kernels/test_pair_kernels.py",),
    "kernels/pair_lists.py": ("tests/kernels/test_pair_kernels.py",),
    "kernels/pair_scores.py": ("tests/kernels/test_pair_kernels.py", "tests/test_whole_runs.py"),
}
"""What is mutated, and the tests that should see it."""

_SWAPS: Mapping[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.FloorDiv: ast.Mult, ast.Div: ast.Mult,
    ast.And: ast.Or, ast.Or: ast.And, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip
_NAMES = {"min": "max", "max": "min", "any": "all", "all": "any"}


@dataclass(frozen=True)
class Mutant:
    """One small fault.

    Attributes
    ----------
    line : int
    said : str
        What is changed.
    source : str
        Of the whole file, without it.
    node, number : int
        Which node it is at, in the order of a walk, and which of the changes there.
    """

    line: int
    said: str
    source: str
    node: int
    number: int

    @property
    def tree(self) -> ast.Module:
        """The whole file with the fault."""
        tree = ast.parse(self.source)
        node = next(one for at, one in enumerate(ast.walk(tree)) if at == self.node)
        _, change = list(_changes(node))[self.number]
        change()
        return ast.fix_missing_locations(tree)


def mutants_of(source: str) -> list[Mutant]:
    """Return every mutant of a file, by lines."""
    plain = ast.parse(source)
    silent = _changes_nothing(plain)
    found = [
        Mutant(getattr(node, "lineno", 0), said, source, place, number)
        for place, node in enumerate(ast.walk(plain))
        if node not in silent
        for number, (said, _) in enumerate(_changes(node))
    ]
    return sorted(found, key=lambda mutant: mutant.line)


def _changes_nothing(tree: ast.Module) -> set[ast.AST]:
    """Return what no test could see: annotations, which are never evaluated, and numbers within messages."""
    found: set[ast.AST] = set()
    for node in ast.walk(tree):
        parts = [getattr(node, "annotation", None), getattr(node, "returns", None)]
        parts += [node] if isinstance(node, ast.JoinedStr) else []
        found.update(one for part in parts if isinstance(part, ast.AST) for one in ast.walk(part))
    return found


def _changes(node: ast.AST) -> Iterator[tuple[str, Callable[[], None]]]:
    """Yield what may be changed at a node, each with the function that does it."""
    if isinstance(node, ast.Compare):
        for at, sign in enumerate(node.ops):
            if type(sign) in _SWAPS:
                yield _swap(node.ops, at, sign)
    elif isinstance(node, ast.BinOp | ast.BoolOp | ast.AugAssign) and type(node.op) in _SWAPS:
        new = _SWAPS[type(node.op)]
        yield f"{type(node.op).__name__} -> {new.__name__}", lambda: setattr(node, "op", new())
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield (
            "not dropped",
            lambda: setattr(node, "op", ast.UAdd()) or setattr(node, "operand", _as_bool(node.operand)),
        )
    elif isinstance(node, ast.Constant) and type(node.value) is int:
        value = node.value
        yield f"{value} -> {value + 1}", lambda: setattr(node, "value", value + 1)
    elif isinstance(node, ast.Constant) and type(node.value) is bool:
        yield f"{node.value} -> {not node.value}", lambda: setattr(node, "value", not node.value)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _NAMES:
        name = node.func
        yield f"{name.id} -> {_NAMES[name.id]}", lambda: setattr(name, "id", _NAMES[name.id])
    elif isinstance(node, ast.FunctionDef):
        for at, statement in enumerate(node.body):
            if isinstance(statement, ast.Expr | ast.AugAssign) and not _is_text(statement):
                yield (
                    f"left out: {ast.unparse(statement)[:60]}",
                    lambda at=at: node.body.__setitem__(at, ast.Pass()),
                )
    elif isinstance(node, ast.If):
        yield "if -> never", lambda: setattr(node, "test", ast.Constant(False))
    elif isinstance(node, ast.Continue | ast.Break):
        pass


def _swap(signs: list[ast.cmpop], at: int, sign: ast.cmpop) -> tuple[str, Callable[[], None]]:
    new = _SWAPS[type(sign)]
    return f"{type(sign).__name__} -> {new.__name__}", lambda: signs.__setitem__(at, new())  # type: ignore[call-overload]


def _as_bool(node: ast.expr) -> ast.expr:
    return ast.Call(ast.Name("bool", ast.Load()), [node], [])


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


# ---- trying them ------------------------------------------------------------------------------------------


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Puts a mutated module in the place of the one in the file."""

    def __init__(self, name: str, path: Path, tree: ast.Module) -> None:
        self.name, self.path, self.tree = name, path, tree

    def find_spec(self, name: str, path: object = None, target: object = None) -> object:
        if name != self.name:
            return None
        return importlib.util.spec_from_file_location(name, self.path, loader=self)  # type: ignore[arg-type]

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self.tree, str(self.path), "exec"), module.__dict__)


def tried(
    name: str, tree: ast.Module | None, tests: Sequence[str], seconds: int, root: Path, package: str
) -> bool:
    """Run tests with a mutant in a process of its own; return whether all of them pass."""
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):
            resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, 1)
            os.dup2(nowhere, 2)
            os.chdir(root)
            if tree is not None:
                module = f"{package}.{name.removesuffix('.py').replace('/', '.')}"
                sys.meta_path.insert(0, _Finder(module, root / "src" / package / name, tree))
            import pytest

            code = pytest.main(["-x", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", *tests])
            os._exit(0 if code == 0 else 1)
        os._exit(1)
    return os.waitpid(child, 0)[1] == 0


@dataclass
class Outcome:
    """What became of a file's mutants."""

    name: str
    mutants: int = 0
    tried: int = 0
    survived: tuple[Mutant, ...] = ()
    fault: str = ""


def outcome_of(
    name: str,
    tests: Sequence[str],
    most: int | None,
    seed: int,
    *,
    root: Path = ROOT,
    package: str = "peermatch",
) -> Outcome:
    """Try the mutants of one file."""
    path = root / "src" / package / name
    if not path.exists() or not all((root / test).exists() for test in tests):
        return Outcome(name, fault="the file, or its tests, are not there")
    source = path.read_text(encoding="utf-8")
    every = mutants_of(source)
    if not every:
        return Outcome(name, fault="not a single mutant")
    start = time.perf_counter()
    if not tried(name, None, tests, 600, root, package):
        return Outcome(name, len(every), fault="its tests fail without any fault")
    seconds = int(5 * (time.perf_counter() - start)) + 10
    chosen = every if most is None else random.Random(f"{seed} {name}").sample(every, min(most, len(every)))
    survived = [mutant for mutant in chosen if tried(name, mutant.tree, tests, seconds, root, package)]
    ordered = tuple(sorted(survived, key=lambda mutant: mutant.line))
    return Outcome(name, len(every), len(chosen), ordered)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Mutation testing of checkers, rules and kernels.")
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="part of a file's name, such as verify/trios"
    )
    parser.add_argument("--mutants", type=int, default=15, help="at most so many of each file")
    parser.add_argument("--all", action="store_true", help="every mutant")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args(arguments)
    os.environ["NUMBA_DISABLE_JIT"] = "1"
    for heavy in ("numpy", "pandas", "scipy.sparse", "numba", "sklearn.base", "pytest"):
        importlib.import_module(heavy)
    faults = killed = all_tried = 0
    for name, tests in TARGETS.items():
        if asked.names and not any(part in name for part in asked.names):
            continue
        found = outcome_of(name, tests, None if asked.all else asked.mutants, asked.seed)
        if found.fault:
            faults += 1
            print(f"{name}: FAILURE: {found.fault}", flush=True)
            continue
        dead = found.tried - len(found.survived)
        killed, all_tried = killed + dead, all_tried + found.tried
        print(f"{name}: {found.mutants} mutants, {found.tried} tried, {dead} killed", flush=True)
        for mutant in found.survived:
            print(f"  survived {name}:{mutant.line}: {mutant.said}", flush=True)
    share = killed / all_tried if all_tried else 0
    print(f"{all_tried} mutants tried, {killed} killed ({share:.0%}); {faults} files failed")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
