"""Start one of the workshop's commands; called by the launchers beside it."""

import errno
import signal
import sys

from workshop.commands import COMMANDS
from workshop.messages import Problem, complain


def main(name, *arguments):
    """Run the command ``name``; a problem is one sentence, not a traceback."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: sys.exit(128 + number))
    try:
        return COMMANDS[name](list(arguments))
    except Problem as problem:
        complain(f"dev/{name}: {problem}")
        return 1
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        complain(f"dev/{name}: the disk is full: free a few gigabytes and start again.")
        return 1
    except KeyboardInterrupt:
        complain(f"dev/{name}: stopped.")
        return 130


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
