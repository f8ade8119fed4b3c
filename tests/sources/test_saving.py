"""Saving edited cells: only their own text changes in the file, byte for byte."""

import itertools
import json
import os
import re
from pathlib import Path

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradviz.sources.program import SourceError, read_program
from gradviz.sources.saving import save, saved, saved_script, sources

LESSONS = Path(__file__).parents[2] / "resources" / "lessons"
TEXTS = st.text(
    st.one_of(
        st.sampled_from('ab"\\ \n\r\t/é∇\u2028😀\x0b'),
        st.characters(codec="utf-8"),
    ),
    max_size=40,
)


def pieces(text, cuts):
    """Split a text at some places, as a hand-made notebook may."""
    at = sorted({0, len(text), *(c % (len(text) + 1) for c in cuts)})
    return [text[a:b] for a, b in itertools.pairwise(at)]


@st.composite
def notebooks(draw):
    """Return a file as the pieces between its sources, the sources, and new ones."""
    count = draw(st.integers(1, 5))
    texts = [draw(TEXTS) for _ in range(count)]
    ascii_only = draw(st.booleans())
    indent = draw(st.sampled_from([None, 1, 2, 4, "\t"]))
    separators = draw(st.sampled_from([(", ", ": "), (",", ":"), (",", " : ")]))

    def dumped(held):
        return json.dumps(
            held, ensure_ascii=ascii_only, indent=indent, separators=separators
        )

    cells = []
    for i in range(count):
        cell = [
            ("cell_type", draw(st.sampled_from(["code", "markdown", "raw"]))),
            ("metadata", {"source": "not this", "n": draw(st.floats(0, 1))}),
            ("source", f"@@{i}@@"),
            ("outputs", [{"text": draw(TEXTS), "source": ["nor this"]}]),
        ]
        cells.append(dict(draw(st.permutations(cell))))
    top = [("cells", cells), ("metadata", {"cells": [1], "k": draw(TEXTS)})]
    skeleton = dumped(dict(draw(st.permutations(top))))
    between = re.split(r'"@@\d@@"', skeleton)
    held = []
    for text in texts:
        style = draw(st.sampled_from(["text", "lines", "pieces"]))
        if style == "lines":
            held.append(dumped(text.splitlines(keepends=True)))
        elif style == "pieces":
            held.append(dumped(pieces(text, draw(st.lists(st.integers(0, 40))))))
        else:
            held.append(dumped(text))
    crlf, bom = draw(st.booleans()), draw(st.booleans())
    end = draw(st.sampled_from(["", "\n", "\n\n "]))
    between[0] = ("\ufeff" if bom else "") + between[0]
    between[-1] += end
    if crlf:
        between = [piece.replace("\n", "\r\n") for piece in between]
        held = [piece.replace("\n", "\r\n") for piece in held]
    chosen = draw(st.sets(st.integers(0, count - 1)))
    return between, texts, held, {i: draw(TEXTS) for i in chosen}


@given(notebooks())
def test_only_the_sources_change(notebook):
    between, texts, held, changes = notebook
    raw = between[0] + "".join(h + b for h, b in zip(held, between[1:], strict=True))
    result = saved(raw.encode(), changes).decode()

    expected = json.loads(raw.removeprefix("\ufeff"))
    for index, source in changes.items():
        expected["cells"][index]["source"] = source
    got = json.loads(result.removeprefix("\ufeff"))
    for cell in (*expected["cells"], *got["cells"]):
        cell["source"] = "".join(cell["source"])
    assert got == expected

    at = 0
    for i, piece in enumerate(between):
        # What stands between the sources is there, and so is what was not changed.
        assert result[at:].startswith(piece)
        at += len(piece)
        if i < len(held):
            if changes.get(i, texts[i]) == texts[i]:
                assert result[at:].startswith(held[i])
            _, at = json.JSONDecoder().raw_decode(result, at)
    assert at == len(result)


@given(notebooks())
def test_changing_back_gives_the_same_text_lines_again(notebook):
    between, texts, held, changes = notebook
    raw = between[0] + "".join(h + b for h, b in zip(held, between[1:], strict=True))
    assert sources(raw.encode()) == dict(enumerate(texts))
    there = saved(raw.encode(), changes)
    back = saved(there, {i: texts[i] for i in changes})
    assert sources(back) == dict(enumerate(texts))


@pytest.mark.parametrize("name", sorted(p.name for p in LESSONS.glob("*.ipynb")))
def test_a_lesson_with_one_line_changed_differs_in_that_line(name):
    raw = (LESSONS / name).read_bytes()
    index, text = next((i, s) for i, s in sources(raw).items() if s.count("\n") > 1)
    first, rest = text.split("\n", 1)
    new = saved(raw, {index: f"{first}  # é\n{rest}"})
    old_lines, new_lines = raw.splitlines(), new.splitlines()
    changed = [
        i
        for i, pair in enumerate(zip(old_lines, new_lines, strict=True))
        if pair[0] != pair[1]
    ]
    assert len(changed) == 1
    assert "# é".encode() in new_lines[changed[0]]


NEW = "x = 1\ny = 2\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('{"cells": [{"source": "a"}]}', '{"cells": [{"source": "x = 1\\ny = 2\\n"}]}'),
        (
            '{"cells": [{"source": ["a"]}]}',
            '{"cells": [{"source": ["x = 1\\n","y = 2\\n"]}]}',
        ),
        (
            '{"cells": [{"n": 1, "source": []}]}',
            '{"cells": [{"n": 1, "source": ["x = 1\\n", "y = 2\\n"]}]}',
        ),
        (
            '{\n "cells": [\n  {\n   "source": []\n  }\n ]\n}\n',
            '{\n "cells": [\n  {\n   "source": [\n    "x = 1\\n",\n    "y = 2\\n"\n   ]'
            "\n  }\n ]\n}\n",
        ),
        (
            '{\r\n\t"cells": [{\r\n\t\t"source": [\r\n\t\t\t"a"\r\n\t\t]\r\n}]}',
            '{\r\n\t"cells": [{\r\n\t\t"source": [\r\n\t\t\t"x = 1\\n",'
            '\r\n\t\t\t"y = 2\\n"\r\n\t\t]\r\n}]}',
        ),
        (
            '{"cells": [{"source": "first", "source": "a"}]}',
            '{"cells": [{"source": "first", "source": "x = 1\\ny = 2\\n"}]}',
        ),
    ],
)
def test_a_source_is_written_in_the_style_of_the_old(before, after):
    assert saved(before.encode(), {0: NEW}).decode() == after


def test_a_line_that_stays_keeps_its_own_spelling():
    before = r'{"cells": [{"source": ["\u0061\/b\n", "c"]}]}'
    assert saved(before.encode(), {0: "a/b\nd"}).decode() == before.replace('c"', 'd"')


@pytest.mark.parametrize(
    ("held", "written"),
    [(r"\u2207", r"\u00e9"), ("∇", "é"), ("", "é"), (r"\\u2207", "é")],
)
def test_letters_are_written_as_the_file_writes_them(held, written):
    before = '{"cells": [{"source": "%s"}], "k": "%s"}'
    new = saved((before % ("", held)).encode(), {0: "é"}).decode()
    assert new == before % (written, held)


def test_an_emptied_source_is_an_empty_list_or_text():
    assert saved(b'{"cells": [{"source": ["a"]}]}', {0: ""}) == (
        b'{"cells": [{"source": []}]}'
    )
    assert saved(b'{"cells": [{"source": "a"}]}', {0: ""}) == (
        b'{"cells": [{"source": ""}]}'
    )


def test_a_notebook_of_format_3_is_saved():
    before = (
        '{"nbformat": 3, "worksheets": [{"cells": [{"cell_type": "markdown", '
        '"source": "w"}, {"cell_type": "code", "input": ["a"], "source": 1}]}]}'
    )
    new = saved(before.encode(), {0: "v", 1: "b"}).decode()
    assert new == before.replace('"w"', '"v"').replace('"a"', '"b"')


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b"[]", "what it holds is not what a notebook holds."),
        (b"{", "what it holds is not what a notebook holds."),
        (b"", "what it holds is not what a notebook holds."),
        (b'{"cells": {}}', "what it holds is not what a notebook holds."),
        (b'{"cells": [{"source": "a"}]}', "it has no cell 4."),
    ],
)
def test_what_can_t_be_saved_is_told(raw, sentence):
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        saved(raw, {3: "x"})


# Scripts


@pytest.mark.parametrize(
    ("raw", "source", "expected"),
    [
        (b"a\nb\n", "a\nc\n", b"a\nc\n"),
        (b"a\r\nb\r\n", "a\nx\nb\ny", b"a\r\nx\r\nb\r\ny"),
        (b"a\rb\r", "b\na\n", b"b\ra\r"),
        (b"a\r\nb\nc\n", "new\na\nb\nc\n", b"new\na\r\nb\nc\n"),
        (b"\xef\xbb\xbfa\n", "é\n", b"\xef\xbb\xbf\xc3\xa9\n"),
        (
            b"# coding: latin-1\n'\xe9'\n",
            "# coding: latin-1\n'\xe8'\n",
            b"# coding: latin-1\n'\xe8'\n",
        ),
        (b"# coding: latin-1\n'\xe9'\n", "'\xe8'\n", b"'\xc3\xa8'\n"),
        (b"", "a\nb", b"a\nb"),
        (b"a", "", b""),
    ],
)
def test_a_script_keeps_its_encoding_and_line_ends(raw, source, expected):
    assert saved_script(raw, source) == expected


@given(
    st.lists(
        st.tuples(st.text("abé# ", max_size=3), st.sampled_from(["\n", "\r\n", "\r"])),
        max_size=12,
    )
)
def test_a_script_that_is_not_edited_stays_as_it_is(lines):
    raw = "".join(line + end for line, end in lines).encode()
    text = re.sub(r"\r\n|\r", "\n", raw.decode())
    assert saved_script(raw, text) == raw


def test_a_letter_the_encoding_lacks_is_told():
    with pytest.raises(
        ValueError,
        match=r"^'∇' can't be written in iso-8859-1, the "
        r"encoding the file names\.$",
    ):
        saved_script(b"# coding: latin-1\n", "# coding: latin-1\n∇\n")


# Files


def test_a_notebook_is_saved_in_its_file(tmp_path):
    path = tmp_path / "lesson.ipynb"
    cells = [
        nbformat.v4.new_code_cell("%time x = 1"),
        nbformat.v4.new_markdown_cell("m"),
    ]
    path.write_text(nbformat.writes(nbformat.v4.new_notebook(cells=cells)))
    os.chmod(path, 0o640)
    save(path, {0: "%time x = 2"}, {0: "%time x = 1"})
    assert [c.source for c in read_program(path).cells] == ["%time x = 2", "m"]
    assert path.stat().st_mode & 0o777 == 0o640
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_stays_one(tmp_path):
    (tmp_path / "real.py").write_text("x = 1\n")
    (tmp_path / "link.py").symlink_to(tmp_path / "real.py")
    save(tmp_path / "link.py", {0: "x = 2\n"}, {0: "x = 1\n"})
    assert (tmp_path / "link.py").is_symlink()
    assert (tmp_path / "real.py").read_text() == "x = 2\n"


@pytest.mark.parametrize("name", ["lesson.ipynb", "script.py"])
def test_a_file_that_has_changed_meanwhile_is_not_overwritten(tmp_path, name):
    path = tmp_path / name
    cell = nbformat.v4.new_code_cell("theirs = 1\n")
    notebook = nbformat.writes(nbformat.v4.new_notebook(cells=[cell]))
    path.write_text(notebook if path.suffix == ".ipynb" else "theirs = 1\n")
    there = path.read_bytes()
    with pytest.raises(SourceError) as told:
        save(path, {0: "mine = 1\n"}, {0: "older = 1\n"})
    assert str(told.value) == (
        f"{name} has changed since it was opened, so nothing was saved: open it again."
    )
    assert path.read_bytes() == there


def test_a_file_that_is_gone_is_told(tmp_path):
    path = tmp_path.resolve() / "gone.py"
    with pytest.raises(SourceError) as told:
        save(path, {0: ""})
    assert str(told.value) == f"{path} can't be written: No such file or directory."
