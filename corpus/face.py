"""What a package offers, from modules that are imported when a name is asked for: every module of a package imports the
package first, and a face that imported them all would cost each of them all.
"""

from collections.abc import Callable, Mapping
from importlib import import_module


def face(package: str, modules: Mapping[str, str]) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """`__getattr__` and `__dir__` of a package whose names stand in these modules of it (PEP 562)."""

    def get(name: str) -> object:
        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(f"{package}.{modules[name]}"), name)

    def names() -> list[str]:
        return sorted({*vars(import_module(package)), *modules})

    return get, names
