from odoo import models


class PetAppointment(models.Model):
    """Lists of visits open on today and what comes, not on the far end."""

    _name = "pet.appointment"
    _inherit = ["pet.appointment", "pet.coming.mixin"]
    _coming_by = "start"
