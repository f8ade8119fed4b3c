"""Child processes that are talked to in typed, validated messages.

The worker and the layout process each run as a child of their own, joined by a private
local socket that the person's code never sees: not stdin, not stdout. Messages are
msgspec structs as MessagePack, so no pickle is ever read and nan and inf survive.
"""

import contextlib
import os
import secrets
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Connection, Listener
from typing import Any

import msgspec

SIZE_LIMIT = 512 * 2**20
"""Bytes a single message may have."""

_HUNG_UP_S = 2.0
"""How long a child that has closed its channel may take to end by itself."""

_ADDRESS = "GRADVIZ_CHANNEL"
_KEY = "GRADVIZ_CHANNEL_KEY"


class ChannelClosedError(Exception):
    """The process at the other end is gone."""


class Channel[Incoming]:
    """One end of a conversation; messages are sent whole and arrive in order.

    Attributes:
        incoming: The type that arriving messages must have.
    """

    def __init__(self, connection: "Connection[Any, Any]", incoming: Any) -> None:
        self._connection = connection
        self._encoder = msgspec.msgpack.Encoder()
        self._decoder = msgspec.msgpack.Decoder(incoming)
        self._sending = threading.Lock()

    def send(self, message: msgspec.Struct) -> None:
        """Send one message.

        Raises:
            ChannelClosedError: Nobody is there to read it.
        """
        packed = self._encoder.encode(message)
        try:
            with self._sending:
                self._connection.send_bytes(packed)
        except (OSError, ValueError) as error:
            raise ChannelClosedError(str(error)) from error

    def receive(self) -> Incoming:
        """Wait for the next message.

        Raises:
            ChannelClosedError: The other end is gone, or sent what can't be read.
        """
        try:
            packed = self._connection.recv_bytes(SIZE_LIMIT)
            message: Incoming = self._decoder.decode(packed)
        except (EOFError, OSError, msgspec.MsgspecError) as error:
            raise ChannelClosedError(str(error)) from error
        return message

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


def parent_channel(incoming: Any) -> Channel[Any]:
    """Return, in a child, the channel to the process that started it.

    Raises:
        SystemExit: That process is gone already.
    """
    address = os.environ.pop(_ADDRESS)
    key = bytes.fromhex(os.environ.pop(_KEY))
    try:
        return Channel(Client(address, authkey=key), incoming)
    except (OSError, EOFError, AuthenticationError):
        raise SystemExit(1) from None


class Child[Incoming]:
    """A child process running a module of ours, and the channel to it.

    Messages arrive on a thread of its own; ``on_message`` and ``on_exit`` are called
    there.

    Attributes:
        process: The operating system's process.
    """

    def __init__(
        self,
        module: str,
        incoming: Any,
        on_message: Callable[[Incoming], None],
        on_exit: Callable[[int | None], None],
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self._on_message = on_message
        self._on_exit = on_exit
        self._incoming = incoming
        self._channel: Channel[Incoming] | None = None
        self._waiting: list[msgspec.Struct] = []
        self._lock = threading.Lock()
        self._silenced = False
        key = secrets.token_bytes(32)
        self._listener = Listener(authkey=key)
        address = self._listener.address
        assert isinstance(address, str)
        self.process = subprocess.Popen(
            # -P: modules in the folder the window was started in are not ours.
            [sys.executable, "-P", "-X", "utf8", "-m", module],
            env={**os.environ, **(environ or {}), _ADDRESS: address, _KEY: key.hex()},
            stdin=subprocess.DEVNULL,
            stdout=2,
            start_new_session=os.name == "posix",
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        self._reader = threading.Thread(
            target=self._read, name=f"{module} reader", daemon=True
        )
        self._watcher = threading.Thread(
            target=self._watch, name=f"{module} watcher", daemon=True
        )
        self._reader.start()
        self._watcher.start()

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return self.process.poll() is None

    @property
    def ready(self) -> bool:
        """Whether the process has started far enough to take messages."""
        return self._channel is not None

    def send(self, message: msgspec.Struct) -> None:
        """Send a message; before the child is ready it waits its turn.

        Raises:
            ChannelClosedError: The child is gone.
        """
        with self._lock:
            if self._channel is None:
                if not self.alive:
                    raise ChannelClosedError("The process has ended.")
                self._waiting.append(message)
                return
        self._channel.send(message)

    def kill(self) -> None:
        """End the process and all it has started; nothing more is reported."""
        self._silenced = True
        if self.alive:
            self._end_group()
        self.process.wait()

    def close(self) -> None:
        """End the process, its channel and its threads."""
        self.kill()
        self._watcher.join()
        self._reader.join()

    def _read(self) -> None:
        try:
            connection = self._listener.accept()
        except (OSError, EOFError, AuthenticationError):
            return
        channel: Channel[Incoming] = Channel(connection, self._incoming)
        try:
            with self._lock:
                for waiting in self._waiting:
                    channel.send(waiting)
                self._waiting.clear()
                self._channel = channel
            while True:
                message = channel.receive()
                if not self._silenced:
                    self._on_message(message)
        except ChannelClosedError:
            channel.close()
            self._end_unheard()

    def _end_unheard(self) -> None:
        """End a process that has hung up, or sent what can't be read, and lives on."""
        try:
            self.process.wait(_HUNG_UP_S)
        except subprocess.TimeoutExpired:
            self._end_group()

    def _end_group(self) -> None:
        """Kill the process with every process that it has started."""
        if hasattr(os, "killpg"):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
        else:
            self.process.kill()

    def _watch(self) -> None:
        """Wait for the process to end, let what it said last arrive, and report."""
        if hasattr(os, "waitid"):
            # Not reaped yet, its number still is that of its group and of no other.
            with contextlib.suppress(ChildProcessError):
                os.waitid(os.P_PID, self.process.pid, os.WEXITED | os.WNOWAIT)
            self._end_group()
        code = self.process.wait()
        if self._channel is None:
            self._unblock_accept()
        self._reader.join()
        self._listener.close()
        if not self._silenced:
            self._on_exit(code)

    def _unblock_accept(self) -> None:
        """A child that died before it connected leaves ``accept`` waiting for ever."""
        address = self._listener.address
        try:
            Client(address).close()
        except (OSError, EOFError):
            return
