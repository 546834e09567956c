"""What pages and statements tell of plans, in words (P1, P4)."""

from collections import defaultdict

from odoo.tools import format_amount

from .formats import format_day, format_sessions


def get_bar(total, used, booked, to_book):
    """Return the widths of the parts of a bar, in percent of all that was granted.

    What was taken beyond what there is (an overdraft) fills the bar and no more.

    :return: dict of floats: `used`, `booked`, `to_book`
    """
    parts = {"used": used, "booked": booked, "to_book": max(0.0, to_book)}
    whole = max(total, sum(parts.values()))
    return {
        name: round(100 * part / whole, 2) if whole else 0
        for name, part in parts.items()
    }


class PlanRows:
    """The services, cycles, visits and ledgers of plans, ready to be shown.

    Read with the rights, and said in the language, of its environment. Its queries do
    not grow with the plans. Of what stays inside the shop it tells nothing: names of
    staff, reasons and notes.
    """

    def __init__(self, env):
        """Take an environment.

        :param env: whose rights and language count
        """
        self.env = env

    # --- What is read, at once for all plans ---------------------------------------

    def _read(self, plans):
        """Read all that belongs to some plans.

        :param plans: `pet.plan` records
        """
        ids = plans.ids
        self.cycles = self._group("pet.cycle", ids, "sequence, id")
        self.visits = self._group("pet.appointment", ids, "start DESC, id DESC")
        self.entries = self._group("pet.plan.entry", ids, "id DESC")
        self.visits_of_cycles = defaultdict(self.env["pet.appointment"].browse)
        for visits in self.visits.values():
            for cycle, some in visits.grouped("cycle_id").items():
                self.visits_of_cycles[cycle] = some

    def _group(self, model, plan_ids, order):
        records = self.env[model].search([("plan_id", "in", plan_ids)], order=order)
        return self._select(records).grouped("plan_id")

    def _select(self, records):
        """Return which of some records of plans are told of: all."""
        return records

    def _number(self, visits):
        """Read, and number, visits of all plans together: by plan each were a query.

        :param visits: `pet.appointment` records that will be shown
        :return: the same, by plan
        """
        visits = visits.with_prefetch(visits.ids)
        self.labels = {visit.id: visit.session_label for visit in visits}
        return visits.grouped("plan_id")

    # --- What is shown ---------------------------------------------------------------

    def _get_state_label(self, plan):
        return self.env._("Paused") if self._rests(plan) else plan._get_state_label()

    @staticmethod
    def _rests(plan):
        """Tell whether a plan runs, and is paused: one cancelled since is not (X8)."""
        return plan.is_paused and plan.state == "active"

    def _get_end(self, plan):
        if plan.cancel_date:
            return self.env._(
                "cancelled from %(day)s", day=self._format(plan.cancel_date)
            )
        if not plan.date_end:
            return self.env._("never expires")
        return self.env._("until %(end)s", end=self._format(plan.date_end))

    def _get_line(self, line):
        return {
            "id": line.id,
            "service": self._get_services(line.product_id),
            "total": line.left_label
            if line.is_unlimited
            else self._format_sessions(line.total),
            "used": self._format_sessions(line.used),
            "booked": self._format_sessions(line.booked),
            "to_book": self._format_sessions(line.remaining),
            "left": line.left_label,
            "is_unlimited": line.is_unlimited,
            "expired": line.expired and self._format_sessions(line.expired),
        }

    def _get_cycle(self, cycle):
        return {
            "id": cycle.id,
            "number": cycle._get_bill_label(),
            "due": cycle.due_note or (cycle.date_due and self._format(cycle.date_due)),
            "is_overdue": cycle.is_overdue,
            "amount": format_amount(
                self.env, cycle.amount_total, cycle.invoice_currency_id
            ),
            "status": cycle._get_status_label(),
        }

    def _get_visit(self, visit):
        return {
            "id": visit.id,
            "when": self._format_time(visit),
            "session": self.labels[visit.id] or "",
            "services": self._get_services(visit.line_ids.product_id),
            "pet": visit.pet_id.name,
            "state": visit.state,
            "state_label": visit._get_state_labels()[0],
        }

    def _get_entry(self, entry):
        kinds = dict(entry._fields["kind"]._description_selection(self.env))
        visit = entry.appointment_id
        return {
            "id": entry.id,
            "when": entry.company_id._format_pet_time(entry.date),
            "kind": kinds[entry.kind],
            "quantity": format_sessions(self.env, entry.quantity, "%+g"),
            "balance": self._format_sessions(entry.balance),
            "service": self._get_services(entry.product_id),
            "visit": self._format_time(visit) if visit else "",
        }

    @staticmethod
    def _get_services(products):
        # A customer reads what they bought, but has no access to the catalogue.
        return ", ".join(products.sudo().mapped("display_name"))

    def _format(self, day):
        return format_day(self.env, day)

    @staticmethod
    def _format_time(visit):
        return visit.company_id._format_pet_time(visit.start)

    def _format_sessions(self, count):
        return format_sessions(self.env, count)
