"""The code that calls hooks, and what ``sys.monitoring`` is to tell of it."""

import sys
from collections.abc import Collection
from types import CodeType, FrameType

from gradviz.graph.adapter import Adapters
from gradviz.session.drivers import Driver, can_drive
from gradviz.session.passes import Passes
from gradviz.session.purity.driver import Pure
from gradviz.session.sweeps import Sweeps


class Following:
    """Finds drivers, and listens to them.

    Attributes:
        tool: The number of the monitoring tool, None while nothing is recorded.
        drivers: Code that calls hooks, by its ``id()``.
    """

    def __init__(
        self,
        adapters: Adapters,
        hooks: Collection[int],
        sweeps: Sweeps,
        passes: Passes,
    ) -> None:
        """Know no driver yet.

        Args:
            adapters: Adapters of the classes met.
            hooks: The ``id()`` of every hook's code: a hook is no driver.
            sweeps: The loops that can be foreseen.
            passes: The drivers that can be called again.
        """
        self.tool: int | None = None
        self.drivers: dict[int, Driver] = {}
        self._adapters = adapters
        self._hooks = hooks
        self._sweeps = sweeps
        self._passes = passes
        self._met: dict[int, CodeType] = {}
        """Code that has called hooks."""
        self._quiet: set[int] = set()
        """Drivers that don't tell of the calls in their loops."""

    # Finding drivers

    def expect(self, kind: type) -> None:
        """Find the drivers among the methods of a class, before one is called."""
        for code in self._sweeps.expect(kind):
            self._add(Driver(code))
        for code in self._passes.expect(kind):
            if id(code) not in self.drivers:
                self._add(Driver(code, is_pure=True, is_followed=False))

    def meet(self, frame: FrameType) -> None:
        """Find the driver that has called a hook.

        Args:
            frame: What has called it.
        """
        code = frame.f_code
        if id(code) in self.drivers or id(code) in self._hooks:
            return
        if id(code) not in self._met:
            self._met[id(code)] = code
            found = [self._passes.find(frame, kind) for kind in self._adapters.kinds]
            for driver in [] if self._sweeps.meet(code) else filter(None, found):
                self._add(Driver(driver, is_pure=True))
        if id(code) not in self.drivers and can_drive(code):
            self._add(Driver(code))

    def doubt(self, driver: Pure) -> None:
        """Watch a driver from now on, as it does not do the same again."""
        self._passes.doubt(driver)
        watched = self.drivers[id(driver.code)]
        watched.is_pure, watched.is_followed = False, True
        self.follow(watched)

    def tire(self, code: CodeType) -> None:
        """Stop following code that calls much besides hooks."""
        driver = self.drivers[id(code)]
        driver.patience -= 1
        if driver.patience == 0:
            self.follow(driver)

    def _add(self, driver: Driver) -> None:
        self.drivers[id(driver.code)] = driver
        self._sweeps.meet(driver.code)
        self.follow(driver)

    # Listening

    def listen(self, code: CodeType, events: int) -> None:
        """Be told of these events in code, if anything is recorded."""
        if self.tool is not None:
            sys.monitoring.set_local_events(self.tool, code, events)

    def follow(self, driver: Driver) -> None:
        """Be told of a driver what is needed."""
        self.listen(driver.code, driver.events)

    def silence(self, driver: Pure) -> None:
        """Be told nothing of what a driver calls."""
        for code in driver.calls:
            if id(code) in self.drivers:
                self.listen(code, 0)

    def follow_again(self, driver: Pure) -> None:
        """Be told again of what a driver has called."""
        for code in driver.calls:
            if id(code) in self.drivers:
                self.follow(self.drivers[id(code)])

    def follow_all(self) -> None:
        """Be told of every driver, as recording starts."""
        self._quiet.clear()
        for driver in self.drivers.values():
            self.follow(driver)

    def goes_on(self, code: CodeType, offset: int) -> bool:
        """Whether a call is one of a loop that was read, which need not be told."""
        if not self._sweeps.goes_on(code, offset):
            return False
        self._quiet.add(id(code))
        return True

    def be_told(self, code: CodeType) -> None:
        """Be told again of the calls in loops."""
        if id(code) in self._quiet:
            self._quiet.discard(id(code))
            self.listen(code, 0)
            self.follow(self.drivers[id(code)])
