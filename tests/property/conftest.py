"""The machines run the same lines ten thousands of times. To trace these lines for the figure of coverage takes a third
of the machines' time, and other tests run them as well."""

import pytest


@pytest.fixture(autouse=True)
def trace_no_lines(no_cover: None) -> None:
    """Pause pytest-cov while a test of this folder runs."""
