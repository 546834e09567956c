import datetime
from collections import defaultdict
from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import float_compare

from ..lib import periods
from .counted import say_sessions
from .formats import format_day
from .pet_appointment import UPCOMING_STATES
from .pet_search_mixin import is_looked_for, search_words
from .windows import open_record, open_window

NAME_SEPARATOR = " / "  # of the plan's name and the number of the cycle
SEQUENCE_DIGITS = 6

# Odoo calls an invoice reversed too that was paid with credits from elsewhere. One that
# was reversed by a credit note of its own is not open any more, which is asked first.
SETTLED_STATES = ("in_payment", "paid", "reversed")
PAID_STATES = (*SETTLED_STATES, "partial")


class PetCycle(models.Model):
    """One billing unit of a plan: some visits, or a period, and their one invoice."""

    _name = "pet.cycle"
    _description = "Billing Cycle"
    _inherit = [
        "pet.guard.mixin",
        "pet.batch.mixin",
    ]
    _order = "plan_id, sequence"
    _rec_names_search = ["plan_id"]
    _guarded_fields = frozenset(
        {
            "plan_id",
            "sequence",
            "capacity",
            "date_from",
            "date_to",
            "date_due",
            "date_due_agreed",
            "amount_untaxed",
            "billing_error",
            "sessions_expired",
            "is_forfeited",
            "is_withdrawn",
            "line_ids",
            "carried_from_id",
            "carried_to_ids",
            "move_ids",
            "credit_ids",
            "appointment_ids",
        }
    )

    plan_id = fields.Many2one("pet.plan", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(
        related="plan_id.company_id", store=True, index=True, precompute=True
    )
    partner_id = fields.Many2one(
        related="plan_id.partner_id", store=True, index=True, precompute=True
    )
    pet_id = fields.Many2one(related="plan_id.pet_id", store=True, precompute=True)
    currency_id = fields.Many2one(related="plan_id.currency_id")
    sequence = fields.Integer(string="Cycle", required=True, readonly=True)
    capacity = fields.Float(
        digits="Product Unit", readonly=True, help="Visits the cycle has room for"
    )
    date_from = fields.Date(readonly=True, help="First day of the plan's period")
    date_to = fields.Date(readonly=True, help="Last day of the plan's period")
    appointment_ids = fields.One2many("pet.appointment", "cycle_id", string="Visits")
    booked = fields.Float(compute="_compute_booked", digits="Product Unit")
    used = fields.Float(
        compute="_compute_booked",
        digits="Product Unit",
        help="Of what is booked: visits that the pet has come to, and missed ones "
        "that count",
    )
    free = fields.Float(
        compute="_compute_booked", digits="Product Unit", help="Still to book"
    )
    date_due = fields.Date(
        string="Due Date",
        compute="_compute_date_due",
        store=True,
        index="btree_not_null",
        help="From the visits of the cycle, or from the plan's period; "
        "a cycle without visits has none, until it is billed or paid",
    )
    date_post = fields.Date(
        string="Posts On",
        compute="_compute_date_post",
        store=True,
        index="btree_not_null",
        help="From this day on the nightly job posts the invoice",
    )
    move_ids = fields.One2many(
        "account.move",
        "pet_cycle_id",
        string="Invoices and Credit Notes",
        groups="account.group_account_invoice,account.group_account_readonly,"
        "base.group_portal",
    )
    invoice_id = fields.Many2one(
        "account.move",
        compute="_compute_invoice_id",
        store=True,
        index="btree_not_null",
        help="The open invoice of the cycle, else the last one it had",
    )
    bill_label = fields.Char(
        string="Invoice Number",
        compute="_compute_bill_label",
        help="Of the invoice, for those who may not open it",
    )
    invoice_state = fields.Selection(
        selection=lambda self: self._get_move_selection("state"),
        string="Invoice Status",
        compute="_compute_invoice_state",
        compute_sudo=True,
    )
    due_note = fields.Char(
        compute="_compute_due_note",
        compute_sudo=True,
        help="What a cycle without visits, and its draft, say about the due date",
    )
    is_overdue = fields.Boolean(
        string="Overdue", compute="_compute_is_overdue", search="_search_is_overdue"
    )
    awaits_credit = fields.Boolean(
        string="Credit Note Waits",
        compute="_compute_awaits_credit",
        compute_sudo=True,  # staff see that one waits, without Invoicing rights
        help="Somebody drafted a credit note of the invoice: what is left to pay is "
        "known once it is posted",
    )
    payment_state = fields.Selection(
        selection=lambda self: self._get_move_selection("payment_state"),
        compute="_compute_payment_state",
        store=True,
    )
    state = fields.Selection(
        [
            ("waiting", "Waiting for Visits"),
            ("scheduled", "Scheduled"),
            ("billed", "Billed"),
            ("settled", "Settled"),
            ("closed", "Closed"),
        ],
        string="Status",
        compute="_compute_state",
        store=True,
        index=True,
        help="Closed: its invoice was cancelled, credited or deleted",
    )
    sessions_expired = fields.Boolean(
        readonly=True, help="The period is over and its sessions were settled"
    )
    billing_error = fields.Text(
        readonly=True,
        groups="base.group_user",
        help="Why the nightly job could not post the invoice",
    )
    amount_untaxed = fields.Monetary(
        string="Sold For",
        readonly=True,
        help="Price of the sessions the cycle entitles to, "
        "before the taxes that come on top",
    )
    invoice_currency_id = fields.Many2one(
        "res.currency",
        compute="_compute_invoice_currency_id",
        store=True,
        help="Of the invoice: an accountant may have changed it",
    )
    amount_total = fields.Monetary(
        string="Invoice Total",
        compute="_compute_amount_total",
        store=True,
        currency_field="invoice_currency_id",
    )

    amount_billed = fields.Monetary(
        string="Total",
        compute="_compute_amount_billed",
        store=True,
        currency_field="invoice_currency_id",
        help="What the cycle bills, or will; nothing, once it is closed",
    )

    # What the nightly job looks for, among all that is settled (X2).
    _unsettled_periods = models.Index(
        "(date_to) WHERE date_to IS NOT NULL AND sessions_expired IS NOT TRUE"
    )
    _sequence_uniq = models.UniqueIndex(
        "(plan_id, sequence)", "A plan has each of its cycles once."
    )
    _period_uniq = models.UniqueIndex(
        "(plan_id, date_from) WHERE date_from IS NOT NULL",
        "A plan has one cycle per period.",
    )

    # --- Name ------------------------------------------------------------------

    @api.depends("plan_id.name", "sequence")
    def _compute_display_name(self):
        for cycle in self:
            cycle.display_name = f"{cycle.plan_id.name}{NAME_SEPARATOR}{cycle.sequence}"

    @api.model
    def _search_display_name(self, operator, value):
        """Find a cycle by its number, and by what its plan is found by (P1)."""
        if operator == "in":
            return Domain.OR(map(self._get_called_domain, value))
        if is_looked_for(operator, value):
            return search_words(operator, value, self._search_word)
        return super()._search_display_name(operator, value)

    @api.model
    def _get_called_domain(self, name):
        """Return the domain of the cycle that is called exactly so."""
        plan, __, sequence = (name or "").rpartition(NAME_SEPARATOR)
        return Domain("plan_id.name", "=", plan) & self._get_sequence_domain(sequence)

    @api.model
    def _get_sequence_domain(self, text):
        """Return the domain of the cycles of a number, none if the text is none."""
        if text.isdecimal() and len(text) <= SEQUENCE_DIGITS:
            return Domain("sequence", "=", int(text))
        return Domain.FALSE

    @api.model
    def _search_word(self, operator, word):
        return Domain("plan_id", operator, word) | self._get_sequence_domain(word)

    # --- Computes --------------------------------------------------------------

    @api.depends(
        "capacity",
        "appointment_ids.units",
        "appointment_ids.holds_sessions",
        "appointment_ids.state",
    )
    def _compute_booked(self):
        booked, used = defaultdict(float), defaultdict(float)
        for cycle, state, units in self.env["pet.appointment"]._read_group(
            self._get_booked_domain(), ["cycle_id", "state"], ["units:sum"]
        ):
            booked[cycle.id] += units
            if state not in UPCOMING_STATES:
                used[cycle.id] += units
        for cycle in self:
            cycle.booked = booked[cycle._origin.id]
            cycle.used = used[cycle._origin.id]
            cycle.free = max(0.0, cycle.capacity - cycle.booked)

    @api.depends(
        "invoice_id",
        "move_ids.bills_pet_cycle",
        "move_ids.invoice_date_due",
        "move_ids.state",
        "payment_state",
    )
    def _compute_date_due(self):
        """Follow the invoice (C5): an accountant may give it another due date.

        What the visits call for is written here and there by `_set_due_dates`. A cycle
        without visits has no due date, though its draft shows one; a closed cycle
        keeps the one it had.
        """
        for cycle in self:
            invoice = cycle.invoice_id
            if invoice.bills_pet_cycle and (cycle.date_due or cycle._has_come()):
                cycle.date_due = invoice.invoice_date_due
            else:
                cycle.date_due = cycle.date_due

    @api.depends(
        "date_due",
        "date_from",
        "payment_state",
        "plan_id.post_lead_days",
        "plan_id.date_end",
        "invoice_id",
        "move_ids.invoice_payment_term_id",
        "move_ids.date",
    )
    def _compute_date_post(self):
        for cycle in self:
            plan = cycle.plan_id
            # A period behind the end, which somebody moved, never comes; but what
            # is paid as a draft is posted (X2).
            never = (
                cycle.date_from
                and plan.date_end
                and cycle.date_from > plan.date_end
                and not cycle._is_paid()
            )
            if never or not cycle.date_due:
                cycle.date_post = False
                continue
            if cycle.invoice_id.invoice_payment_term_id:
                # The accountant's term counts from the day of the draft (I3).
                cycle.date_post = cycle.invoice_id.date
                continue
            lead = timedelta(days=plan._get_bounded("post_lead_days"))
            day = cycle.date_due - lead
            # I1: the invoice of a period is not posted before the period has come
            cycle.date_post = max(day, cycle.date_from) if cycle.date_from else day

    @api.model
    def _get_move_selection(self, name):
        return self.env["account.move"]._fields[name]._description_selection(self.env)

    # What follows depends on the invoice by way of `move_ids`: by way of `invoice_id`
    # every change of any invoice, ours or not, would search the cycles for it.

    @api.depends("move_ids.bills_pet_cycle", "move_ids.move_type")
    def _compute_invoice_id(self):
        for cycle in self:
            invoices = cycle.move_ids.filtered(
                lambda move: move.move_type == "out_invoice"
            ).sorted(lambda move: (move.bills_pet_cycle, move.id))
            cycle.invoice_id = invoices[-1:]

    @api.depends("invoice_id")
    @api.depends_context("lang")
    def _compute_bill_label(self):
        for cycle in self:
            cycle.bill_label = cycle._get_bill_label()

    @api.depends("invoice_id", "move_ids.state")
    def _compute_invoice_state(self):
        for cycle in self:
            cycle.invoice_state = cycle.invoice_id.state

    @api.depends("state", "invoice_id", "move_ids.reversal_move_ids.state")
    def _compute_awaits_credit(self):
        for cycle in self:
            cycle.awaits_credit = bool(cycle._get_waiting_credit_notes())

    def _get_waiting_credit_notes(self):
        """Return the drafts that will credit what is left to pay of the cycle (X7)."""
        self.ensure_one()
        if self.state != "billed":
            return self.env["account.move"]
        return self.invoice_id._get_waiting_pet_credits()

    @api.depends("state", "plan_id.date_end", "move_ids.state")
    @api.depends_context("lang")
    def _compute_due_note(self):
        """Say the same on plan and invoice of a cycle that has no date yet (C5)."""
        for cycle in self:
            cycle.due_note = cycle._get_due_note()

    def _get_due_note(self):
        self.ensure_one()
        if self.state != "waiting":
            return False
        if self.invoice_id and self.plan_id.date_end:
            return self.env._(
                "by %(date)s at the latest, waiting for visits",
                date=format_day(self.env, self.plan_id.date_end),
            )
        return self.env._("waiting for visits")

    @api.depends("invoice_id", "move_ids.payment_state")
    def _compute_payment_state(self):
        for cycle in self:
            cycle.payment_state = cycle.invoice_id.payment_state

    @api.depends(
        "invoice_id",
        "move_ids.bills_pet_cycle",
        "move_ids.state",
        "payment_state",
        "amount_untaxed",
        "plan_id.kind",
        "appointment_ids",
        "date_due",
    )
    def _compute_state(self):
        for cycle in self:
            cycle.state = cycle._get_state()

    def _get_state(self):
        self.ensure_one()
        invoice = self.invoice_id
        if invoice:
            if not invoice.bills_pet_cycle:
                return "closed"
            if invoice.state == "posted":
                paid = invoice.payment_state in SETTLED_STATES
                return "settled" if paid else "billed"
        elif self._is_invoice_missing():
            return "closed"
        # With a due date it waits no more, even without visits: its package is over.
        if self._has_come() or self.date_due:
            return "scheduled"
        return "waiting"

    @api.depends("state", "date_due", "company_id.pet_tz")
    def _compute_is_overdue(self):
        for cycle in self:
            cycle.is_overdue = (
                cycle.state == "billed"
                and bool(cycle.date_due)
                and cycle.date_due < cycle.company_id._get_pet_today()
            )

    def _search_is_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain("state", "=", "billed") & Domain.OR(
            Domain("company_id", "=", company.id)
            & Domain("date_due", "<", company._get_pet_today())
            for company in self.env.companies
        )

    def _has_bill(self):
        """Tell whether there is an invoice, for who may not see it too."""
        self.ensure_one()
        # A yes or no.
        return bool(self.sudo().invoice_id)

    def _get_bill_label(self):
        """Return how people call the invoice of the cycle: a number, or a draft."""
        self.ensure_one()
        # No more than its number, to who reads the plan it bills.
        invoice = self.sudo().invoice_id
        if not invoice:
            return self.env._("No invoice")
        if invoice.name and invoice.name != "/":
            return invoice.name
        if invoice.state == "cancel":
            return self.env._("Cancelled")
        return self.env._("Draft")

    def _get_status_label(self):
        """Return what became of the bill, in the words of the counter (P1)."""
        self.ensure_one()
        if self.state == "settled":
            return self.env._("Paid")
        if self.state == "closed":
            cancelled = self.invoice_state in (False, "cancel")
            return self.env._("Cancelled") if cancelled else self.env._("Credited")
        if self.state != "billed":
            return self.env._("Not billed")
        if self.awaits_credit:
            return self.env._("Credit note waits")
        if self.payment_state == "partial":
            return self.env._("Partly paid")
        return self.env._("To pay")

    def _has_come(self):
        """Tell whether there is something to date the bill by: a visit, a period.

        Or money that came early.
        """
        self.ensure_one()
        return (
            self.plan_id.kind == "plan" or bool(self.appointment_ids) or self._is_paid()
        )

    def _is_paid(self):
        """Tell whether money was matched with the invoice, if only in part (C6, I3)."""
        self.ensure_one()
        if self.payment_state not in PAID_STATES:
            return False
        # Staff may know it without seeing the invoice: a yes or no.
        invoice = self.sudo().invoice_id
        return invoice.state != "draft" or invoice._is_draft_matched_with_money()

    def _keeps_due_date(self):
        """Tell whether no visit moves the due date: paid, or of a payment term (C6)."""
        self.ensure_one()
        # Staff may know it without seeing the invoice: a yes or no.
        return self._is_paid() or bool(self.sudo().invoice_id.invoice_payment_term_id)

    def _flush_bills(self):
        """Write which invoices no longer bill these cycles, before others do (I3).

        The unique index looks at one row after the other, and Odoo writes all that
        changed in one go: the new bill may come before the old one.
        """
        self.move_ids.flush_recordset(["bills_pet_cycle"])

    def _lacks_bill(self):
        """Tell whether the cycle has no open invoice; of no cycle, False."""
        # No invoice of it is shown; the next one is about to be linked.
        cycles = self.sudo()
        cycles._flush_bills()
        return bool(self) and not any(cycles.move_ids.mapped("bills_pet_cycle"))

    def _is_invoice_missing(self):
        """Tell whether the cycle had to have an invoice and has none (S7, I3)."""
        self.ensure_one()
        return not self.invoice_id and not self.currency_id.is_zero(self.amount_untaxed)

    @api.depends("plan_id.currency_id", "invoice_id", "move_ids.currency_id")
    def _compute_invoice_currency_id(self):
        for cycle in self:
            cycle.invoice_currency_id = (
                cycle.invoice_id.currency_id or cycle.plan_id.currency_id
            )

    @api.depends("amount_untaxed", "invoice_id", "move_ids.amount_total")
    def _compute_amount_total(self):
        for cycle in self:
            cycle.amount_total = (
                cycle.invoice_id.amount_total
                if cycle.invoice_id
                else cycle.amount_untaxed
            )

    @api.depends("amount_total", "state")
    def _compute_amount_billed(self):
        """Leave out what is closed: a list of cycles adds up what they bill."""
        for cycle in self:
            cycle.amount_billed = 0.0 if cycle.state == "closed" else cycle.amount_total

    # --- Visits ----------------------------------------------------------------

    def _get_booked_domain(self):
        """Return the domain of the visits that take up room in the cycles."""
        return [("cycle_id", "in", self.ids), ("holds_sessions", "=", True)]

    def _get_booked_units(self):
        """Return the units of the visits that take up room: dict, cycle id -> float."""
        return {
            cycle.id: units
            for cycle, units in self.env["pet.appointment"]._read_group(
                self._get_booked_domain(), ["cycle_id"], ["units:sum"]
            )
        }

    def _get_taken_sessions(self):
        """Return what the visits of the cycles take of each service.

        :return: defaultdict, (cycle id, plan line id) -> sessions
        """
        taken = defaultdict(float)
        for cycle, line, quantity in self.env["pet.appointment.line"]._read_group(
            [
                ("appointment_id.cycle_id", "in", self.ids),
                ("appointment_id.holds_sessions", "=", True),
                ("plan_line_id", "!=", False),
            ],
            ["appointment_id.cycle_id", "plan_line_id"],
            ["sessions:sum"],
        ):
            taken[cycle.id, line.id] = quantity
        return taken

    def _filter_ended(self):
        """Return the periods that are over by the clock of the shop (X2)."""
        return self.filtered(
            lambda cycle: (
                cycle.date_to and cycle.date_to < cycle.company_id._get_pet_today()
            )
        )

    def _takes_visits(self):
        """Tell whether a new visit may enter the cycle (C6).

        Also where the bill went with the end of the package: the visit is one of
        yesterday, and its bill comes back (X1, X2).
        """
        self.ensure_one()
        return self.state != "closed" or (self.is_forfeited and not self.date_from)

    def _filter_closed(self):
        """Return the cycles whose invoice was corrected away (C6, I3)."""
        return self.filtered(lambda cycle: cycle.state == "closed")

    def _filter_frozen(self):
        """Return the cycles whose visits the company pins because of payments (C6)."""
        return self.filtered(
            lambda cycle: (
                cycle.company_id.pet_paid_cycles == "freeze" and cycle._is_paid()
            )
        )

    # --- Due dates (C1, C5, C6) ------------------------------------------------

    def _get_visit_days(self):
        """Return the local dates of each cycle's visits: dict, cycle -> list.

        A cycle without one goes by the last visit of its package, once nothing is left
        to book: none is to come (S10).
        """
        days = defaultdict(list)
        for visit in self.appointment_ids:
            days[visit.cycle_id].append(visit._get_day())
        for cycle in self._filter_empty_for_good():
            days[cycle] = [cycle.plan_id._get_last_day_used()]
        return days

    def _filter_empty_for_good(self):
        """Return the cycles sold for a price that no visit will ever enter (S10)."""
        booked_out = self.plan_id.filtered(lambda plan: plan._is_booked_out())
        return self.filtered(
            lambda cycle: (
                cycle.plan_id in booked_out
                and not cycle.appointment_ids
                and not cycle.date_due_agreed
                and cycle.invoice_id
            )
        )

    def _get_due_date(self, days):
        """Return the due date the rules call for, or False (S5, C5).

        :param days: list of the local dates of the cycle's visits
        """
        self.ensure_one()
        plan = self.plan_id
        if self._is_due_as_agreed(days):
            return self.date_due_agreed
        if plan.kind == "plan":
            days = [self.date_from]
        elif not days and plan.state == "expired" and self.invoice_id:
            days = [plan._get_last_day_used()]
        offset = plan._get_bounded("due_offset_days")
        return periods.due_date(days, plan.due_basis, offset) or False

    def _get_due_dates(self):
        """Return the due date the rules call for now: dict, cycle -> date or False."""
        days = self._get_visit_days()
        return self._calculate_due_dates(
            lambda cycle, ahead: cycle._get_ordered_due_date(days.get(cycle, []), ahead)
        )

    def _get_ordered_due_date(self, days, ahead):
        """Return the due date of `_get_due_date`, never before the bill ahead (C5).

        But for one that was agreed on, without visits: no order holds for it (S13).

        :param days: list of the local dates of the cycle's visits
        :param ahead: date, see `_calculate_due_dates`
        """
        self.ensure_one()
        date = self._get_due_date(days)
        if self._is_due_as_agreed(days):
            return date
        return date and max(date, ahead)

    def _calculate_due_dates(self, calculate):
        """Calculate the due dates of these cycles, of each plan in order (C5).

        :param calculate: function of a cycle and of the date of the one ahead of it:
            the nearest earlier one that has a due date and is not closed; `date.min`
            where there is none
        :return: dict, cycle -> date or False
        """
        dates = dict.fromkeys(self)
        for plan in self.plan_id:
            ahead = datetime.date.min
            for cycle in plan.cycle_ids.sorted("sequence"):
                date = cycle.date_due
                if cycle in dates:
                    date = dates[cycle] = calculate(cycle, ahead)
                if date and cycle.state != "closed":
                    ahead = date
        return dates

    def _follow_visits(self):
        """Let due dates follow the visits where nothing is posted yet (C1, C5).

        A posted invoice keeps its due date: this is what a reschedule or a booking
        may do. A deal may do more: `_follow_deal`.
        """
        dates = self.filtered(lambda cycle: cycle._is_movable())._get_due_dates()
        self._set_due_dates(dates)

    def _is_movable(self):
        """Tell whether the due date follows visits: nothing is posted yet (C1, C5)."""
        self.ensure_one()
        return self.state in ("waiting", "scheduled") and not self._keeps_due_date()

    def _preview_moved_visit(self, visit, day):
        """Return the due date once a visit of this cycle is on another day (C1).

        :param visit: `pet.appointment` record
        :param day: date, the new local day
        """
        self.ensure_one()
        if self.plan_id.kind == "plan" or not self._is_movable():
            return self._get_current_due_date()
        days = [other._get_day() for other in self.appointment_ids - visit]
        return self._calculate_due_dates(
            lambda cycle, ahead: cycle._get_ordered_due_date([*days, day], ahead)
        )[self]

    def _follow_reopening(self):
        """Deal again where closed cycles are billed again, and take their dates anew.

        The visits of the package may have changed since (C2, C6). Those of a plan
        stay in their period, whatever becomes of its invoice (C8).
        """
        self.plan_id._recycle()
        self.filtered(lambda cycle: cycle.plan_id.kind == "plan")._follow_visits()

    def _follow_deal(self):
        """Let due dates follow a deal, by the invoice table (C6)."""
        days = self._get_visit_days()
        dates = (self - self._filter_closed())._calculate_due_dates(
            lambda cycle, ahead: cycle._get_due_date_after_deal(
                days.get(cycle, []), ahead
            )
        )
        old_dates = {
            cycle: cycle._get_current_due_date()
            for cycle, date in dates.items()
            if cycle.state == "billed" and date != cycle._get_current_due_date()
        }
        self._set_due_dates(dates)
        self._note_later_due_dates(old_dates)

    def _get_due_date_after_deal(self, days, ahead):
        """Return the due date that a deal gives the cycle, or False (C5, C6).

        Drafts follow their visits; a posted unpaid invoice moves to a later date
        only; what is paid, if only in part, or closed never moves.

        :param days: list of the local dates of the visits after the deal
        :param ahead: date, see `_calculate_due_dates`
        """
        self.ensure_one()
        current = self._get_current_due_date()
        if self._keeps_due_date():
            return current
        if self.state in ("waiting", "scheduled"):
            return self._get_ordered_due_date(days, ahead)
        if self.state == "billed":
            return max(self._get_ordered_due_date(days, ahead) or current, current)
        return current

    def _preview_due_dates(self, leaving, cycles, joining=()):
        """Return the due dates after a deal that is not done yet (C7).

        :param leaving: the `pet.appointment` records that leave their cycles
        :param cycles: dict, visit id -> cycle id after the deal
        :param joining: records that enter one
        :return: dict, cycle -> date or False
        """
        days = defaultdict(list)
        for visit in [*(self.appointment_ids - leaving), *joining]:
            # A no-show whose session went back is not dealt, and stays where it is.
            days[cycles.get(visit.id, visit.cycle_id.id)].append(visit._get_day())
        if not leaving.filtered("holds_sessions"):  # else there is something to book
            last = max((day for some in days.values() for day in some), default=None)
            for cycle in self._filter_empty_for_good():
                days[cycle.id] = days[cycle.id] or [last]
        return self._calculate_due_dates(
            lambda cycle, ahead: cycle._get_due_date_after_deal(days[cycle.id], ahead)
        )

    def _get_invoice_warning(self):
        """Return what to know before visits of this cycle move, or None (C7)."""
        if not self or (self.state in ("waiting", "scheduled") and not self._is_paid()):
            return None
        invoice = self.invoice_id.display_name
        if self.state == "closed":
            return self.env._(
                "%(cycle)s is closed: its other visits stay in it",
                cycle=self.display_name,
            )
        if not self._is_paid():
            return self.env._(
                "%(invoice)s is posted: its due date can only move to a later one",
                invoice=invoice,
            )
        if self._filter_frozen():
            return self.env._(
                "%(invoice)s is paid: its other visits stay in it", invoice=invoice
            )
        return self.env._(
            "%(invoice)s is paid: a later visit takes the freed place", invoice=invoice
        )

    def _describe_new_due_date(self, date):
        """Return that the cycle gets another due date, as a sentence (C7).

        :param date: date, or False where it waits for visits
        """
        self.ensure_one()
        values = {
            "cycle": self.display_name,
            "old": format_day(self.env, self.date_due),
            "new": format_day(self.env, date),
        }
        if not date:
            return self.env._(
                "%(cycle)s, due on %(old)s, waits until visits are booked.", **values
            )
        if not self.date_due:
            return self.env._("%(cycle)s is due on %(new)s.", **values)
        return self.env._("%(cycle)s is due on %(new)s instead of %(old)s.", **values)

    def _get_current_due_date(self):
        self.ensure_one()
        return self.invoice_id.invoice_date_due or self.date_due

    def _get_accounting_date(self, date_due):
        """Return the accounting date of the cycle's draft: the day it will be posted.

        So that what is sold today and billed next year stands in no period of this
        year, and keeps none from being locked. Posting gives it the date of that day,
        as any invoice without an invoice date.

        :param date_due: date, the due date of the draft
        """
        self.ensure_one()
        return max(self.company_id._get_pet_today(), self.date_post or date_due)

    @api.model
    def _leave_locked_period(self, companies, date):
        """Date the drafts of cycles without visits after a period to be locked (C5).

        Nobody knows when they will be posted, and a package may never expire.

        :param companies: `res.company` records, with their branches
        :param date: last day of the period
        """
        waiting = self.search(
            [
                ("company_id", "child_of", companies.ids),
                ("state", "=", "waiting"),
                ("invoice_id.state", "=", "draft"),
                ("invoice_id.invoice_date", "=", False),
                ("invoice_id.date", "<=", date),
            ]
        )
        waiting.invoice_id._set_pet_accounting_date(date + timedelta(days=1))

    def _set_due_dates(self, dates):
        """Write due dates on cycles and invoices, whatever their number at once.

        :param dates: dict, cycle -> date, or False for a cycle without visits
        """
        shown = {}
        for cycle, date in dates.items():
            if cycle.date_due != date:
                cycle._unguarded().date_due = date
            invoice = cycle.invoice_id
            if invoice:
                shown[invoice] = (
                    date or cycle.plan_id.date_end or invoice.invoice_date_due
                )
        self.env["account.move"]._set_pet_due_dates(shown)

    def _note_later_due_dates(self, old_dates):
        """Tell in the chatter of invoice and plan that a posted due date moved (C6).

        :param old_dates: dict, cycle -> its due date before
        """
        if not old_dates:
            return
        invoice_notes, plan_notes = {}, defaultdict(Markup)
        for cycle, old in old_dates.items():
            text = self.env._(
                "Due date of %(invoice)s (%(cycle)s) moved from %(old)s to %(new)s, "
                "since its visits were dealt again.",
                invoice=cycle.invoice_id.display_name,
                cycle=cycle.display_name,
                old=format_day(self.env, old),
                new=format_day(self.env, cycle.date_due),
            )
            invoice_notes[cycle.invoice_id.id] = text
            plan_notes[cycle.plan_id.id] += Markup("<p>%s</p>") % text
        invoices = self.env["account.move"].browse(invoice_notes)
        invoices._message_log_batch(bodies=invoice_notes)
        self.env["pet.plan"].browse(plan_notes)._message_log_batch(
            bodies=dict(plan_notes)
        )

    # --- Invoices (S3, S6, S7) -------------------------------------------------

    def _create_invoices(self):
        """Create the draft invoice of each cycle that has something to bill (S3, S7).

        :return: the new `account.move` records
        """
        return self.filtered(
            lambda cycle: not cycle.currency_id.is_zero(cycle.amount_untaxed)
        )._create_drafts()

    def _create_drafts(self):
        """Create a draft invoice for each cycle, whatever it costs.

        :return: the new `account.move` records
        """
        # Every value of these invoices comes from the plan; a message per draft
        # ("Invoice created") and a follower on each would only be noise.
        moves = self.env["account.move"].with_context(
            mail_create_nolog=True, mail_create_nosubscribe=True
        )
        sold = {
            plan: plan._get_entitlements(
                plan.cycle_ids.sorted("sequence").mapped("capacity")
            )
            for plan in self.plan_id
        }
        for company, cycles in self.grouped("company_id").items():
            moves.with_company(company)._check_pet_income_accounts(
                cycles.plan_id.line_ids.product_id
            )
            moves |= (
                moves.with_company(company)
                ._unguarded()
                .create(
                    [
                        cycle._prepare_invoice_vals(
                            sold[cycle.plan_id][cycle.sequence - 1]
                        )
                        for cycle in cycles
                    ]
                )
            )
        moves._note_pet_proposals()
        return moves

    def _prepare_invoice_vals(self, sold):
        """Return the values of the cycle's draft invoice (S6, S7).

        :param sold: list of (plan line, sessions, amount) the cycle entitles to
        """
        self.ensure_one()
        plan = self.plan_id
        date_due = self.date_due or plan.date_end or plan.date_start
        return {
            "move_type": "out_invoice",
            "company_id": self.company_id.id,
            "partner_id": self._get_invoice_address().id,
            "currency_id": plan.currency_id.id,
            "pet_cycle_id": self.id,
            "pet_id": plan.pet_id.id,
            "invoice_user_id": plan.user_id.id,
            "invoice_origin": plan.name,
            # A term would overwrite the due date, which is ours.
            "invoice_payment_term_id": False,
            "invoice_date_due": date_due,
            "date": self._get_accounting_date(date_due),
            "invoice_line_ids": [
                fields.Command.create(
                    self._prepare_invoice_line_vals(line, quantity, amount)
                )
                for line, quantity, amount in sold
            ],
        }

    def _get_invoice_address(self):
        """Return the address that invoices of the customer go to (S7)."""
        self.ensure_one()
        customer = self.plan_id.partner_id
        return customer.browse(customer.address_get(["invoice"])["invoice"])

    def _prepare_invoice_line_vals(self, line, quantity, amount):
        """Return the values of one invoice line (S6).

        :param line: `pet.plan.line` record
        :param quantity: float, sessions the cycle entitles to
        :param amount: float, what they cost, untaxed: the line's subtotal
        """
        self.ensure_one()
        price_unit = line.price_unit
        factor = quantity * (1 - line.discount / 100)
        exactly = self.currency_id.rounding / 1000
        if float_compare(factor * price_unit, amount, precision_rounding=exactly):
            # The cent that rounding leaves over goes into the price of this line.
            # So does less than a cent: Odoo may round an invoice as a whole only.
            price_unit = amount / factor
        return {
            "product_id": line.product_id.id,
            "name": self._get_invoice_line_name(line, quantity),
            "quantity": quantity,
            "price_unit": price_unit,
            "discount": line.discount,
        }

    def _get_invoice_line_name(self, line, quantity):
        """Return the description of an invoice line, in the customer's language (S7).

        With the number of sessions in words: Odoo shows no quantity where Sales is not
        installed.

        :param line: `pet.plan.line` record
        :param quantity: float, the sessions that the invoice line bills
        """
        self.ensure_one()
        plan = self.plan_id
        localised = self._in_customers_language()
        product = line.product_id.with_env(localised.env)
        values = {
            "sessions": self._say_sold(localised.env, line, quantity),
            "number": self.sequence,
            "count": len(plan.cycle_ids),
            "plan": plan.display_name,
            "pet": plan.pet_id.name or localised.env._("all pets"),
        }
        if plan.kind == "plan":
            detail = localised.env._(
                "%(sessions)s, %(from)s to %(to)s (period %(number)s of %(count)s) of "
                "%(plan)s, for %(pet)s",
                **values,
                **{
                    "from": format_day(localised.env, self.date_from),
                    "to": format_day(localised.env, self.date_to),
                },
            )
        else:
            detail = localised.env._(
                "%(sessions)s, cycle %(number)s of %(count)s of %(plan)s, for %(pet)s",
                **values,
            )
        return "\n".join(
            filter(None, (product.display_name, product.description_sale, detail))
        )

    @api.model
    def _say_sold(self, env, line, quantity):
        """Return what is billed of a line in words: its sessions, or unlimited (S11).

        Of sessions beside others that cost something it says that they are free (S12).

        :param env: environment, of the language of the customer
        """
        if line.is_unlimited:
            return env._("unlimited")
        sessions = say_sessions(env, quantity)
        if line._is_present():
            return env._("%(sessions)s, free", sessions=sessions)
        return sessions

    def _in_customers_language(self):
        """Return the cycle in the language in which its customer is written to."""
        self.ensure_one()
        lang = self.plan_id.partner_id.lang or self.env.lang
        return self.with_context(lang=lang)

    def _recount_sessions(self, name, old, new):
        """Return the description of an invoice line that bills other sessions (S7).

        One that a person wrote stays.

        :param name: text, see `_get_invoice_line_name`
        :param old, new: floats, the sessions it told, and those it has to tell
        """
        env = self._in_customers_language().env
        told, to_tell = (f"{say_sessions(env, count)}, " for count in (old, new))
        *lines, detail = (name or "").split("\n")
        if not detail.startswith(told):
            return name
        return "\n".join([*lines, to_tell + detail.removeprefix(told)])

    def _get_unserved(self, day, leaving=None):
        """Return the cycles of which nothing was served, nor has begun (X7).

        :param day: date, the first day without the plan
        :param leaving: visits that go with the plan, if they are still in their cycle
        """
        return self.filtered(
            lambda cycle: (
                not cycle._get_visits_that_stay(leaving)
                and (not cycle.date_from or cycle.date_from >= day)
            )
        )

    def _get_visits_that_stay(self, leaving=None):
        """Return the visits that hold sessions, but those that go with the plan."""
        self.ensure_one()
        visits = self.appointment_ids.filtered("holds_sessions")
        return visits - leaving if leaving else visits

    def _cancel_drafts(self):
        """Cancel the draft invoices of these cycles (X7); what is posted stays."""
        drafts = self.invoice_id.filtered(lambda move: move.state == "draft")
        if drafts:
            # Who cancels them says so in words of its own.
            drafts = drafts._fetch_pet_taxes().with_context(tracking_disable=True)
            drafts.button_cancel()

    def _renew_drafts(self):
        """Make the draft invoices of these cycles again, after the customer changed."""
        cycles = self.filtered(lambda cycle: cycle.invoice_id.state == "draft")
        # What was posted once has its number, and is never deleted.
        numbered = cycles.invoice_id.filtered("posted_before")
        (cycles.invoice_id - numbered).unlink()
        if numbered:
            numbered.button_cancel()
            cycles._flush_bills()
        cycles._create_invoices()

    def _follow_pauses(self, before, after):
        """Move the periods of a plan, since its pauses changed (X8).

        :param before, after: first and last day of each pause, as list of tuples
        """
        bounds = self._get_bounds_after_pauses(before, after)
        self.filtered("date_from")._move_periods(bounds)

    def _get_bounds_after_pauses(self, before, after):
        """Return which days the periods of a plan have once its pauses change (X8).

        Each keeps its usable days; one that would begin inside a pause, on its first
        day too, begins after it.

        :param before, after: first and last day of each pause, as list of tuples
        :return: dict, cycle -> (first day, last day)
        """
        start = self.plan_id.date_start
        cycles = self.filtered("date_from").sorted("date_from")
        firsts = {
            cycle: periods.follow_pauses(cycle.date_from, start, before, after)
            for cycle in cycles
        }
        bounds, later = {}, self.browse()
        for cycle in reversed(cycles):
            if later:
                last = firsts[later] - (later.date_from - cycle.date_to)
            else:
                last = periods.follow_pauses(cycle.date_to, start, before, after)
            bounds[cycle] = firsts[cycle], max(firsts[cycle], last)
            later = cycle
        return bounds

    def _get_bounds_moved(self, delta):
        """Return which days periods have once all move alike: dict, as above.

        :param delta: timedelta
        """
        return {
            cycle: (cycle.date_from + delta, cycle.date_to + delta) for cycle in self
        }

    def _preview_periods(self, bounds):
        """Return the due dates once periods have other days, as far as they follow.

        :param bounds: dict, cycle -> (first day, last day)
        :return: dict, cycle -> date; what is posted, paid or typed stays, and is not
            in it
        """
        following = self.filtered(
            lambda cycle: (
                (cycle.date_from, cycle.date_to) != bounds[cycle]
                and cycle.date_due == cycle._get_due_date([])
                and cycle._is_movable()
            )
        )

        def calculate(cycle, ahead):
            plan, first = cycle.plan_id, bounds[cycle][0]
            offset = plan._get_bounded("due_offset_days")
            return max(periods.due_date([first], plan.due_basis, offset), ahead)

        return following._calculate_due_dates(calculate)

    def _move_periods(self, bounds):
        """Give periods other days; their bills follow, as far as they are drafts.

        A due date that somebody typed stays (X8).

        :param bounds: dict, cycle -> (first day, last day)
        """
        moving = self.filtered(
            lambda cycle: (cycle.date_from, cycle.date_to) != bounds[cycle]
        )._unguarded()
        typed = moving.filtered(lambda cycle: cycle.date_due != cycle._get_due_date([]))
        names = moving._get_draft_names()
        # No two periods of a plan may start on the same day even for a moment: they
        # have no first day while they move.
        moving.date_from = False
        moving.flush_recordset(["date_from"])
        moving.sessions_expired = False
        for cycle in moving:
            cycle.date_from, cycle.date_to = bounds[cycle]
        (moving - typed)._follow_visits()
        moving._rename_drafts(names)

    # --- Posting (I1) ----------------------------------------------------------

    @api.model
    def _get_cycles_to_post_domain(self, company):
        """Return the domain of the cycles whose draft is due for posting (I1)."""
        return Domain(
            [
                ("company_id", "=", company.id),
                ("state", "=", "scheduled"),
                ("invoice_id.state", "=", "draft"),
                # What an accountant reset to draft is theirs to post again.
                ("invoice_id.posted_before", "=", False),
                ("plan_id.is_paused", "=", False),
                ("date_post", "<=", company._get_pet_today()),
                # What an archived pet used is billed by a person, or not (X9).
                "|",
                ("pet_id", "=", False),
                ("pet_id.active", "=", True),
            ]
        ) & (
            # A cancellation whose day has come says first what is left to bill (X7).
            Domain("plan_id.state", "=", "cancelled")
            | Domain("plan_id.cancel_date", "=", False)
            | Domain("plan_id.cancel_date", ">", company._get_pet_today())
        )

    @api.model
    def _cron_post_invoices(self, batch_size=100):
        """Nightly job: post the drafts whose time has come (I1).

        One failing invoice costs its own batch a second try in halves and nothing
        else, and shows on its plan.
        """
        for company in self.env["res.company"]._get_pet_shops():
            cycles = company._get_scoped(self)
            if not cycles._run_in_batches(
                self._get_cycles_to_post_domain(company),
                lambda cycles: cycles._post_invoices(),
                batch_size,
                order="date_post, id",
            ):
                return

    def _post_invoices(self):
        """Post the drafts of these cycles; one that fails is noted on it (I1)."""
        posted = self._run_isolated(
            lambda cycles: cycles.invoice_id._post(soft=False),
            lambda cycle, error: cycle._note_failure(error),
        )
        failed_before = posted.filtered("billing_error")
        failed_before._unguarded().write({"billing_error": False})

    def _note_failure(self, error):
        """Keep why the invoice could not be posted, where staff see it (I1)."""
        self.ensure_one()
        message = self.env._(
            "The invoice of %(cycle)s could not be posted: %(error)s",
            cycle=self.display_name,
            error=error,
        )
        if self.billing_error != message:
            self._unguarded().write({"billing_error": message})
            self.plan_id._message_log(body=message)

    # --- Buttons (I2, I3) ------------------------------------------------------

    def action_view_invoice(self):
        """Open the invoice of the cycle (I2)."""
        self.ensure_one()
        if not self.invoice_id:
            raise UserError(
                self.env._("%(cycle)s has no invoice.", cycle=self.display_name)
            )
        return open_record(self.invoice_id, name=self.invoice_id.display_name)

    def action_pay(self):
        """Open the payment; what is a draft is posted with it (I2).

        So a dialog that is discarded leaves the drafts as they were.

        :return: Odoo's payment wizard, or for a cashier their own
        :raises UserError: naming the cycles on which nothing is to be paid
        :raises AccessError: for who may not take payments
        """
        unpayable = self.filtered(
            lambda cycle: not cycle.invoice_id or cycle.state in ("settled", "closed")
        )
        if unpayable:
            raise UserError(
                self.env._(
                    "There is nothing to pay on %(cycles)s.",
                    cycles=", ".join(unpayable.mapped("display_name")),
                )
            )
        self._check_no_credit_waits()
        invoices = self.invoice_id._with_payment_rights()
        # The dialog asks for what the invoices will come to (I4).
        invoices._take_pet_values()
        return invoices._get_pet_payment_action()

    def _check_no_credit_waits(self):
        """Refuse to ask for money of which a drafted credit note takes some away.

        :raises UserError: naming cycles and credit notes
        """
        waiting = self.filtered("awaits_credit")
        if waiting:
            raise UserError(
                self.env._(
                    "A credit note waits to be posted or deleted on %(cycles)s: what "
                    "is left to pay is known then.",
                    cycles=", ".join(waiting.mapped("display_name")),
                )
            )

    def action_view_credit_note(self):
        """Open the drafted credit note for which the payment waits (I2, X7)."""
        self.ensure_one()
        notes = self._get_waiting_credit_notes()
        if not notes:
            raise UserError(
                self.env._(
                    "No credit note waits on %(cycle)s.", cycle=self.display_name
                )
            )
        return open_record(notes[:1], name=notes[:1].display_name)

    def action_create_invoice(self):
        """Make a missing invoice again: it was deleted, cancelled or credited (I3)."""
        self.env["account.move"].check_access("create")
        self.check_access("read")
        refused = self.filtered(
            lambda cycle: (
                cycle.state != "closed"
                or cycle.plan_id.state == "cancelled"
                or cycle.carried_to_ids  # a renewal bills it (X6)
                or cycle.currency_id.is_zero(cycle.amount_untaxed)
            )
        )
        if refused:
            raise UserError(
                self.env._(
                    "%(cycles)s: only a closed cycle of a live plan that was sold "
                    "for a price gets a new invoice.",
                    cycles=", ".join(refused.mapped("display_name")),
                )
            )
        # Cycles and visits are not the accountant's to write: only the link and the due
        # date of the cycles whose right to a new invoice was just checked change, and
        # what a deal of their packages changes.
        cycles = self._sudo_clean()
        cycles.plan_id._bump_revision()
        cycles._flush_bills()
        cycles._create_invoices()
        cycles._follow_reopening()
        return self.action_view_invoice() if len(self) == 1 else True

    def action_view_appointments(self):
        """Open the visits of these cycles."""
        return open_window(
            self.env,
            "pet_plans.action_pet_appointment_list",
            {},
            [("cycle_id", "in", self.ids)],
        )

    def action_view_plan(self):
        """Open the plan of the cycle."""
        self.plan_id.ensure_one()
        return open_record(self.plan_id)
