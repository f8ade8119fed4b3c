"""A worker for each test that wants one."""

import pytest
from corpus_reader import Reader


@pytest.fixture
def reader():
    with Reader() as made:
        yield made
