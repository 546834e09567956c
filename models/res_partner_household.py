from odoo import models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from .pet_appointment import UPCOMING_STATES
from .running import RUNNING_STATES, describe_running

# What decides who pays for a contact, and which companies may see it
BELONGING = {"parent_id", "is_company", "company_id"}


class ResPartner(models.Model):
    """Whoever has plans or visits to come stays with their household and shop (13)."""

    _inherit = "res.partner"

    def write(self, vals):
        if BELONGING.isdisjoint(vals):
            return super().write(vals)
        before = self._get_belonging()
        result = super().write(vals)
        self._check_belonging(before)
        return result

    def _get_belonging(self):
        """Return to whom these contacts, and those below them, belong now.

        :return: dict, contact -> (commercial partner, company)
        """
        # Only to compare; a contact moves with whoever is above it, seen or not.
        contacts = self.sudo().with_context(active_test=False)
        return {
            contact: (contact.commercial_partner_id, contact.company_id)
            for contact in contacts.search([("id", "child_of", self.ids)])
        }

    def _check_belonging(self, before):
        """Refuse that a contact moves away from what runs for it (13).

        :param before: dict of `_get_belonging`
        """
        moved = self.browse(
            contact.id
            for contact, belonged in before.items()
            if belonged != (contact.commercial_partner_id, contact.company_id)
        )
        refusals = [
            self.env._(
                "%(contact)s cannot move from %(old)s to %(new)s yet. Transfer, move "
                "or cancel first:\n%(obstacles)s",
                contact=contact.name or contact.display_name,
                **contact._describe_move(*before[contact]),
                obstacles="\n".join(f"- {text}" for text in obstacles),
            )
            # What is in the way is known by who has it, seen or not.
            for contact in moved.sudo()
            if (obstacles := contact._get_move_obstacles(before[contact][0]))
        ]
        if refusals:
            raise ValidationError("\n".join(refusals))

    def _describe_move(self, head, company):
        """Return to whom the contact belonged and belongs: dict of texts.

        :param head: the commercial partner before
        :param company: the company before
        """
        if head != self.commercial_partner_id:
            return {"old": head.name, "new": self.commercial_partner_id.name}
        everybody = self.env._("all companies")
        return {
            "old": company.name or everybody,
            "new": self.company_id.name or everybody,
        }

    def _get_move_obstacles(self, old_head):
        """Return what runs for a contact and cannot be theirs any more, in words.

        All that runs, when others pay for the contact from now on; what is of other
        companies, when it is given to one.

        :param old_head: the commercial partner before
        """
        self.ensure_one()
        theirs = Domain("partner_id", "=", self.id) | Domain(
            "pet_id.partner_id", "=", self.id
        )
        # See `describe_running`: no more than its reader may see is shown of it.
        env = self.sudo().with_context(active_test=False).env
        running = (
            env["pet.plan"].search(theirs & Domain("state", "in", RUNNING_STATES)),
            env["pet.appointment"].search(
                theirs & Domain("state", "in", UPCOMING_STATES)
            ),
        )
        if self.commercial_partner_id == old_head:
            running = (
                records.filtered(
                    lambda record: (
                        self.company_id
                        and self.company_id not in record.company_id.parent_ids
                    )
                )
                for records in running
            )
        return describe_running(*running)
