"""A run, and what it told."""

from gradviz.sources.following import RunListener
from gradviz.sources.program import read_program
from gradviz.sources.run import CodeError, Run


class Heard(RunListener):
    """Keeps what a run tells.

    Attributes:
        shown: What was displayed: the cell, the content by MIME type, if a result.
        ended: Cell, count and failure of each cell that has run.
        stages: What was said of the progress.
    """

    def __init__(self):
        self.began, self.ended, self.shown, self.stages = [], [], [], []

    def cell_began(self, index):
        self.began.append(index)

    def cell_ended(self, index, count, seconds, error):
        assert seconds >= 0
        self.ended.append((index, count, error))

    def displayed(self, index, data, result):
        assert all(isinstance(content, str) for content in data.values())
        self.shown.append((index, data, result))

    def stage(self, text):
        self.stages.append(text)


class Notebook:
    """A notebook whose cells are run one by one."""

    def __init__(self, path):
        self.heard = Heard()
        self.run = Run(read_program(path), self.heard)

    def cell(self, index, source=None):
        """Run a cell and return what it displayed."""
        before = len(self.heard.shown)
        self.run.run_cell(self.run.program.cells[index], source)
        shown = self.heard.shown[before:]
        assert {i for i, _, _ in shown} <= {index}
        return [(data, result) for _, data, result in shown]

    def texts(self, index, source=None):
        return [data["text/plain"] for data, _ in self.cell(index, source)]

    def failure(self, index, source=None):
        """Run a cell that fails and return what it raised."""
        try:
            self.cell(index, source)
        except CodeError as error:
            return error.__cause__
        raise AssertionError("it did not fail")

    def __getitem__(self, name):
        return self.run.namespace[name]
