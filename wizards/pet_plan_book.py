from datetime import timedelta

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..lib import booking, periods


class PetPlanBook(models.TransientModel):
    _name = "pet.plan.book"
    _description = "Book Visits of a Plan"
    _inherit = ["pet.reference.mixin", "pet.fixed.time.mixin"]

    plan_id = fields.Many2one("pet.plan", required=True, ondelete="cascade")
    partner_id = fields.Many2one(related="plan_id.partner_id", related_sudo=False)
    plan_pet_id = fields.Many2one(
        related="plan_id.pet_id", related_sudo=False, string="Pet of the Plan"
    )
    to_book = fields.Integer(related="plan_id.to_book", related_sudo=False)
    date_end = fields.Date(related="plan_id.date_end", related_sudo=False)
    pet_id = fields.Many2one(
        "pet.pet",
        compute="_compute_pet_id",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
    )
    mode = fields.Selection(
        [("fixed", "Fixed time"), ("free", "Free dates")],
        required=True,
        default="fixed",
    )
    line_ids = fields.One2many(
        "pet.plan.book.line",
        "wizard_id",
        string="Visits",
        compute="_compute_line_ids",
        compute_sudo=False,
        store=True,
        readonly=False,
    )

    product_id = fields.Many2one(
        "product.product",
        string="Service",
        domain="[('id', 'in', good_for_ids)]",
        help="Empty: the services of the plan, as its cycles have them",
    )
    good_for_ids = fields.Many2many(
        "product.product",
        compute="_compute_good_for_ids",
        compute_sudo=False,
    )
    passed_over = fields.Char(
        compute="_compute_line_ids",
        compute_sudo=False,
        store=True,
        help="Dates of the series on which the plan or the shop rests",
    )
    shortfall = fields.Char(compute="_compute_shortfall")
    is_applied = fields.Boolean(readonly=True)

    def _get_shop(self):
        return self.plan_id.company_id

    @api.onchange("plan_id", "pet_id")
    def _onchange_plan_id(self):
        """Propose when the pet is used to come; a replacement after the last (B1).

        Who books sees it, and may choose another time. A program says when.
        """
        plan = self.plan_id
        if not plan or self.first_start:
            return
        habit = plan._get_visiting_habit(self.pet_id._origin)
        values = self._get_proposal(habit, plan.date_start)
        day = periods.local_day(values["first_start"], plan.company_id.pet_tz)
        if not habit.rhythm or (plan.date_end and day > plan.date_end):
            # Nobody knows when, or the booking would refuse it.
            del values["first_start"]
        self.update(values)

    @api.depends("plan_id")
    def _compute_pet_id(self):
        for wizard in self:
            pets = wizard.plan_id.pet_id or wizard.plan_id.partner_id.pet_ids
            wizard.pet_id = pets if len(pets) == 1 else False

    @api.depends("plan_id", "is_half_day", "product_id")
    def _compute_count(self):
        """All that remain, in the weight that is booked (B1a)."""
        for wizard in self:
            plan = wizard.plan_id
            wizard.count = plan and plan._get_visit_count(
                wizard._get_units(), wizard._get_wanted()
            )

    @api.depends("plan_id")
    def _compute_good_for_ids(self):
        for wizard in self:
            wizard.good_for_ids = wizard.plan_id.line_ids._get_good_for()

    def _get_comer(self):
        return self.pet_id

    def _get_service_quantity(self):
        """Return how much of the chosen service a visit has: half days halve it."""
        self.ensure_one()
        return 0.5 if self.is_half_day and self.product_id.pet_half_day else 1.0

    def _get_wanted(self):
        self.ensure_one()
        if not self.product_id:
            return None
        line = self.plan_id.line_ids._find_covering(self.product_id)
        if not line:
            return None
        sessions = line._weigh(self.product_id, self._get_service_quantity())
        return {line.product_id.id: sessions}

    def _get_units(self):
        wanted = self._get_wanted()
        return max(wanted.values()) if wanted else super()._get_units()

    def _get_services(self):
        if not self.product_id:
            return []
        return [
            Command.create(
                {
                    "product_id": self.product_id.id,
                    "quantity": self._get_service_quantity(),
                }
            )
        ]

    @api.depends("line_ids.is_short", "count", "mode")
    def _compute_shortfall(self):
        """Tell of visits that find no session, and of those that find no day."""
        for wizard in self:
            found = len(wizard.line_ids)
            short = len(wizard.line_ids.filtered("is_short"))
            if short:
                wizard.shortfall = wizard._say_sessions_short(
                    wizard.plan_id.display_name, found - short, found
                )
            else:
                wizard.shortfall = (
                    wizard.mode == "fixed"
                    and wizard._is_complete()
                    and found < wizard.count
                    and not wizard._takes_every_date()
                    and wizard._get_shortfall(found, wizard.plan_id)
                )

    def _takes_every_date(self):
        """Tell whether all dates are meant that the plan has without limit (S11)."""
        self.ensure_one()
        plan = self.plan_id
        return plan.is_unlimited and (
            self.count == plan._get_visit_count(self._get_units())
        )

    @api.depends(
        lambda self: (
            *("plan_id", "mode", "is_half_day", "product_id", "pet_id"),
            *self._get_booking_fields(),
        )
    )
    def _compute_line_ids(self):
        """Preview the visits of a fixed time; free dates are the user's own (B1)."""
        for wizard in self:
            wizard.passed_over = False
            if wizard.mode == "free":
                wizard.line_ids = wizard.line_ids
            elif wizard._is_complete():
                proposal = wizard._propose_visits(wizard.plan_id)
                wizard.line_ids = wizard._get_line_commands(proposal.starts)
                wizard.passed_over = wizard._say_passed_over(proposal)
            else:
                wizard.line_ids = [Command.clear()]

    def _is_complete(self):
        self.ensure_one()
        return bool(
            self.plan_id and self.first_start and self.every > 0 and self.count > 0
        )

    def _get_line_commands(self, starts):
        return [Command.clear(), *(Command.create({"start": at}) for at in starts)]

    def action_preview(self):
        """Show each visit with its cycle and clashes (B1).

        :return: the action that opens this wizard again
        """
        self.ensure_one()
        if self.mode == "fixed" and not self.line_ids:
            proposal = self._propose_visits(self.plan_id)
            self.line_ids = self._get_line_commands(proposal.starts)
            self.passed_over = self._say_passed_over(proposal)
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
        }

    def action_apply(self):
        """Book the visits (B1-B3).

        :return: the action that closes the dialog
        :raises UserError: when there is no visit to book, and by B3
        """
        self.ensure_one()
        if self.is_applied:  # a second click, or a request sent twice
            return {"type": "ir.actions.act_window_close"}
        self.is_applied = True
        if self.mode == "fixed":
            proposal = self._propose_visits(self.plan_id)
            self._check_found(proposal, self.plan_id)
            if not self.line_ids:
                self.line_ids = self._get_line_commands(proposal.starts)
        if not self.line_ids:
            raise UserError(
                self.env._(
                    "Choose at least one date for %(plan)s.",
                    plan=self.plan_id.display_name,
                )
            )
        self._book(self.plan_id, self.line_ids.mapped("start"), self.pet_id)
        return {"type": "ir.actions.act_window_close"}

    def _get_clashes(self, lines):
        """Return what is in the way of each visit to book, as text or False (B1, S15).

        :param lines: `pet.plan.book.line` records with a start
        :return: dict, line -> text or False
        """
        self.ensure_one()
        length = timedelta(hours=self.duration or 1.0)
        spans = {line: (line.start, line.start + length) for line in lines}
        dated = self.line_ids.filtered("start")
        twins = booking.find_overlaps(
            spans, {line: (line.start, line.start + length) for line in dated}
        )
        others = self._find_others(spans, self.pet_id)
        days = {line: self._get_day(line) for line in lines}
        closed = self._get_shop()._mark_closed(days.values())
        return {
            line: "; ".join(
                [
                    *others[line],
                    *(
                        [self.env._("Another visit of this list")]
                        if len(twins[line]) > 1
                        else ()
                    ),
                    *filter(
                        None,
                        [
                            closed[days[line]],
                            self._get_refusal(line) or self._say_short(line),
                        ],
                    ),
                ]
            )
            or False
            for line in lines
        }

    def _say_short(self, line):
        """Return that the plan has no session for a visit, or None (B3)."""
        self.ensure_one()
        if not line.is_short:
            return None
        if self.plan_id.overdraft_limit > 0:
            return self.env._("no session is left for it, it would be owed")
        return self.env._("no session is left for it")

    def _get_refusal(self, line):
        """Return why the plan takes no visit on the day of a line, or None (B3)."""
        self.ensure_one()
        return self.plan_id._get_day_refusal(self._get_day(line))

    def _get_day(self, line):
        """Return the local day of a line that has a start."""
        return periods.local_day(line.start, self.plan_id.company_id.pet_tz)


class PetPlanBookLine(models.TransientModel):
    _name = "pet.plan.book.line"
    _description = "Visit to Book"
    _inherit = ["pet.reference.mixin"]
    _order = "start, id"

    wizard_id = fields.Many2one("pet.plan.book", required=True, ondelete="cascade")
    start = fields.Datetime(required=True)
    cycle_id = fields.Many2one("pet.cycle", compute="_compute_place")
    is_short = fields.Boolean(
        compute="_compute_place", help="The plan has no session left for the visit"
    )
    clash = fields.Char(compute="_compute_clash")

    @api.depends(
        "start",
        "wizard_id.line_ids.start",
        "wizard_id.plan_id",
        "wizard_id.is_half_day",
        "wizard_id.product_id",
        "wizard_id.pet_id",
    )
    def _compute_place(self):
        """Show the cycle each visit would enter, one after the other (B2).

        And whether its sessions are there: what was asked for is never made smaller.
        """
        for wizard, lines in self.grouped("wizard_id").items():
            plan = wizard.plan_id
            allotment = plan and plan._get_allotments()[plan]
            units, wanted = wizard._get_units(), wizard._get_wanted()
            pet_id = wizard.pet_id._origin.id
            entered, short = {}, set()
            for line in wizard.line_ids.filtered("start").sorted("start"):
                if not allotment:
                    continue
                day = periods.local_day(line.start, plan.company_id.pet_tz)
                has_sessions = allotment.can_enter(
                    day, units, pet=pet_id, wanted=wanted
                )
                if place := allotment.enter(day, units, wanted, pet_id):
                    entered[line] = place.slot.id
                    if not has_sessions:
                        short.add(line)
            for line in lines:
                line.cycle_id = entered.get(line, False)
                line.is_short = line in short

    @api.depends(
        "start",
        "wizard_id.line_ids.start",
        "wizard_id.duration",
        "wizard_id.pet_id",
        "wizard_id.user_id",
        "is_short",
    )
    def _compute_clash(self):
        """Name what is in the way at that time, and whether the shop is closed (B1)."""
        for wizard, lines in self.grouped("wizard_id").items():
            clashes = wizard._get_clashes(lines.filtered("start"))
            for line in lines:
                line.clash = clashes.get(line, False)
