"""Runs a file as ``gradviz check`` does, but in this process, and checks it."""

from gradviz.worker.desk import Desk
from gradviz.worker.messages import Check, Checked, Open


def checked(path):
    """Return the report on what a file builds."""
    reports = []

    def told(answer):
        if isinstance(answer, Checked):
            reports.append(answer.report)

    desk = Desk(told)
    for request in (Open(id=1, path=str(path)), Check(id=2)):
        failure = desk.fulfil(request).failure
        assert failure is None, failure.traceback or failure.message
    return reports[0]
