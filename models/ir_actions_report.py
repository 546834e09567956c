from odoo import api, models
from odoo.tools.pdf import merge_pdf

from odoo.addons.base.models import ir_actions_report

# In mm, where there is no header and no footer to leave room for
PLAIN_MARGINS = {"data-report-margin-top": 12, "data-report-margin-bottom": 12}


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    @api.model
    def _run_wkhtmltopdf(
        self,
        bodies,
        report_ref=False,
        header=None,
        footer=None,
        landscape=False,
        specific_paperformat_args=None,
        set_viewport_size=False,
    ):
        """Print statements where headers are left out, and many refused (P4).

        A wkhtmltopdf that is not patched, as Debian has it, takes one document only:
        Odoo refuses to print several, and leaves the room of the header white. What
        this addon prints has all in its body, is put together again, and starts on
        top of the page.
        """
        options = {
            "report_ref": report_ref,
            "landscape": landscape,
            "specific_paperformat_args": specific_paperformat_args,
            "set_viewport_size": set_viewport_size,
        }
        run = super()._run_wkhtmltopdf
        if not self._is_printed_plainly(report_ref):
            return run(bodies, header=header, footer=footer, **options)
        options["specific_paperformat_args"] = {
            **(specific_paperformat_args or {}),
            **PLAIN_MARGINS,
        }
        return merge_pdf([run([body], **options) for body in bodies])

    @api.model
    def _is_printed_plainly(self, report_ref):
        """Tell whether a report is this addon's, and nothing prints its headers."""
        if not report_ref or ir_actions_report._wkhtml().is_patched_qt:
            return False
        return self._get_report(report_ref).report_name.startswith("pet_plans.")
