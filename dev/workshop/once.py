"""What is done once: by one process at a time, and not again from the same inputs."""

import fcntl
import hashlib
import time
from contextlib import contextmanager, suppress

from .paths import LOCKS, STAMPS
from .shell import Problem

_MINUTES = 60


def only_one(purpose):
    """Let one process at a time into the block; ``purpose`` says what it is for."""
    return _held(purpose, fcntl.LOCK_EX)


@contextmanager
def shared(purpose, when_last):
    """Let many processes in; the last one to leave calls ``when_last``."""
    with _held(purpose, fcntl.LOCK_SH) as stream:
        try:
            yield
        finally:
            with suppress(BlockingIOError):
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
                when_last()


@contextmanager
def _held(purpose, operation):
    """Hold a lock; the system lets go of it when the process that has it ends."""
    LOCKS.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + _MINUTES * 60
    with (LOCKS / purpose.replace(" ", "-")).open("w") as stream:
        while True:
            with suppress(BlockingIOError):
                fcntl.flock(stream, operation | fcntl.LOCK_NB)
                break
            if time.monotonic() > deadline:
                raise Problem(
                    f"Another command in this checkout was still at it ({purpose})"
                    f" after {_MINUTES:g} minutes: stop that one and start again."
                )
            time.sleep(0.1)
        yield stream


def digest(*parts):
    """A short hash of ``parts``, which are told apart by how Python writes them."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def is_done(name, key):
    """Whether the step ``name`` was finished from exactly ``key``."""
    path = STAMPS / name
    return path.is_file() and path.read_text() == key


def note_done(name, key):
    """Note that the step ``name`` is finished, made from ``key``."""
    STAMPS.mkdir(parents=True, exist_ok=True)
    (STAMPS / name).write_text(key)


def done_at(name):
    """When the step ``name`` was last noted as finished; 0 if it never was."""
    path = STAMPS / name
    return path.stat().st_mtime if path.exists() else 0


def forget(name):
    """Forget that the step ``name`` was ever finished."""
    (STAMPS / name).unlink(missing_ok=True)
