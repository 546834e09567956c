"""What a person reads, and other programs run for them: bounded, and with a log."""

import os
import re
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from .paths import LOGS

_SECONDS_TO_STOP = 60
_COMPLAINT = re.compile(r"^E: |\b(\w*error|failed|cannot|no space left)\b", re.I)


class Problem(Exception):
    """Something the person can put right; its text, a sentence, is all they see."""


def say(text):
    """Print a line at once."""
    print(text, flush=True)


@contextmanager
def step(title):
    """Announce something that takes a while, and say how long it took."""
    say(f"-> {title}")
    started = time.monotonic()
    yield
    say(f"   {title}: done in {time.monotonic() - started:.0f} s")


def bypass_proxies():
    """Let this process and its children reach the machine itself without a proxy."""
    given = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
    hosts = ",".join(filter(None, [given, "localhost", "127.0.0.1"]))
    os.environ.update(no_proxy=hosts, NO_PROXY=hosts)


def log_path(name):
    """The log file called ``name``, its folder made."""
    LOGS.mkdir(parents=True, exist_ok=True)
    return LOGS / f"{name}.log"


def run(command, purpose, log="commands", minutes=30, words=b"", **options):
    """Run ``command`` on ``words`` with its output added to a log; return the output.

    It is a `Problem`, in which ``purpose`` names what was done, when the command fails
    or is not done within so many ``minutes``. Other ``options`` are subprocess's.
    """
    command = [str(part) for part in command]
    path = log_path(log)
    with path.open("a+b") as stream:
        start = stream.seek(0, os.SEEK_END)
        options = {"stdout": stream, "stderr": stream, "input": words, **options}
        try:
            result = subprocess.run(command, timeout=minutes * 60, **options)
        except subprocess.TimeoutExpired:
            words = f"{purpose} was not done after {minutes:g} minutes"
            raise Problem(f"{words}, and was stopped (see {path}).") from None
        stream.seek(start)
        logged = stream.read()
    if result.returncode:
        raise Problem(f"{purpose} failed: {_reason(logged)} (see {path}).")
    printed = logged if result.stdout is None else result.stdout
    return printed.decode(errors="replace")


def read(command, purpose, **options):
    """What ``command`` prints, without what it says beside; a `Problem` as in `run`."""
    return run(command, purpose, stdout=subprocess.PIPE, **options)


def side_by_side(*works):
    """What each of some functions returns; they are called at the same time."""
    with ThreadPoolExecutor() as pool:
        calls = [pool.submit(work) for work in works]
    return [call.result() for call in calls]


def wait_for(process):
    """Wait for a child, as long as it takes; what ends the wait ends the child."""
    try:
        return process.wait()
    finally:
        stop(process)


def stop(process):
    """End a child that may be running: ask it first, then insist."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(_SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            process.kill()


def _reason(output):
    """The line that tells why a program failed: its last complaint, or its last."""
    lines = output.decode(errors="replace").strip().splitlines()
    complaints = [line for line in lines if _COMPLAINT.search(line)]
    return (complaints or lines or ["it said nothing"])[-1].strip(" .")
