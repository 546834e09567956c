from odoo import api, fields, models
from odoo.exceptions import UserError

from . import pet_carry_over_import as limits

SHOWN = 20  # packages that are named in a message


class PetCarryOverImport(models.Model):
    """Taking back what was imported, while nothing of it is used (K4)."""

    _inherit = "pet.carry.over.import"

    undo_note = fields.Text(string="To Undo", compute="_compute_undo_note")

    def action_undo(self):
        """Take back all that was imported, as long as nothing of it is used.

        Customers and pets that were made stay.

        :raises UserError: naming the packages that are used, and by what
        """
        self.ensure_one()
        self.check_access("write")
        done = self.line_ids._having("done")
        if not done or self.state not in ("check", "done"):
            raise UserError(
                self.env._(
                    "%(file)s is not imported: there is nothing to undo.",
                    file=self.display_name,
                )
            )
        self._check_unused(done)
        self._unguarded().import_error = False
        if len(done) > limits.ROWS_AT_ONCE:
            return self._leave_to_job("undoing", len(done))
        self._take_back(done)
        self._finish_undo()
        return self._notify(self.env._("Nothing of the import is left."), "success")

    def _check_unused(self, lines):
        """Refuse to undo an import of which something is used.

        :param lines: its rows that are done
        :raises UserError: naming the packages that are used, and by what
        """
        self.ensure_one()
        refusals = lines.plan_id._get_take_back_refusals()
        if refusals:
            raise UserError(
                self.env._(
                    "%(file)s cannot be undone any more, %(count)s of %(total)s "
                    "packages are used:\n%(used)s",
                    file=self.display_name,
                    count=len(refusals),
                    total=len(lines),
                    used="\n".join(list(refusals.values())[:SHOWN]),
                )
            )

    def _take_back(self, lines):
        """Take back packages; their rows can be imported once more.

        :param lines: rows that are done, of packages that are not used
        """
        self.ensure_one()
        lines.plan_id._take_back(self._get_undo_reason())
        lines._unguarded().write({"status": "ok", "plan_id": False})

    def _get_undo_reason(self):
        self.ensure_one()
        return self.env._("The import of %(file)s was undone", file=self.display_name)

    def _finish_undo(self):
        """Say what is left of an import that was undone: nothing, or what is used.

        After a row that failed, the rows are to be looked at again.
        """
        self.ensure_one()
        used = self.line_ids._having("done").plan_id._get_take_back_refusals()
        error = self.import_error
        if used:
            stays = self.env._(
                "These are used already, and stay:\n%(used)s",
                used="\n".join(list(used.values())[:SHOWN]),
            )
            error = "\n".join(filter(None, (error, stays)))
        self._unguarded().write(
            {
                "state": "check" if error else "undone",
                "import_error": error,
                "user_id": False,
                "date_done": False,
            }
        )
        self._message_log(body=self._get_undo_reason())
        if error:
            self.line_ids._examine()

    @api.depends("state", "line_ids.plan_id")
    def _compute_undo_note(self):
        """Say until when it can be undone, and what stands in the way (K4)."""
        for one in self:
            one.undo_note = one.state == "done" and one._get_undo_note()

    def _get_undo_note(self):
        self.ensure_one()
        plans = self.line_ids._having("done").plan_id
        if not plans:
            return False
        refusals = list(plans._get_take_back_refusals().values())
        if not refusals:
            return self.env._(
                "The import can be undone until the first of its %(count)s packages is "
                "used: booked, edited or given away.",
                count=len(plans),
            )
        return self.env._(
            "The import can be undone no more: %(count)s of its %(total)s packages are "
            "used.\n%(used)s",
            count=len(refusals),
            total=len(plans),
            used="\n".join(refusals[:5]),
        )
