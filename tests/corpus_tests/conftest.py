"""A worker for each test that wants one, and what is known not to hold yet."""

import pytest
from corpus_reader import Reader

_RECURSES = "ops whose hook was called by another hook are walked again."

KNOWN = {
    "test_after_training_the_graph_is_as_its_last_loss_was_until_asked": (
        "the losses of every round are opened together."
    ),
    "test_its_own_rules_give_the_gradients[hook_recurses.py]": _RECURSES,
    "test_an_edit_gives_the_gradients_of_a_new_graph[hook_recurses.py]": _RECURSES,
}
"""Tests that are right and fail, with the reason; a line goes when its cause does."""


def pytest_collection_modifyitems(items):
    for item in items:
        if reason := KNOWN.get(item.name):
            item.add_marker(pytest.mark.xfail(strict=True, reason=reason))


@pytest.fixture
def reader():
    with Reader() as made:
        yield made
