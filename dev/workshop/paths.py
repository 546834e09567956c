"""Where things are. Whatever is made lives under ``.dev``, which git ignores."""

from pathlib import Path

ADDON = "pet_plans"

ROOT = Path(__file__).resolve().parents[2]
DEV = ROOT / "dev"
HOME = ROOT / ".dev"

LOGS = HOME / "log"
LOCKS = HOME / "lock"
STAMPS = HOME / "stamp"
CONFIGS = HOME / "conf"
ADDONS = HOME / "addons"
ODOO_DATA = HOME / "data"
VENV = HOME / "venv"
