"""Start one of the workshop's commands; called by the launchers beside it."""

import errno
import signal
import sys

from workshop.commands import COMMANDS
from workshop.shell import Problem, bypass_proxies


def main(name, *arguments):
    """Run the command ``name``; a problem is one sentence, not a traceback."""
    bypass_proxies()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: sys.exit(128 + number))
    try:
        return COMMANDS[name](list(arguments))
    except Problem as problem:
        _complain(f"dev/{name}: {problem}")
        return 1
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        _complain(
            f"dev/{name}: the disk is full: free a few gigabytes and start again."
        )
        return 1
    except KeyboardInterrupt:
        _complain(f"dev/{name}: stopped.")
        return 130


def _complain(text):
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
