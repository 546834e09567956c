from odoo import Command, api, fields, models
from odoo.exceptions import UserError


class PetPlanChange(models.TransientModel):
    """Change a plan to another offer, with the preview in money (S14)."""

    _name = "pet.plan.change"
    _description = "Change a Plan"
    _inherit = ["pet.guard.mixin"]
    _check_company_auto = True
    _guarded_fields = frozenset({"new_plan_id"})

    plan_id = fields.Many2one("pet.plan", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="plan_id.company_id", related_sudo=False)
    partner_id = fields.Many2one(related="plan_id.partner_id", related_sudo=False)
    pet_id = fields.Many2one(related="plan_id.pet_id", related_sudo=False)
    currency_id = fields.Many2one(related="plan_id.currency_id", related_sudo=False)
    available_template_ids = fields.Many2many(
        "pet.plan.template", compute="_compute_available_template_ids"
    )
    template_id = fields.Many2one(
        "pet.plan.template",
        string="New Plan or Package",
        required=True,
        check_company=True,
        domain="[('id', 'in', available_template_ids)]",
    )
    date = fields.Date(
        string="Changes On",
        compute="_compute_date",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        help="First day of the new plan; visits from this day on move over",
    )
    is_ahead = fields.Boolean(
        compute="_compute_is_ahead", help="The day is still to come"
    )
    old_price = fields.Monetary(
        related="plan_id.amount_total", related_sudo=False, string="Old Price"
    )
    price = fields.Monetary(
        string="New Price",
        compute="_compute_price",
        help="Price of the whole package, or of all periods of the plan, "
        "before the taxes that come on top",
    )
    price_rows = fields.Text(
        string="Price by Pet",
        compute="_compute_price",
        help="Which price of each service the pet has",
    )
    price_notice = fields.Text(compute="_compute_price")
    amount_credited = fields.Monetary(
        string="Credit of the Old",
        compute="_compute_amounts",
        help="What was billed and is not used: a credit note, in draft",
    )
    amount_open = fields.Monetary(
        string="Set Against Its Own Invoices",
        compute="_compute_amounts",
        help="Of the credit, what is still to be paid of the invoices that it credits",
    )
    amount_first = fields.Monetary(
        string="First Invoice of the New",
        compute="_compute_preview",
        compute_sudo=False,
        store=True,
    )
    date_first = fields.Date(
        string="Due Date",
        compute="_compute_preview",
        compute_sudo=False,
        store=True,
        help="Empty: it waits for visits",
    )
    amount_difference = fields.Monetary(
        string="Difference",
        compute="_compute_amounts",
        help="First invoice, less the credit that is left for it; below 0 it goes on "
        "to the next invoices, or stays a credit of the customer",
    )
    difference_text = fields.Char(compute="_compute_amounts")
    amount_billed = fields.Monetary(
        string="Drafts of the Old Will Bill",
        compute="_compute_amounts",
        help="Sessions used that are not billed yet",
    )
    sessions_text = fields.Text(
        string="Other Sessions",
        compute="_compute_preview",
        compute_sudo=False,
        store=True,
    )
    line_ids = fields.One2many(
        "pet.plan.change.line",
        "wizard_id",
        string="Invoices of the Old",
        compute="_compute_preview",
        compute_sudo=False,
        store=True,
        readonly=True,
    )
    visit_ids = fields.One2many(
        "pet.plan.change.visit",
        "wizard_id",
        string="Visits to Come",
        compute="_compute_preview",
        compute_sudo=False,
        store=True,
        readonly=True,
    )
    new_plan_id = fields.Many2one("pet.plan", readonly=True)

    # --- Computes --------------------------------------------------------------

    @api.depends("plan_id")
    def _compute_available_template_ids(self):
        Template = self.env["pet.plan.template"]
        for wizard in self:
            plan = wizard.plan_id
            wizard.available_template_ids = Template.search(
                [
                    ("company_id", "in", [False, plan.company_id.id]),
                    ("is_carry_over", "=", False),  # not for sale (K6)
                    ("id", "!=", plan.template_id.id),
                    *Template._get_fitting_domain(plan.pet_id),
                ]
            )

    @api.depends("plan_id")
    def _compute_date(self):
        """Today, of a plan that has not begun its first day."""
        for wizard in self:
            plan = wizard.plan_id
            today = (plan.company_id or self.env.company)._get_pet_today()
            wizard.date = max(today, plan.date_start or today)

    @api.depends("plan_id", "date")
    def _compute_is_ahead(self):
        for wizard in self:
            today = wizard.plan_id.company_id._get_pet_today()
            wizard.is_ahead = bool(wizard.date) and wizard.date > today

    @api.depends("plan_id", "template_id")
    def _compute_price(self):
        """What the pet costs today, in the currency of the old plan (S9)."""
        for wizard in self:
            template, plan = wizard.template_id, wizard.plan_id
            company, currency = plan.company_id, plan.currency_id
            animal = plan.pet_id._get_animal()
            if not template:
                wizard.price = wizard.price_rows = wizard.price_notice = False
                continue
            wizard.price = template._get_price_for(company, currency, animal)
            wizard.price_rows = template._describe_prices(animal, company, currency)
            wizard.price_notice = template._describe_missing(plan.pet_id, animal)

    @api.depends("plan_id", "template_id", "date")
    def _compute_preview(self):
        """Show what becomes of invoices, visits and sessions, as it will be done."""
        for wizard in self:
            values = wizard._prepare_preview() if wizard._is_complete() else {}
            for name in ("line_ids", "visit_ids"):
                rows = map(Command.create, values.get(name, ()))
                wizard[name] = [Command.clear(), *rows]
            wizard.sessions_text = values.get("sessions_text", False)
            wizard.amount_first = values.get("amount_first", 0.0)
            wizard.date_first = values.get("date_first", False)

    @api.depends("line_ids", "amount_first")
    def _compute_amounts(self):
        for wizard in self:
            rows = wizard.line_ids
            wizard.amount_credited = sum(rows.mapped("amount_credited"))
            wizard.amount_open = sum(rows.mapped("amount_open"))
            wizard.amount_billed = sum(rows.mapped("amount_billed"))
            free = wizard.amount_credited - wizard.amount_open
            wizard.amount_difference = wizard.amount_first - free
            wizard.difference_text = wizard._say_difference()

    def _is_complete(self):
        """Tell whether there is a change to preview."""
        self.ensure_one()
        return bool(
            self.plan_id
            and self.template_id.line_ids
            and self.date
            and not self.new_plan_id
            and not self.plan_id._origin._get_change_refusal()
        )

    def _say_difference(self):
        """Return what the difference means, in words; of no change nothing."""
        self.ensure_one()
        if not self._is_complete():
            return False
        currency = self.currency_id
        amount = currency.format(abs(self.amount_difference))
        sign = currency.compare_amounts(self.amount_difference, 0.0)
        if sign > 0:
            return self.env._("%(amount)s of the first invoice to pay", amount=amount)
        if sign < 0:
            return self.env._(
                "%(amount)s of credit left for the next invoices", amount=amount
            )
        return self.env._("Nothing to pay of the first invoice")

    # --- Preview ---------------------------------------------------------------

    def _prepare_preview(self):
        """Return the values of the preview, by the methods that do it (S14)."""
        self.ensure_one()
        plan, template = self.plan_id._origin, self.template_id._origin
        plan.check_access("write")
        new = plan._get_change_to_come(template, self.date)
        visits = plan._get_visits_from(self.date)
        sessions = plan._preview_change_sessions(new, visits)
        places = plan._preview_change_visits(
            new, visits, {} if self.is_ahead else plan._get_carried_to_come(sessions)
        )
        amount, due = new._get_first_bill_to_come(places) or (0.0, False)
        return {
            "line_ids": self._prepare_line_vals_list(plan),
            "visit_ids": [
                self._prepare_visit_vals(visit, new, places.get(visit))
                for visit in visits.sorted("start")
            ],
            "sessions_text": "\n".join(plan._describe_change_sessions(new, sessions)),
            "amount_first": amount,
            "date_first": due,
        }

    def _prepare_line_vals_list(self, plan):
        """Return what becomes of each invoice of the old plan, as X7 shows it.

        :param plan: `pet.plan` record, which the user may write
        """
        self.ensure_one()
        cancellation = self.env["pet.plan.cancel"].new(
            {
                "plan_ids": [Command.set(plan.ids)],
                "date": self.date,
                "settlement": "credit_note",
            }
        )
        rows = cancellation._prepare_line_vals_list(plan)
        for row in rows:
            # How much is open of the invoices of a plan that the user may cancel.
            invoice = plan.env["pet.cycle"].browse(row["cycle_id"]).sudo().invoice_id
            row["amount_open"] = invoice._get_pet_credit_taken(row["amount_credited"])
        return rows

    def _prepare_visit_vals(self, visit, new, place):
        """Return the preview of one visit to come.

        :param new: `pet.plan` record that is not stored
        :param place: `lib.booking.Place`, or None where it does not move over
        """
        count = len(new._get_cycles_to_come()[0])
        return {
            "start": visit.start,
            "services": ", ".join(visit.line_ids.product_id.mapped("display_name")),
            "outcome": "move" if place else "cancel",
            "cycle": place
            and (
                self.env._("%(number)s of %(count)s", number=place.slot.id, count=count)
                if place.slot.id
                else self.env._("Moved over")
            ),
        }

    # --- Applying --------------------------------------------------------------

    def action_apply(self):
        """Change the plan: all of it, or nothing (S14).

        Applied again, by a second click or a request sent twice, it changes nothing
        more.

        :return: the action that opens the new plan
        :raises UserError: when the plan, or the offer, does not allow it
        :raises AccessError: when staff would date it back (X7)
        """
        self.ensure_one()
        self.check_access("write")
        if not self.new_plan_id:
            if not (self.template_id and self.date):
                raise UserError(self.env._("Choose the new offer, and from when on."))
            new = self.plan_id._change_to(self.template_id, self.date)
            self._unguarded().new_plan_id = new
        return self.new_plan_id._get_opening_action()


class PetPlanChangeLine(models.TransientModel):
    """What becomes of one invoice of the old plan."""

    _name = "pet.plan.change.line"
    _description = "Invoice of a Changed Plan"
    _inherit = ["pet.plan.cancel.line"]

    wizard_id = fields.Many2one("pet.plan.change")
    amount_open = fields.Monetary(
        string="Set Against It",
        help="Of the credit, what is still to be paid of this invoice",
    )


class PetPlanChangeVisit(models.TransientModel):
    """What becomes of one visit to come."""

    _name = "pet.plan.change.visit"
    _description = "Visit of a Changed Plan"
    _inherit = ["pet.reference.mixin"]
    _order = "start, id"

    wizard_id = fields.Many2one("pet.plan.change", required=True, ondelete="cascade")
    start = fields.Datetime(required=True)
    services = fields.Char()
    outcome = fields.Selection(
        [("move", "Moves over"), ("cancel", "Cancelled with the old plan")],
        required=True,
    )
    cycle = fields.Char(string="New Cycle")
