"""Where things are. Whatever is made lives under ``.dev``, which git ignores."""

import hashlib
from pathlib import Path

ADDON = "pet_plans"

ROOT = Path(__file__).resolve().parents[2]
DEV = ROOT / "dev"
HOME = ROOT / ".dev"

# What tells this checkout from others, in names that several may share
MARK = hashlib.sha256(str(ROOT).encode()).hexdigest()[:8]

LOGS = HOME / "log"
LOCKS = HOME / "lock"
STAMPS = HOME / "stamp"
ADDONS = HOME / "addons"
ODOO_DATA = HOME / "data"
VENV = HOME / "venv"
