"""The whole API against its own description: whatever is asked, no 5xx, and every answer is as documented."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import positive_data_acceptance

from search_api.web.app import create_app
from tests.browser import serving

_EXAMPLES = 60  # for each operation and kind of data

# The description has no grammar of the query language: q= and a body without points are refused with a sentence.
_NOT_HELD: list[Any] = [positive_data_acceptance]

_DESCRIPTION = schemathesis.openapi.from_dict(create_app(Path("no-index")).openapi())
_OPERATIONS = [found.ok() for found in _DESCRIPTION.get_all_operations() if isinstance(found, Ok)]


@pytest.fixture(scope="module")
def address(sample_index: Path) -> Iterator[str]:
    with serving(sample_index) as address:
        yield address


def test_every_operation_could_be_read() -> None:
    assert len(_OPERATIONS) == sum(len(methods) for methods in _DESCRIPTION.raw_schema["paths"].values()) >= 7


_ASKED = [
    pytest.param(operation, mode, id=f"{operation.label}-{mode.value}")
    for operation in _OPERATIONS
    for mode in schemathesis.GenerationMode
    if mode.is_positive or operation.query or operation.path_parameters or operation.body  # else nothing can be wrong
]


@pytest.mark.parametrize(("operation", "mode"), _ASKED)
def test_every_answer_is_as_documented(
    operation: APIOperation[Any, Any, Any, Any], mode: schemathesis.GenerationMode, address: str
) -> None:
    @settings(max_examples=_EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def holds(case: schemathesis.Case[Any]) -> None:
        case.call_and_validate(base_url=address, excluded_checks=_NOT_HELD)

    holds()
