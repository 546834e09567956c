"""Remember what a finished step was made from, so that it is not made again."""

import hashlib
import json

from .paths import STAMPS


def digest(*parts):
    """A short hash of ``parts``: strings, bytes or anything JSON can hold."""
    state = hashlib.sha256()
    for part in parts:
        if not isinstance(part, bytes):
            part = json.dumps(part, sort_keys=True, default=str).encode()
        state.update(hashlib.sha256(part).digest())
    return state.hexdigest()[:16]


def is_current(name, key):
    """Whether the step ``name`` was finished from exactly ``key``."""
    path = STAMPS / name
    return path.is_file() and path.read_text() == key


def write(name, key):
    """Note that the step ``name`` is finished, made from ``key``."""
    STAMPS.mkdir(parents=True, exist_ok=True)
    (STAMPS / name).write_text(key)


def written_at(name):
    """When the step ``name`` was last found finished; 0 if it never was."""
    path = STAMPS / name
    return path.stat().st_mtime if path.exists() else 0


def remove(name):
    """Forget that the step ``name`` was ever finished."""
    (STAMPS / name).unlink(missing_ok=True)
