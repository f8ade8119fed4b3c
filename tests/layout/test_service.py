"""The layout process and the cache: the newest request wins, and nothing is lost."""

import queue
import threading

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradviz.layout.cache import LayoutCache
from gradviz.layout.dot import dot_layout
from gradviz.layout.geometry import Layout, LayoutRequest
from gradviz.layout.service import LayoutService

CARD = (156.0, 60.0)
SMALL = LayoutRequest((CARD,) * 3, ((0, 1), (1, 2)))
OTHER = LayoutRequest((CARD,) * 4, ((0, 1), (1, 2), (1, 3)))
PATIENCE_S = 30


def slow(size=900):
    """A request that dot takes seconds for, and that gets a preview first."""
    edges = tuple(
        ((consumer * 7919 + slot * 104729) % consumer, consumer)
        for consumer in range(1, size)
        for slot in range(3)
    )
    return LayoutRequest((CARD,) * size, edges)


class Asked:
    """A service, and what it answered."""

    def __init__(self, folder=None):
        self.answers = queue.SimpleQueue()
        self.service = LayoutService(
            LayoutCache(folder),
            lambda number, layout: self.answers.put((number, layout)),
            lambda number, message: self.answers.put((number, message)),
        )

    def next(self):
        return self.answers.get(timeout=PATIENCE_S)


@pytest.fixture
def asked():
    asked = Asked()
    yield asked
    asked.service.close()
    assert asked.answers.empty()


def test_a_layout_comes_with_the_number_of_its_request(asked):
    first = asked.service.request(SMALL)
    assert asked.next() == (first, dot_layout(SMALL))
    second = asked.service.request(OTHER)
    assert asked.next() == (second, dot_layout(OTHER))
    assert second != first


def test_a_large_graph_gets_a_preview_first(asked):
    number = asked.service.request(slow())
    preview = asked.next()
    assert preview[0] == number
    assert not preview[1].final
    asked.service.cancel()


def test_the_newest_request_wins(asked):
    asked.service.request(slow())
    newest = asked.service.request(SMALL)
    number, layout = asked.next()
    while number != newest:  # a preview that was under way
        number, layout = asked.next()
    assert layout == dot_layout(SMALL)


def test_a_layout_given_up_ends_its_process_and_says_nothing(asked):
    asked.service.request(slow())
    asked.next()
    process = asked.service._child.process
    asked.service.cancel()
    assert process.poll() is not None
    number = asked.service.request(SMALL)
    assert asked.next() == (number, dot_layout(SMALL))


def test_a_process_that_is_killed_is_told_and_the_next_request_works(asked):
    number = asked.service.request(slow())
    asked.next()
    asked.service._child.process.kill()
    assert asked.next() == (number, "The process that runs graphviz has ended.")
    number = asked.service.request(SMALL)
    assert asked.next() == (number, dot_layout(SMALL))


def test_a_process_killed_while_it_had_nothing_to_do_is_not_missed(asked):
    asked.service.request(SMALL)
    asked.next()
    for _ in range(5):
        process = asked.service._child.process
        process.kill()
        process.wait(PATIENCE_S)
        number = asked.service.request(OTHER)
        assert asked.next() == (number, dot_layout(OTHER))


def test_what_was_laid_out_once_is_kept(asked):
    assert asked.service.cached(SMALL) is None
    asked.service.request(SMALL)
    asked.next()
    assert asked.service.cached(SMALL) == dot_layout(SMALL)
    assert asked.service.cached(OTHER) is None


# The cache


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)), max_size=5),
)
def test_a_layout_comes_back_from_disk_bit_for_bit(tmp_path_factory, points):
    folder = tmp_path_factory.mktemp("cache") / "made" / "on demand"
    request = LayoutRequest((CARD,) * len(points), ())
    layout = Layout(tuple(points), (), (1.5, 2.5), True)
    LayoutCache(folder).put(request, layout)
    assert LayoutCache(folder).get(request) == layout


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xc1 no MessagePack",
        msgspec.msgpack.encode({"centers": 1}),
        msgspec.msgpack.encode(Layout((), (), (0.0, 0.0), True)),
    ],
    ids=["empty", "garbage", "something else", "of another graph"],
)
def test_a_damaged_file_is_laid_out_anew(tmp_path, content):
    LayoutCache(tmp_path).put(SMALL, dot_layout(SMALL))
    (file,) = tmp_path.iterdir()
    file.write_bytes(content)
    cache = LayoutCache(tmp_path)
    assert cache.get(SMALL) is None
    cache.put(SMALL, dot_layout(SMALL))
    assert LayoutCache(tmp_path).get(SMALL) == dot_layout(SMALL)


def test_a_folder_that_can_t_be_written_is_no_failure(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    cache = LayoutCache(blocked / "below")
    cache.put(SMALL, dot_layout(SMALL))
    assert cache.get(SMALL) == dot_layout(SMALL)
    assert LayoutCache(blocked / "below").get(SMALL) is None


def test_the_folder_does_not_grow_for_ever(tmp_path, monkeypatch):
    monkeypatch.setattr("gradviz.layout.cache.DISK_LIMIT", 5)
    cache = LayoutCache(tmp_path)
    for number in range(12):
        request = LayoutRequest(((156.0, float(number)),), ())
        cache.put(request, Layout(((0.0, 0.0),), (), (0.0, 0.0), True))
    assert len(list(tmp_path.iterdir())) == 5


def test_a_cache_can_be_asked_from_several_threads():
    cache = LayoutCache(None)
    requests = [LayoutRequest(((156.0, float(n)),), ()) for n in range(80)]
    layout = Layout(((0.0, 0.0),), (), (0.0, 0.0), True)
    failures = []

    def work():
        try:
            for _ in range(30):
                for request in requests:
                    cache.put(request, layout)
                    assert cache.get(request) in (layout, None)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
    assert failures == []
