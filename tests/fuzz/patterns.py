"""Every regular expression of the packages, and texts made to keep each busy: a repeat is reached, pumped, and fails
behind itself. Nested repeats and neighbours that take the same characters then show as time that doubles with a unit.

The texts are made from the expression's own parse tree. Not here: how long a text of a reader may be, which is what a
repeat that takes the square of its length is judged by (test_time.py).
"""

import ast
import importlib
import pkgutil
import random
import re
import re._constants as sre  # type: ignore[import-not-found]  # no stubs, as for the next
import re._parser as parser  # type: ignore[import-not-found]
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import corpus
import eval as evaluation
import indexer
import search_api

_MANY = 20
"""Repeats with a lower bound are no danger."""
_EXAMPLES = {
    sre.CATEGORY_DIGIT: "1", sre.CATEGORY_SPACE: " ", sre.CATEGORY_WORD: "a",
    sre.CATEGORY_NOT_SPACE: "x", sre.CATEGORY_NOT_DIGIT: "x", sre.CATEGORY_NOT_WORD: "-",
}  # fmt: skip
_REPEATS = (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT)

Tree = Any
"""What the standard library parses an expression to: pairs of an operation and its arguments."""


def modules() -> list[str]:
    packages = (corpus, indexer, search_api, evaluation)
    found = [module.name for p in packages for module in pkgutil.walk_packages(p.__path__, f"{p.__name__}.")]
    return [name for name in found if ".peers." not in name]  # what they import need not be installed


def patterns(name: str) -> list[re.Pattern[Any]]:
    """Those that a module compiles, and those that it gives to re's functions where they stand."""
    module = importlib.import_module(name)
    found = [pattern for value in vars(module).values() for pattern in _inside(value, 3)]
    return list({(p.pattern, p.flags): p for p in [*found, *_inline(module)]}.values())


def _inside(value: object, depth: int) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif depth and isinstance(value, (tuple, list, dict)):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _inside(part, depth - 1)


def _inline(module: ModuleType) -> Iterator[re.Pattern[Any]]:
    with open(str(module.__file__), encoding="utf-8") as file:
        tree = ast.parse(file.read())
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("re.") and node.args:
            try:
                yield re.compile(eval(ast.unparse(node.args[0]), dict(vars(module))))
            except (NameError, TypeError, re.error):  # made of what only the function knows
                continue


def attacks(pattern: re.Pattern[Any], length: int, chance: random.Random, tries: int) -> Iterator[Any]:
    """Texts of about that length, or bytes where the pattern takes bytes."""
    tree = parser.parse(pattern.pattern, pattern.flags)
    made = _Maker(tree, chance)
    for reach, body in made.repeats(tree, lambda: ""):
        for _ in range(tries):
            before, unit, after = reach(), made.example(body) or "a", chance.choice(["", "\0", "甲", "x"])
            before, unit = chance.choice([(before, unit), ("", before + unit), (before, unit + made.character())])
            text = before + unit * (length // len(unit)) + after
            yield text.encode("latin-1", "ignore") if isinstance(pattern.pattern, bytes) else text


class _Maker:
    """Makes texts that an expression matches, of the characters that stand in it."""

    def __init__(self, tree: Tree, chance: random.Random) -> None:
        self._chance = chance
        self._characters = sorted({" ", "甲", "1", "a", "\n", *_characters(tree)})

    def character(self) -> str:
        return self._chance.choice(self._characters)

    def example(self, tree: Tree) -> str:
        return "".join(self._one(operation, arguments) for operation, arguments in tree)

    def _one(self, operation: object, arguments: Tree) -> str:
        if operation is sre.LITERAL:
            return chr(arguments)
        if operation is sre.ANY:
            return "甲"
        if operation in (sre.IN, sre.NOT_LITERAL):
            return self._of_set(arguments if operation is sre.IN else [(sre.NEGATE, None), (sre.LITERAL, arguments)])
        if operation in _REPEATS:
            least, most, body = arguments
            times = least if self._chance.random() < 0.7 else min(most, least + 1)
            return "".join(self.example(body) for _ in range(times))
        bodies = _bodies(operation, arguments)
        return self.example(self._chance.choice(bodies)) if bodies else ""

    def _of_set(self, members: Tree) -> str:
        fitting = [character for character in self._characters if _accepts(members, character)]
        return self._chance.choice(fitting or ["x"])

    def repeats(self, tree: Tree, before: Callable[[], str]) -> Iterator[tuple[Callable[[], str], Tree]]:
        """The body of each repeat that may go on for long, and what makes a text that leads to it."""
        items = list(tree)
        for i, (operation, arguments) in enumerate(items):

            def reach(i: int = i) -> str:
                return before() + self.example(items[:i])

            if operation in _REPEATS:
                if arguments[1] >= _MANY:
                    yield reach, arguments[2]
                yield from self.repeats(arguments[2], reach)
            for body in _bodies(operation, arguments):
                yield from self.repeats(body, reach)


def _bodies(operation: object, arguments: Tree) -> list[Tree]:
    """What stands inside a group, or in the branches of a choice; looks around match nothing."""
    if operation is sre.BRANCH:
        return list(arguments[1])
    if operation is sre.SUBPATTERN:
        return [arguments[3]]
    return [arguments] if operation is sre.ATOMIC_GROUP else []


def _characters(tree: Tree) -> Iterator[str]:
    for operation, arguments in tree:
        if operation is sre.LITERAL:
            yield chr(arguments)
        elif operation is sre.IN:
            for kind, value in arguments:
                yield from _EXAMPLES.get(value, "x") if kind is sre.CATEGORY else ""
                yield from chr(value) if kind is sre.LITERAL else chr(value[0]) if kind is sre.RANGE else ""
        elif operation in _REPEATS:
            yield from _characters(arguments[2])
        elif operation in (sre.ASSERT, sre.ASSERT_NOT):
            yield from _characters(arguments[1])
        for body in _bodies(operation, arguments):
            yield from _characters(body)


def _accepts(members: Tree, character: str) -> bool:
    negated = any(kind is sre.NEGATE for kind, _ in members)
    return negated != any(_is_member(kind, value, character) for kind, value in members)


def _is_member(kind: object, value: Tree, character: str) -> bool:
    if kind is sre.LITERAL:
        return bool(ord(character) == value)
    if kind is sre.RANGE:
        return bool(value[0] <= ord(character) <= value[1])
    is_word = character.isalnum() or character == "_"
    return bool(kind is sre.CATEGORY) and {
        sre.CATEGORY_DIGIT: character.isdecimal(), sre.CATEGORY_NOT_DIGIT: not character.isdecimal(),
        sre.CATEGORY_SPACE: character.isspace(), sre.CATEGORY_NOT_SPACE: not character.isspace(),
        sre.CATEGORY_WORD: is_word, sre.CATEGORY_NOT_WORD: not is_word,
    }.get(value, False)  # fmt: skip
