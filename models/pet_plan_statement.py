from odoo import models


class PetPlan(models.Model):
    """The statement that a customer gets by mail (P4)."""

    _inherit = "pet.plan"

    def action_send_statement(self):
        """Open the mail that brings customers the statements of these plans (P4).

        :return: action of Odoo's dialog for mails; of many plans, each customer gets
            a mail of their own
        :raises AccessError: when the user may not read them
        """
        self.check_access("read")
        template = self.env.ref(
            "pet_plans.mail_template_plan_statement", raise_if_not_found=False
        )
        return {
            "name": self.env._("Send Statement"),
            "type": "ir.actions.act_window",
            "res_model": "mail.compose.message",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_model": self._name,
                "default_res_ids": self.ids,
                "default_composition_mode": (
                    "comment" if len(self) == 1 else "mass_mail"
                ),
                "default_template_id": template.id if template else False,
                "default_email_layout_xmlid": "mail.mail_notification_light",
                "hide_mail_template_management_options": True,
                # Also where the customer follows nothing
                "force_email": True,
            },
        }
