import logging
from datetime import timedelta

from psycopg2 import OperationalError

from odoo import api, fields, models

from . import pet_carry_over_import as limits
from .pet_carry_over_import_line import TO_IMPORT

_logger = logging.getLogger(__name__)

WAIT = timedelta(minutes=1)  # before what somebody else holds is tried again


class PetCarryOverImport(models.Model):
    """What is too large to wait for: imported, or undone, by a job (K4).

    Slice by slice, each committed on its own, so that it survives a restart and
    people work on meanwhile.
    """

    _inherit = "pet.carry.over.import"

    def _leave_to_job(self, state, count):
        """Have the job do the rest; return an action that tells so.

        :param state: "importing" or "undoing"
        :param count: int, the rows that are left
        """
        self.ensure_one()
        self._unguarded().write({"state": state, "user_id": self.env.uid})
        self._trigger_job()
        message = {
            "importing": self.env._(
                "%(count)s packages are being imported; you can go on working.",
                count=count,
            ),
            "undoing": self.env._(
                "%(count)s packages are being taken back; you can go on working.",
                count=count,
            ),
        }
        return self._notify(message[state], "info")

    def _trigger_job(self, at=None):
        # Jobs are the administrator's; this one is only told to begin.
        self.env.ref("pet_plans.ir_cron_carry_over").sudo()._trigger(at)

    def action_stop(self):
        """Stop an import that is under way: what is done stays, and can be undone."""
        self.ensure_one()
        self.check_access("write")
        if self.state == "importing":
            self._unguarded().state = "check"
            self._message_log(body=self.env._("The import was stopped."))
        return True

    @api.model
    def _cron_import(self):
        """Job: go on with what is too large to wait for.

        A file that cannot be gone on with is left with the reason, and is not in the
        way of the others.
        """
        for one in self.search([("state", "in", ("importing", "undoing"))], order="id"):
            if not one._go_on():
                return

    def _go_on(self):
        """Do as much as there is time for; return whether that was all."""
        self.ensure_one()
        user = self.user_id
        one = self.with_context(lang=user.lang, tz=self.company_id.pet_tz)
        work = one._import_slices if self.state == "importing" else one._undo_slices
        try:
            return work(user)
        except OperationalError:
            # Somebody is at work on it, as who stops it.
            self.env.cr.rollback()
            self._trigger_job(fields.Datetime.now() + WAIT)
        except Exception as error:
            self.env.cr.rollback()
            _logger.exception("%s %s stopped", self._name, self.id)
            one._unguarded().write(
                {
                    "state": "check",
                    "import_error": one.env._("It stopped: %(error)s", error=error),
                }
            )
        self.env["ir.cron"]._commit_progress()
        return True

    def _run_in_slices(self, state, status, work):
        """Do a work on the rows that are left for it, slice by slice.

        :param state: of the import, as long as it is to go on
        :param status: domain of the rows
        :param work: function of rows
        :return: whether there was time for all of them
        """
        domain = [
            ("import_id", "=", self.id),
            ("import_id.state", "=", state),
            *status,
        ]
        return self.line_ids._run_in_batches(
            domain,
            lambda rows: rows and work(rows),
            limits.SLICE,
            order="row, id",
        )

    def _import_slices(self, user):
        """Import the rows that are left.

        With all or nothing the first row that fails ends it, and what was done is
        taken back.

        :param user: who asked for it: it is done with their rights, in their name
        :return: whether there was time for all of them
        """

        def work(rows):
            rows = rows.with_user(user).with_company(self.company_id)
            rows._import(is_isolated=True)
            if self.on_error == "stop":
                self.with_user(user)._stop_on_error()

        if not self._run_in_slices("importing", TO_IMPORT, work):
            return False
        if self.state == "undoing":
            return self._undo_slices(user)
        if self.state == "importing":
            if self.line_ids._filter_to_import():
                self._trigger_job(fields.Datetime.now() + WAIT)
            else:
                self.with_user(user)._finish()
            self.env["ir.cron"]._commit_progress()
        return True

    def _stop_on_error(self):
        """Turn round if a row failed after all: take back what was imported (K4)."""
        self.ensure_one()
        wrong = self.line_ids._having("error")
        if wrong:
            error = self.env._(
                "Nothing was imported, since a row failed: %(rows)s",
                rows="\n".join(wrong[:10].mapped("message")),
            )
            self._unguarded().write({"state": "undoing", "import_error": error})

    def _undo_slices(self, user):
        """Take back what was imported, but for what somebody uses.

        :param user: who asked for it
        :return: whether there was time for all of it
        """

        def work(rows):
            one = self.with_user(user).with_company(self.company_id)
            rows = rows.with_env(one.env)
            used = rows.plan_id._get_take_back_refusals()
            one._take_back(rows.filtered(lambda row: row.plan_id not in used))

        if not self._run_in_slices("undoing", [("status", "=", "done")], work):
            return False
        if self.state == "undoing":
            self.with_user(user)._finish_undo()
            self.env["ir.cron"]._commit_progress()
        return True
