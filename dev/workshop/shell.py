"""Run another program with its output in a log, and explain why it failed."""

import re
import subprocess
import time

from .messages import Problem
from .paths import LOGS

_LOGS_KEPT = 3 * 24 * 3600  # seconds
_CAUSES = (
    (
        re.compile(r"No space left on device|not enough free space", re.I),
        "the disk is full: free a few gigabytes and start again",
    ),
    (
        re.compile(
            r"Temporary failure (in name resolution|resolving)|Could not resolve"
            r"|Could not connect|Failed to establish a new connection"
            r"|Network is unreachable|Connection (refused|timed out|reset)"
            r"|Read timed out|ProxyError|unable to access|Failed to fetch",
            re.I,
        ),
        "the package server cannot be reached: check the network connection"
        " (and proxy settings) and start again",
    ),
)


def log_path(name):
    """The log file called ``name``, its folder made."""
    LOGS.mkdir(parents=True, exist_ok=True)
    return LOGS / f"{name}.log"


def remove_old_logs():
    """Remove the logs that nobody wrote to for a while."""
    for path in LOGS.glob("*.log"):
        if time.time() - path.stat().st_mtime > _LOGS_KEPT:
            path.unlink(missing_ok=True)


def explain(output):
    """The known cause that ``output`` of a failed program speaks of, or None."""
    for pattern, cause in _CAUSES:
        if pattern.search(output):
            return cause
    return None


def run(command, purpose, log, words=b"", **options):
    """Run ``command`` on ``words``, appending its output to the log called ``log``.

    When it fails the person reads that ``purpose`` failed, and why.
    """
    path = log_path(log)
    with path.open("ab") as stream:
        start = stream.tell()
        command = [str(part) for part in command]
        stream.write(f"$ {' '.join(command)}\n".encode())
        stream.flush()
        result = subprocess.run(
            command,
            input=words,
            stdout=stream,
            stderr=subprocess.STDOUT,
            check=False,
            **options,
        )
    if result.returncode:
        output = path.read_bytes()[start:].decode(errors="replace")
        cause = explain(output) or f"see {path}"
        raise Problem(f"{purpose} failed: {cause}.")


def wait_for(process):
    """Wait for a child to end; if something ends the wait, end the child first."""
    try:
        return process.wait()
    except BaseException:
        process.terminate()
        process.wait()
        raise


def read(command, purpose, **options):
    """What ``command`` prints; when it fails, its first complaint is the reason."""
    result = subprocess.run(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        **options,
    )
    if result.returncode:
        words = (result.stderr or result.stdout).strip().splitlines()
        raise Problem(f"{purpose} failed: {words[0] if words else 'without a word'}.")
    return result.stdout
