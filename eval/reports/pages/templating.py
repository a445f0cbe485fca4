"""The environment that renders the pages' templates. jinja2 is imported here alone."""

from pathlib import Path

import jinja2

from eval.reports.cells import band_share_label, p_label


def signed(value: float, digits: int = 3) -> str:
    """A number with its sign, a minus as wide as the plus.

    >>> signed(-0.0312), signed(0.5, 1)
    ('−0.031', '+0.5')
    """
    return f"{value:+.{digits}f}".replace("-", "−")


environment = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
environment.filters.update(p=p_label, signed=signed, share=band_share_label)
