from collections import defaultdict

from odoo import Command, api, fields, models

from ..lib import periods
from ..models.counted import say_visits
from ..models.formats import format_day


class PetPlanSell(models.TransientModel):
    """What a sale will make: its visits, and its invoices (S1, S3, B1)."""

    _inherit = "pet.plan.sell"

    line_ids = fields.One2many(
        "pet.plan.sell.line",
        "wizard_id",
        string="Visits",
        compute="_compute_preview",
        compute_sudo=False,
        store=True,
        readonly=True,
    )
    passed_over = fields.Char(
        compute="_compute_preview",
        compute_sudo=False,
        store=True,
        help="Dates of the series on which the shop is closed",
    )
    invoice_ids = fields.One2many(
        "pet.plan.sell.invoice",
        "wizard_id",
        string="Invoices",
        compute="_compute_preview",
        compute_sudo=False,
        store=True,
        readonly=True,
    )

    @api.model
    def _get_preview_fields(self):
        """Return the names of the fields that decide visits and invoices."""
        return (
            *("company_id", "partner_id", "pet_id", "template_id", "date_start"),
            *("price", "book_visits", "is_half_day", "duration", "groomer_id"),
            *self._get_booking_fields(),
        )

    @api.depends(lambda self: self._get_preview_fields())
    def _compute_preview(self):
        """Show visits and invoices before anything is sold."""
        for wizard in self:
            visits, bills, passed_over = [], [], False
            if wizard.template_id.line_ids and wizard.date_start and not wizard.plan_id:
                plan = wizard._get_plan_to_come()
                if wizard._is_booking():
                    proposal = wizard._propose_to_come(plan, defaultdict(float))
                    passed_over = wizard._say_passed_over(proposal)
                    visits = wizard._prepare_visits_to_come(
                        plan,
                        proposal.starts,
                        wizard._find_visiting_pet()._origin,
                        defaultdict(float),
                    )
                bills = wizard._prepare_bills(plan, visits)
            wizard.passed_over = passed_over
            for name, vals_list in (("line_ids", visits), ("invoice_ids", bills)):
                wizard[name] = [Command.clear(), *map(Command.create, vals_list)]

    def _is_booking(self):
        """Tell whether there are visits to preview."""
        self.ensure_one()
        return bool(
            self.book_visits and self.first_start and self.every > 0 and self.count > 0
        )

    def _get_plan_to_come(self):
        """Return the plan as it will be sold, at the price agreed on, not stored."""
        self.ensure_one()
        plan = self.env["pet.plan"].new(self._prepare_plan_vals())
        if self.price >= 0:
            self._apply_agreed_prices(plan)
        return plan

    def _prepare_bills(self, plan, visits):
        """Return the values of the invoices that the sale will make.

        :param plan: `pet.plan` record that is not stored
        :param visits: list of dicts, the visits previewed
        """
        self.ensure_one()
        allotment, days = plan._get_allotment_to_come(defaultdict(float)), {}
        pet = self._get_comer()._origin
        for visit in visits:
            day = periods.local_day(visit["start"], self.company_id.pet_tz)
            place = allotment.enter(day, self._get_units(), pet=pet.id)
            days.setdefault(place.slot.id, []).append(day)
        return [
            {
                "number": number,
                "content": self._say_content(capacity, first, last),
                "date_due": due,
                "note": not due and self.env._("waiting for visits"),
                "amount": amount,
            }
            for number, capacity, (first, last), amount, due in (
                plan._get_bills_to_come(days)
            )
        ]

    def _say_content(self, capacity, first, last):
        """Return what an invoice bills, such as "4 visits" or the days of a period."""
        if not first:
            return say_visits(self.env, capacity)
        return self.env._(
            "%(first)s to %(last)s",
            first=format_day(self.env, first),
            last=format_day(self.env, last),
        )

    @api.depends("line_ids", "count", "book_visits")
    def _compute_shortfall(self):
        for wizard in self:
            wizard.shortfall = (
                bool(wizard.template_id)
                and wizard._is_booking()
                and len(wizard.line_ids) < wizard.count
                and not wizard._takes_every_date()
                and wizard._say_shortfall()
            )

    def _takes_every_date(self):
        """Tell whether all dates are meant that the plan has without limit (S11)."""
        self.ensure_one()
        return self.template_id.is_unlimited and (self.count == self._get_visit_count())

    def _say_shortfall(self):
        """Return why fewer visits are shown than were asked for (B1a)."""
        self.ensure_one()
        name, sold = self.template_id.name, self._get_visit_count()
        if self.count > sold:
            return self._say_sessions_short(name, sold, self.count)
        return self.env._(
            "%(plan)s takes %(found)s of %(count)s visits on these days.",
            plan=name,
            found=len(self.line_ids),
            count=self.count,
        )


class PetPlanSellLine(models.TransientModel):
    _name = "pet.plan.sell.line"
    _description = "Visit of a Sale to Book"
    _inherit = ["pet.plan.preview.line.mixin"]

    wizard_id = fields.Many2one("pet.plan.sell", required=True, ondelete="cascade")


class PetPlanSellInvoice(models.TransientModel):
    _name = "pet.plan.sell.invoice"
    _description = "Invoice of a Sale to Make"
    _inherit = ["pet.reference.mixin"]
    _order = "number, id"

    wizard_id = fields.Many2one("pet.plan.sell", required=True, ondelete="cascade")
    currency_id = fields.Many2one(related="wizard_id.currency_id", related_sudo=False)
    number = fields.Integer(string="Invoice")
    content = fields.Char(string="For")
    date_due = fields.Date(string="Due Date")
    note = fields.Char(help="Why it has no due date yet")
    amount = fields.Monetary(help="Before the taxes that come on top")
