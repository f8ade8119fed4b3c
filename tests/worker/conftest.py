"""A worker to talk to."""

import pytest
from talk import Talk


@pytest.fixture
def talk():
    talk = Talk()
    yield talk
    talk.worker.close()
