"""What a person reads: one line per step, and one sentence when something is wrong."""

import sys
import threading
import time
from contextlib import contextmanager, suppress

_TICK = 10.0
_print_lock = threading.Lock()


class Problem(Exception):
    """Something the person can put right; its text is all they get to see."""


def say(text=""):
    """Print a line at once, whole even when several threads speak."""
    with _print_lock:
        print(text, flush=True)


def complain(text):
    """Print a line where errors go."""
    with _print_lock:
        print(text, file=sys.stderr, flush=True)


@contextmanager
def step(title, detail=None):
    """Announce a long step, report now and then how far it is, and say when it ends.

    ``detail`` is called for a few words on the progress made so far.
    """
    say(f"-> {title}")
    started = time.monotonic()
    finished = threading.Event()

    def report():
        while not finished.wait(_TICK):
            words = ""
            with suppress(OSError):  # what it looks at may be moving
                words = detail() if detail else ""
            seconds = f"{time.monotonic() - started:.0f} s"
            say(f"   {title}: {words + ', ' if words else ''}{seconds} so far")

    reporter = threading.Thread(target=report, daemon=True)
    reporter.start()
    try:
        yield
    finally:
        finished.set()
        reporter.join()
    say(f"   {title}: done in {time.monotonic() - started:.0f} s")
