from odoo import Command, api, models
from odoo.exceptions import UserError, ValidationError

from .running import describe_running
from .windows import open_window


class PetPet(models.Model):
    """A pet that died or moved away: nothing goes on for it (X9)."""

    _inherit = "pet.pet"

    def action_archive(self):
        """Archive the pets; where something runs, open what closes it (X9).

        :return: the action of the dialog, or None where all is archived
        """
        self.check_access("write")
        plans, visits = self.filtered("active")._get_running()
        if not plans and not visits:
            return super().action_archive()
        # Back to the user's own rights: only what they may cancel is offered.
        closable = plans.sudo(False)._filtered_access("write")
        return open_window(
            self.env,
            "pet_plans.action_pet_pet_archive",
            {
                "default_archived_pet_ids": [Command.set(self.ids)],
                "default_plan_ids": [Command.set(closable.ids)],
                "dialog_size": "extra-large",
            },
        )

    @api.constrains("active")
    def _check_nothing_runs(self):
        """Archive no pet in silence, by whatever door: form, import, RPC (X9)."""
        refusals = [
            self.env._(
                "%(pet)s cannot be archived yet. Cancel first, or use *Archive* in the "
                "pet's form, which offers to:\n%(obstacles)s",
                pet=pet.display_name,
                obstacles="\n".join(f"- {text}" for text in obstacles),
            )
            for pet in self
            if not pet.active and (obstacles := describe_running(*pet._get_running()))
        ]
        if refusals:
            raise ValidationError("\n".join(refusals))

    def _archive_with_visits(self, reason):
        """Cancel the visits that still are to come, and archive the pets (X9).

        :param reason: text, why the visits are cancelled
        """
        __, visits = self._get_running()
        # With the user's own rights: those of other companies are refused below.
        visits.sudo(False)._filtered_access("write")._cancel(reason)
        self.write({"active": False})

    def _check_not_archived(self):
        """Refuse to begin anything for an archived pet (X9)."""
        archived = self.filtered(lambda pet: not pet.active)
        if archived:
            raise UserError(archived._get_archived_refusal())

    def _get_archived_refusal(self):
        """Return why nothing is booked or sold for these archived pets (X9)."""
        return self.env._(
            "%(pets)s is archived: nothing is booked, sold or renewed for it. "
            "Unarchive it first.",
            pets=", ".join(self.mapped("display_name")),
        )
