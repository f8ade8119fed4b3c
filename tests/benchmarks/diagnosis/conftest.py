"""Programs run in the process of the tests, to be quick."""

import pytest


@pytest.fixture(autouse=True)
def leave_no_trace(unchanged_process):
    """Leave the process as it was."""
