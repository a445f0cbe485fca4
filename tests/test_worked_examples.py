"""The worked examples in docstrings of the corpus package hold."""

import doctest
import importlib
import pkgutil

import corpus


def test_every_worked_example_holds() -> None:
    names = ["corpus", *(module.name for module in pkgutil.walk_packages(corpus.__path__, "corpus."))]
    results = {name: doctest.testmod(importlib.import_module(name)) for name in names}
    assert sum(result.attempted for result in results.values()) >= 30
    assert [name for name, result in results.items() if result.failed] == []
