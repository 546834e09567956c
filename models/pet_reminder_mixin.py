from odoo import models


class PetReminderMixin(models.AbstractModel):
    """Mails that remind customers, each sent once (P5)."""

    _name = "pet.reminder.mixin"
    _description = "Reminders to Customers"
    _inherit = ["pet.batch.mixin"]

    def _remind(self, template_xmlid, mark):
        """Send a reminder to each customer once, and log it in the chatter (P5).

        One that cannot be sent shows why and is not tried again, so that a broken
        template fills no chatter. Records are marked in the transaction that queues
        their mails: a job that is interrupted has either done both or neither.

        :param template_xmlid: external id of the `mail.template`; nothing is sent
            where somebody has deleted it
        :param mark: function of a recordset, keeps that the customers were reminded
        """

        def send(records):
            mark(records)
            records._send_reminder(template_xmlid)

        def note(record, error):
            mark(record)
            record._message_log(
                body=self.env._(
                    "The reminder could not be sent: %(error)s", error=error
                )
            )

        return self._run_isolated(send, note)

    def _send_reminder(self, template_xmlid):
        """Queue the mails of a template to customers with an address, and log them."""
        template = self.env.ref(template_xmlid, raise_if_not_found=False)
        mailed = self.filtered("partner_id.email")
        if not template or not mailed:
            return
        mails = template.send_mail_batch(mailed.ids)
        # A name typed over several lines must not stop the mail: a subject has one.
        for mail in mails.filtered(lambda mail: "\n" in (mail.subject or "")):
            mail.subject = " ".join(mail.subject.split())
        mailed._message_log_batch(
            bodies={
                record.id: self.env._(
                    "%(reminder)s sent to %(email)s",
                    reminder=template.name,
                    email=record.partner_id.email,
                )
                for record in mailed
            }
        )
