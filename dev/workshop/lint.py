"""The style of the code: the hooks of ``.pre-commit-config.yaml``."""

import os
import subprocess

from . import shell
from .paths import DEV, HOME, ROOT
from .python_env import PYTHON


def check(arguments=()):
    """Run the hooks, with pre-commit's ``arguments``, and return the exit code."""
    path = [str(PYTHON.parent), os.environ.get("PATH", os.defpath)]
    environment = {
        **os.environ,
        "PATH": os.pathsep.join(path),
        "PIP_CONSTRAINT": str(DEV / "requirements.lock"),
        "PRE_COMMIT_HOME": str(HOME / "pre-commit"),
        "PYTHONPATH": "",
    }
    command = [PYTHON, "-m", "pre_commit", "run", "--all-files", *arguments]
    return shell.wait_for(subprocess.Popen(command, cwd=ROOT, env=environment))
