"""The command line: the window, ``render``, ``check`` and ``lessons``."""

import argparse
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from gradviz import __version__
from gradviz.numbers import parsed

if TYPE_CHECKING:
    from gradviz.ui.controller import Controller

DONE, CODE_FAILED, COULD_NOT = 0, 1, 2
"""Exit codes: done; the person's file failed; gradviz could not."""
FOUND = 1
"""The exit code of a check that has found something."""
STOPPED, UNREAD = 130, 141
"""Exit codes as shells have them: after Ctrl+C; when nobody reads what is printed."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run gradviz and return its exit code.

    Args:
        arguments: The command line without the program's name.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    command, rest = (given[0], given[1:]) if given else ("", [])
    known: dict[str, Callable[[list[str]], int]] = {
        "render": _render,
        "check": _check,
        "lessons": _lessons,
    }
    try:
        code = known[command](rest) if command in known else _window(given)
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        _complain("Stopped.")
        return STOPPED
    except BrokenPipeError:
        # ``gradviz check FILE | head``: Python would complain once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return UNREAD


def _complain(sentence: str) -> int:
    print(f"gradviz: {sentence}", file=sys.stderr)  # noqa: T201
    return COULD_NOT


class _Parser(argparse.ArgumentParser):
    """Says what is wrong with a command line in one sentence."""

    def error(self, message: str) -> None:  # type: ignore[override]
        """Print the sentence and end with exit code 2."""
        sentence = message[:1].upper() + message[1:]
        _complain(f"{sentence}. `{self.prog} --help` lists what can be given.")
        raise SystemExit(COULD_NOT)


def _window(arguments: list[str]) -> int:
    options = _window_parser().parse_args(arguments)
    from gradviz.sources.expression import ExpressionError
    from gradviz.sources.program import SourceError
    from gradviz.ui.startup import StartupProblem, check_display

    try:
        opened = _expression(options) if options.expression else _file(options)
        offered = _offered(options) if options.ask else None
        check_display(os.environ)
    except (SourceError, ExpressionError, StartupProblem) as problem:
        return _complain(str(problem))
    from gradviz.ui.app import run

    return run(opened) if offered is None else run(lambda controller: None, offered)


def _window_parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="gradviz",
        description="See backpropagation happen, one _backward() call at a time.",
        epilog="Other commands: gradviz render --help · gradviz check --help · "
        "gradviz lessons",
    )
    parser.add_argument(
        "what",
        nargs="*",
        metavar="FILE|LESSON|MODULE:FUNCTION",
        help="a notebook (.ipynb), a script (.py), a lesson's name, or a function that "
        "returns Values (package.module:function); without one, lesson 17 opens",
    )
    parser.add_argument(
        "-e",
        "--expression",
        default="",
        metavar="EXPRESSION",
        help="an expression instead of a file, with its numbers after it: "
        "-e 'tanh(w*x + b)' w=2 x=-1 b=0.5",
    )
    parser.add_argument(
        "--ask",
        action="store_true",
        help="ask before running a file outside the trusted folders, as for files "
        "opened with a double-click",
    )
    parser.add_argument("--version", action="version", version=f"gradviz {__version__}")
    return parser


def _file(options: argparse.Namespace) -> "Callable[[Controller], None]":
    """Return what opens the file, lesson or function named, or lesson 17."""
    from gradviz.sources.lessons import DEFAULT_LESSON, resolve
    from gradviz.sources.program import SourceError, check_readable
    from gradviz.sources.target import parse_target

    if len(options.what) > 1:
        raise SourceError(f"Only one file can be opened, not {len(options.what)}.")
    target = parse_target(options.what[0]) if options.what else None
    if target is not None:
        module, function = target.module, target.function
        return lambda controller: controller.open_function(module, function)
    path = resolve(options.what[0] if options.what else DEFAULT_LESSON)
    check_readable(path)
    return lambda controller: controller.open(path)


def _offered(options: argparse.Namespace) -> Path:
    """Return the file that the person is to be asked about."""
    from gradviz.sources.lessons import DEFAULT_LESSON, resolve

    return resolve(options.what[0] if options.what else DEFAULT_LESSON)


def _expression(options: argparse.Namespace) -> "Callable[[Controller], None]":
    """Return what opens the expression given."""
    from gradviz.sources.expression import ExpressionError, parse_expression

    try:
        numbers = dict(_named_number(text) for text in options.what)
    except argparse.ArgumentTypeError as error:
        raise ExpressionError(f"{error}.") from None
    expression = parse_expression(options.expression)
    unused = [name for name in numbers if name not in expression.names]
    if unused:
        raise ExpressionError(f"There is no {', '.join(unused)} in the expression.")
    expression.build(numbers)
    return lambda controller: controller.open_expression(options.expression, numbers)


def _lessons(arguments: list[str]) -> int:
    _Parser(
        prog="gradviz lessons",
        description="List the lessons. Their names work wherever a file does.",
    ).parse_args(arguments)
    from gradviz.sources.lessons import lessons

    found = lessons()
    width = max(len(lesson.name) for lesson in found)
    for lesson in found:
        print(f"{lesson.name:<{width}}  {lesson.title}: {lesson.summary}")  # noqa: T201
    return DONE


def _render(arguments: list[str]) -> int:
    options = _render_parser().parse_args(arguments)
    from gradviz.export.render import RenderError, RenderJob, render
    from gradviz.export.target import ExportError
    from gradviz.sources.lessons import resolve
    from gradviz.sources.program import SourceError, check_readable
    from gradviz.ui.startup import StartupProblem, check_libraries
    from gradviz.worker.conversation import RequestFailedError

    source = resolve(options.file)
    try:
        check_readable(source)
        check_libraries()
        render(
            RenderJob(
                source=source,
                target=Path(options.output),
                at=options.at,
                seeds=dict(options.seed),
                leaves=dict(options.set),
                root=options.root,
                rule=options.rule,
                theme=options.theme,
            )
        )
    except RequestFailedError as error:
        if error.failure.kind != "code":
            return _complain(str(error))
        traceback = error.failure.traceback or f"gradviz: {error}\n"
        sys.stderr.write(traceback)
        return CODE_FAILED
    except (SourceError, StartupProblem, RenderError, ExportError) as problem:
        return _complain(str(problem))
    return DONE


def _check(arguments: list[str]) -> int:
    """Run a file and print what is wrong with its backward code."""
    options = _check_parser().parse_args(arguments)
    import msgspec

    from gradviz.analysis.diagnosis.findings import as_text
    from gradviz.sources.lessons import resolve
    from gradviz.sources.program import SourceError, check_readable
    from gradviz.sources.target import parse_target
    from gradviz.worker.conversation import Conversation, RequestFailedError
    from gradviz.worker.messages import Check, Open, OpenFunction

    try:
        target = parse_target(options.what)
        if target is None:
            path = resolve(options.what)
            check_readable(path)
            opening: Open | OpenFunction = Open(path=str(path.resolve()))
        else:
            opening = OpenFunction(module=target.module, function=target.function)
        with _progress() as show, Conversation(show) as conversation:
            if not len(conversation.ask(opening).graph):
                return _complain(f"{options.what} builds no Value that can be checked.")
            conversation.ask(Check())
            report = conversation.report
    except RequestFailedError as error:
        sys.stderr.write(error.failure.traceback)
        return _complain(str(error))
    except SourceError as problem:
        return _complain(str(problem))
    assert report is not None
    if options.json:
        print(msgspec.json.format(msgspec.json.encode(report)).decode())  # noqa: T201
    else:
        print(as_text(report))  # noqa: T201
    return DONE if report else FOUND


@contextmanager
def _progress() -> Iterator[Callable[[str], object]]:
    """Give what shows, in the last line of a terminal, what is being done."""
    if not sys.stderr.isatty():
        yield len
        return

    def show(doing: str) -> None:
        width = shutil.get_terminal_size().columns - 1
        line = f"{doing}…"[:width] if doing else ""
        print(f"\r{line:<{width}}\r{line}", end="", file=sys.stderr, flush=True)  # noqa: T201

    try:
        yield show
    finally:
        show("")


def _check_parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="gradviz check",
        description="Say what is wrong with the backward code of a file. The exit code "
        "is 0 when nothing was found, 1 when something was, 2 when it can't be run.",
    )
    parser.add_argument(
        "what", metavar="FILE|LESSON|MODULE:FUNCTION", help="what to run and check"
    )
    parser.add_argument(
        "--json", action="store_true", help="print the findings for machines"
    )
    return parser


def _render_parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="gradviz render",
        description="Draw what the canvas would show, without a window.",
    )
    parser.add_argument("file", metavar="FILE|LESSON", help="what to run and draw")
    parser.add_argument(
        "-o",
        "--output",
        required=True,
        metavar="OUT",
        help="the file to write: .svg, .png, .pdf or .json",
    )
    parser.add_argument(
        "--at",
        type=_position,
        default=0,
        metavar="N|end",
        help="how many steps of the walk to make first (default 0)",
    )
    parser.add_argument(
        "--seed",
        action="append",
        type=_named_number,
        default=[],
        metavar="NAME=VALUE",
        help="a seed gradient; the first one replaces those of the file",
    )
    parser.add_argument(
        "--set",
        action="append",
        type=_named_number,
        default=[],
        metavar="NAME=VALUE",
        help="the data of a leaf",
    )
    parser.add_argument(
        "--root", default="", metavar="NAME", help="draw only what is below this root"
    )
    parser.add_argument(
        "--rule", default="", choices=("assign", "accumulate"), help="how gradients add"
    )
    parser.add_argument("--theme", default="light", choices=("light", "dark"))
    return parser


def _position(text: str) -> int | None:
    if text == "end":
        return None
    if text.isdecimal():
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is neither a number of steps nor end")


def _named_number(text: str) -> tuple[str, float]:
    name, equals, number = text.rpartition("=")
    if not equals or not name:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    try:
        return name, parsed(number)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error).rstrip(".")) from None


if __name__ == "__main__":
    sys.exit(main())
