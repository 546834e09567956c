from odoo import models


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    def session_info(self):
        """Tell the screens the shops' clocks: by those visits come and go."""
        info = super().session_info()
        if self.env.user._is_internal():
            info["pet_clocks"] = {
                company.id: {"tz": company.pet_tz, "place": company._get_pet_place()}
                for company in self.env.user.company_ids
            }
        return info
