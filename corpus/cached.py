"""An attribute that is computed once, when it is first asked for."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

_Owner = TypeVar("_Owner")
_Value = TypeVar("_Value")


class cached_property(Generic[_Owner, _Value]):  # takes the place of functools.cached_property
    """functools.cached_property without its lock, which Python 3.11 holds for all instances of a class together: no
    two requests could be computed at once (github.com/python/cpython/issues/87634). Two threads that ask the same
    instance at once may both compute the value, so it must be the same each time.
    """

    def __init__(self, compute: Callable[[_Owner], _Value]) -> None:
        self._compute, self.__doc__ = compute, compute.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, instance: None, owner: type) -> "cached_property[_Owner, _Value]": ...

    @overload
    def __get__(self, instance: _Owner, owner: type) -> _Value: ...

    def __get__(self, instance: Any, owner: type) -> Any:  # the overloads have the types
        if instance is None:
            return self
        value = instance.__dict__[self._name] = self._compute(instance)
        return value
