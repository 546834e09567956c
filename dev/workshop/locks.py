"""Locks between processes; the system lets go of them when a process dies."""

import fcntl
from contextlib import contextmanager

from .paths import LOCKS


def _open(name):
    LOCKS.mkdir(parents=True, exist_ok=True)
    return (LOCKS / name).open("w")


@contextmanager
def only_one(name):
    """Let one process at a time into the block."""
    with _open(name) as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


@contextmanager
def shared(name, when_last):
    """Let many processes in; the last one to leave calls ``when_last``.

    Yields the lock's file descriptor: a child that inherits it counts as a user
    for as long as it lives.
    """
    with _open(name) as stream:
        fcntl.flock(stream, fcntl.LOCK_SH)
        try:
            yield stream.fileno()
        finally:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pass
            else:
                when_last()
