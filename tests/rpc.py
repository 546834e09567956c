from odoo.http import root
from odoo.tests import HttpCase
from odoo.tools import SQL, mute_logger

from .common import PetPlansCommon

ADDON = "pet_plans"
REFUSALS = (
    "odoo.exceptions.AccessError",
    "odoo.exceptions.UserError",
    "odoo.exceptions.ValidationError",
)


class RpcError(Exception):
    """What the server answered instead of a result."""

    def __init__(self, error):
        self.name = error["data"]["name"]
        self.message = error["data"]["message"]
        self.debug = error["data"]["debug"]
        super().__init__(f"{self.name}: {self.message}")


class AddonModels:
    """What the addon brings, looked up: a new model or method is taken in by itself."""

    @classmethod
    def own_models(cls):
        """Return the names of the models this addon brings, abstract ones left out."""
        return sorted(
            name
            for name, model in cls.env.registry.items()
            if model._original_module == ADDON and not model._abstract
        )

    @classmethod
    def own_methods(cls, model, private=False):
        """Return the names of the methods this addon gives a model."""
        return sorted(
            {
                name
                for base in type(cls.env[model]).mro()
                if base.__module__.startswith(f"odoo.addons.{ADDON}.")
                for name, value in vars(base).items()
                if callable(value)
                and name.startswith("_") == private
                and not name.startswith("__")
            }
        )


class RpcCase(AddonModels, PetPlansCommon, HttpCase):
    """What people can do from outside: through JSON-RPC, with a session of their own.

    Nothing here calls a method of a model directly to try an attack: what the Python
    side could do (another context object, a private method) is not open to anybody
    outside, and what the outside can do (forged contexts, commands) is easily missed.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls._make_user(
            "pet_admin",
            "base.group_system,pet_plans.group_manager,"
            "account.group_account_manager,base.group_partner_manager",
        )

    def setUp(self):
        super().setUp()
        self.logged_in = None
        self.sessions = {}

    # --- Calling ---------------------------------------------------------------

    def rpc(self, user, model, method, *args, context=None, **kwargs):
        """Call a method as the web client does.

        :raises RpcError: with the name and message of the exception over there
        """
        if self.logged_in != user:
            self._enter(user)
        if context is not None:
            kwargs["context"] = context
        with mute_logger("odoo.http", "odoo.sql_db", "odoo.addons.base.models.ir_rule"):
            answer = self.opener.post(
                f"{self.base_url()}/web/dataset/call_kw/{model}/{method}",
                json={
                    "jsonrpc": "2.0",
                    "method": "call",
                    "params": {
                        "model": model,
                        "method": method,
                        "args": args,
                        "kwargs": kwargs,
                    },
                },
                timeout=60,
            ).json()
        self.env.invalidate_all()
        if "error" in answer:
            raise RpcError(answer["error"])
        return answer.get("result")

    def _enter(self, user):
        """Be a user from here on, in the session that they have or in a new one."""
        if user in self.sessions:
            self.session, self.opener = self.sessions[user]
        else:
            self.session = None  # else Odoo would end that of the user before
            self.authenticate(user.login, user.login)
            # The server is this very process: no proxies to look for at each call.
            self.opener.trust_env = False
            self.sessions[user] = self.session, self.opener
            self.addCleanup(root.session_store.delete, self.session)
        self.logged_in = user

    def assertRpcRefused(self, user, model, method, *args, names=REFUSALS, **kwargs):
        """Check that a call is refused in so many words, not by a crash.

        :return: the message
        """
        try:
            result = self.rpc(user, model, method, *args, **kwargs)
        except RpcError as error:
            self.assertIn(error.name, names, error.debug)
            return error.message
        return self.fail(f"{user.login}: {model}.{method}{args} returned {result}")

    # --- Looking ---------------------------------------------------------------

    def snapshot(self, *more):
        """Return the contents of all tables of the addon, and of some others.

        :param more: names of the other models
        :return: dict, model name -> set of rows as text
        """
        self.env.flush_all()
        names = [
            name
            for name in self.own_models()
            if self.env[name]._auto and not self.env[name].is_transient()
        ]
        return {name: self._get_rows(name) for name in (*names, *more)}

    def _get_rows(self, name):
        table = SQL.identifier(self.env[name]._table)
        rows = self.env.execute_query(SQL("SELECT t::text FROM %s t", table))
        return {row for (row,) in rows}

    def assertUntouched(self, before):
        """Check that the tables hold what they held at the time of a snapshot."""
        after = self.snapshot(*(before.keys() - set(self.own_models())))
        for name, rows in before.items():
            self.assertFalse(rows ^ after[name], f"{name} has changed")

    def assertLedgerAgrees(self, plan):
        """Check that counters, ledger and visits of a plan tell the same story."""
        plan = plan.sudo()
        for line in plan.line_ids:
            entries = line.entry_ids
            self.assertEqual(line.remaining, sum(entries.mapped("quantity")))
            held = line.appointment_line_ids.filtered("appointment_id.holds_sessions")
            taken = entries.filtered(lambda entry: entry.kind in ("book", "release"))
            self.assertEqual(
                sum(held.mapped("sessions")), -sum(taken.mapped("quantity"))
            )
