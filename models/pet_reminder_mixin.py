from odoo import models


class PetReminderMixin(models.AbstractModel):
    """Mails that remind customers, each sent once (P5)."""

    _name = "pet.reminder.mixin"
    _description = "Reminders to Customers"
    _inherit = ["pet.batch.mixin"]

    def _remind(self, template_xmlid, flag):
        """Send a reminder once for each record, and log it in the chatter (P5).

        The flag is set before the mails are queued, in the same transaction: a job
        that is interrupted has either done both or neither.

        :param template_xmlid: external id of the `mail.template`
        :param flag: name of the boolean field that keeps that it was sent
        """
        template = self.env.ref(template_xmlid, raise_if_not_found=False)
        if not self or not template:
            return
        self._unguarded().write({flag: True})
        template.send_mail_batch(self.ids)
        self._message_log_batch(
            bodies={
                record.id: self.env._(
                    "%(reminder)s sent to %(email)s",
                    reminder=template.name,
                    email=record.partner_id.email,
                )
                for record in self
            }
        )

    def _remind_isolated(self, template_xmlid, flag):
        """Send reminders even if one of them cannot be rendered."""
        return self._run_isolated(
            lambda records: records._remind(template_xmlid, flag),
            lambda record, error: record._message_log(body=error),
        )
