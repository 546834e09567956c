from contextlib import contextmanager
from datetime import datetime, timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .shops import NOW, ShopsCommon


@tagged("post_install", "-at_install")
class PetPlansCommon(ShopsCommon):
    """A shop with staff, a manager, an accountant and a customer; a second company.

    The clock stands at `NOW`; `self.clock.move_to(...)` moves it. The shop keeps UTC
    unless a test sets `pet_tz`. The environment of the class is the staff member's:
    what a test does without saying otherwise, it does as reception.
    """

    def setUp(self):
        super().setUp()
        if self.clock:  # tests in the browser have none
            self.clock.move_to(NOW)  # wherever the test before left it

    @classmethod
    def make_portal_user(cls, login, partner):
        """Return a portal user of an existing customer."""
        return new_test_user(
            cls.env(su=True),
            login=login,
            groups="base.group_portal",
            partner_id=partner.id,
            company_id=cls.shop.id,
            company_ids=[Command.set(cls.shop.ids)],
            tz="UTC",
        )

    @classmethod
    def archive_in_silence(cls, pet):
        """Archive a pet as could be done before X9, or by who writes past it."""
        cls.env.flush_all()
        cls.env.cr.execute("UPDATE pet_pet SET active = FALSE WHERE id = %s", [pet.id])
        pet.invalidate_recordset()

    # --- Builders --------------------------------------------------------------

    @classmethod
    def make_template(cls, lines=None, **values):
        """Create a template: 12 baths at 45.00 in cycles of 4, unless told otherwise.

        :param lines: list of (product, sessions, price per session), with a discount
            in percent as a fourth where there is one
        """
        if values.get("kind") != "plan":
            values.setdefault("appointment_count", 12)
            values.setdefault("appointments_per_cycle", 4)
        lines = lines or [(cls.bath, values.get("appointment_count", 4), 45.0)]
        return (
            cls.env["pet.plan.template"]
            .with_user(cls.manager)
            .create(
                {
                    "name": "Weekly baths",
                    "company_id": cls.shop.id,
                    "line_ids": [
                        Command.create(
                            {
                                "product_id": product.id,
                                "quantity": quantity,
                                "price_unit": price,
                                "discount": next(iter(discount), 0.0),
                            }
                        )
                        for product, quantity, price, *discount in lines
                    ],
                    **values,
                }
            )
            .with_env(cls.env)
        )

    @classmethod
    def sell(cls, template=None, pet=None, confirm=True, **values):
        """Sell a template to a pet (Luna by default) as staff; return the plan."""
        template = template or cls.make_template()
        pet = cls.luna if pet is None else pet
        plan = cls.env["pet.plan"].create(
            {
                "template_id": template.id,
                "pet_id": pet.id,
                "partner_id": pet.partner_id.id or cls.customer.id,
                "date_start": fields.Date.to_date("2026-01-01"),
                **values,
            }
        )
        if confirm:
            plan.action_confirm()
        return plan

    @classmethod
    def sell_elsewhere(cls, **values):
        """Sell 12 baths to Ana Souza in the other company, as its staff."""
        template = cls.make_template().sudo().copy({"company_id": cls.other_shop.id})
        plan = cls.env(user=cls.other_staff)["pet.plan"].create(
            {
                "template_id": template.id,
                "partner_id": cls.customer.id,
                "date_start": "2026-01-01",
                **values,
            }
        )
        plan.action_confirm()
        return plan

    @classmethod
    def make_tax(cls, included, amount=21.0, company=None):
        """Create a tax of a company (the shop by default).

        :param included: "tax_included" or "tax_excluded", of what is typed
        :param amount: in percent
        """
        company = company or cls.shop
        return (
            cls.env["account.tax"]
            .sudo()
            .create(
                {
                    "name": f"Test {amount:g}% {included}",
                    "amount": amount,
                    "price_include_override": included,
                    "company_id": company.id,
                    "country_id": company.account_fiscal_country_id.id,
                }
            )
        )

    @classmethod
    def make_drafts(cls, count, template=None):
        """Create drafts of a template, each for a pet and a customer of its own."""
        template = template or cls.template
        customers = cls.env["res.partner"].create(
            [{"name": f"Customer {number}"} for number in range(count)]
        )
        pets = cls.env["pet.pet"].create(
            [
                {
                    "name": f"Pet of {customer.name}",
                    "partner_id": customer.id,
                    "species_id": cls.dog.id,
                }
                for customer in customers
            ]
        )
        return cls.env["pet.plan"].create(
            [
                {
                    "template_id": template.id,
                    "pet_id": pet.id,
                    "partner_id": pet.partner_id.id,
                    "date_start": "2026-01-01",
                }
                for pet in pets
            ]
        )

    @classmethod
    def weekly(cls, count, first="2026-01-05 09:00:00"):
        """Return the starts of weekly visits, from a Monday 09:00 UTC on."""
        start = datetime.fromisoformat(first)
        return [start + timedelta(weeks=week) for week in range(count)]

    @classmethod
    def sell_worked_example(cls, **terms):
        """Sell Luna's 12 weekly baths of C10, all booked; return plan and visits."""
        plan = cls.sell(cls.make_template(**terms))
        return plan, plan.book(cls.weekly(12))

    # --- The accountant's doings -------------------------------------------------

    @classmethod
    def post(cls, invoices):
        """Post invoices as the accountant."""
        invoices.with_user(cls.accountant).action_post()
        return invoices

    @classmethod
    def pay(cls, invoices, **values):
        """Post invoices if need be and pay them as the accountant, in full or part."""
        cls.post(invoices.filtered(lambda move: move.state == "draft"))
        return (
            cls.env["account.payment.register"]
            .with_user(cls.accountant)
            .with_context(active_model="account.move", active_ids=invoices.ids)
            .create(values)
            ._create_payments()
        )

    def credit(self, invoice, post=True, **values):
        """Credit a posted invoice as the accountant; return the credit note.

        :param values: of its first line, where not all is credited
        """
        action = (
            self.env["account.move.reversal"]
            .with_user(self.accountant)
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": invoice.journal_id.id})
            .refund_moves()
        )
        credit_note = invoice.browse(action["res_id"])
        if values:
            line = credit_note.invoice_line_ids[0]
            credit_note.with_user(self.accountant).invoice_line_ids = [
                Command.update(line.id, values)
            ]
        return self.post(credit_note) if post else credit_note

    def serve_sessions(self, plan, *sessions, start="2026-01-02 13:00:00"):
        """Check in one visit that takes some sessions of each line of a plan."""
        visit = self.env["pet.appointment"].create(
            {
                "plan_id": plan.id,
                "pet_id": self.luna.id,
                "start": start,
                "line_ids": [
                    Command.create(
                        {
                            "product_id": line.product_id.id,
                            "plan_line_id": line.id,
                            "quantity": quantity,
                        }
                    )
                    for line, quantity in zip(plan.line_ids, sessions, strict=True)
                    if quantity
                ],
            }
        )
        visit.action_receive()
        return visit

    # --- What becomes of a plan, by its dialogs ----------------------------------

    def cancel_plans(self, plans, **values):
        """Cancel plans (X7) from today on, as their user; return the dialog.

        :param values: of the dialog, such as `date` and `settlement`
        """
        wizards = self.env["pet.plan.cancel"].with_user(plans.env.user)
        wizard = wizards.create(
            {"plan_ids": plans.ids, "reason": "Moves away", **values}
        )
        wizard.action_apply()
        return wizard

    def pause(self, plan, first, last):
        """Pause a plan (X8) from one day through another, as its user."""
        self.env["pet.plan.pause.start"].with_user(plan.env.user).create(
            {
                "plan_id": plan.id,
                "date_from": first,
                "date_to": last,
                "reason": "Holidays",
            }
        ).action_apply()

    def adjust(self, plan, left):
        """Edit what is left of each line of a plan (L2), as a manager."""
        wizard = (
            self.env["pet.plan.adjust"]
            .with_user(self.manager)
            .create({"plan_id": plan.id, "reason": "Counted again"})
        )
        wizard.line_ids.new_remaining = left
        wizard.action_apply()

    def carry(self, plan, **values):
        """Renew a plan by its dialog with what is left (X6); return the renewal."""
        wizard = self.env["pet.plan.renew"].create(
            {"plan_id": plan.id, "carry_remaining": True, **values}
        )
        wizard.action_apply()
        self.env.flush_all()  # as at the end of a request: it is of who opened it
        for one in plan + plan.renewed_by_id:
            self.assert_ledger_adds_up(one)
        return plan.renewed_by_id

    def run_posting_job(self):
        """Run the nightly job that posts invoices (I1) as the scheduler would."""
        self.run_job("pet_plans.ir_cron_post_invoices")

    def run_job(self, xmlid):
        """Run a nightly job as the scheduler does: as its user, in its own cursor."""
        with self.enter_registry_test_mode():
            self.env.ref(xmlid).sudo().method_direct_trigger()
        self.env.invalidate_all()

    def update_plans(self, now=None):
        """Run the nightly job that updates plans (X1, X2), perhaps at a moment."""
        if now:
            self.clock.move_to(now)
        self.run_job("pet_plans.ir_cron_update_plans")

    @classmethod
    def switch_on_reminders(cls):
        """Switch on all mails of the shop (P5), to a customer who has an address."""
        cls.customer.sudo().email = "ana@example.com"
        cls.shop.sudo().write(
            {
                "pet_renewal_reminder": True,
                "pet_last_sessions_reminder": True,
                "pet_visit_reminder": True,
            }
        )

    # --- The Action menu and the cancel wizard -----------------------------------

    def run_server_action(self, xmlid, records):
        """Run a server action from the Action menu of some records, as their user."""
        return (
            self.env.ref(xmlid)
            .with_user(records.env.user)
            .with_context(
                active_model=records._name,
                active_ids=records.ids,
                active_id=records[:1].id,
            )
            .run()
        )

    def open_cancel_wizard(self, visits, **values):
        """Open the wizard as the form's button does; return its record."""
        action = visits.action_open_cancel()
        return (
            self.env[action["res_model"]]
            .with_user(visits.env.user)
            .with_context(**action["context"])
            .create(values)
        )

    @contextmanager
    def undoing(self):
        """Undo afterwards what is done meanwhile."""
        with self.cr.savepoint() as savepoint:
            yield
            savepoint.rollback()

    # --- Refusals --------------------------------------------------------------

    @contextmanager
    def assertRaisesRegex(self, exception, pattern):
        """Expect a refusal with that message; as `assertRaises`, undo what it left.

        Odoo rolls back to a savepoint in `assertRaises` only.
        """
        with self.assertRaises(exception) as caught:
            yield caught
        self.assertRegex(str(caught.exception), pattern)

    @contextmanager
    def assert_refused(self, exception, pattern):
        """Check for a refusal by its message, and roll back what came before it."""
        with self.assertRaisesRegex(exception, pattern), self.cr.savepoint():
            yield

    def assert_not_allowed(self, operation, model):
        """Expect Odoo's own refusal of a whole model: no group of the user may.

        :param operation: "access", "create", "modify" or "delete"
        :param model: name, such as "pet.plan"
        """
        return self.assertRaisesRegex(
            AccessError, f"You are not allowed to {operation} '.*' .{model}. records"
        )

    # --- Queries ---------------------------------------------------------------

    def count_queries(self, action):
        """Return the queries of an action that starts with an empty cache."""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        action()
        self.env.flush_all()
        return self.cr.sql_log_count - before

    # --- Readers ---------------------------------------------------------------

    def days(self, plan):
        """Return the cycles of a plan as lists of "MM-DD", without cancelled visits."""
        return [
            [
                visit.start.strftime("%m-%d")
                for visit in cycle.appointment_ids.sorted("start")
                if visit.state != "cancelled"
            ]
            for cycle in plan.cycle_ids.sorted("sequence")
        ]

    def due_dates(self, plan):
        """Return the due dates of a plan's cycles as "MM-DD" (None where empty)."""
        return [
            cycle.date_due and cycle.date_due.strftime("%m-%d") or None
            for cycle in plan.cycle_ids.sorted("sequence")
        ]

    @classmethod
    def invoices(cls, plan):
        """Return the invoices of a plan's cycles, in order, with all rights."""
        return plan.sudo().cycle_ids.sorted("sequence").invoice_id

    @classmethod
    def visit_on(cls, plan, day):
        """Return the visit of a plan on a day, "MM-DD"."""
        return plan.appointment_ids.filtered(
            lambda visit: visit.start.strftime("%m-%d") == day
        )

    def bodies(self, record):
        """Return the texts of a record's chatter, oldest first."""
        return [
            str(body) for body in record.sudo().message_ids.sorted("id").mapped("body")
        ]

    def receivable_dates(self, invoice):
        """Return the maturities of an invoice's receivable lines, in order."""
        lines = invoice.sudo().line_ids.filtered(
            lambda line: line.display_type == "payment_term"
        )
        return sorted(lines.mapped("date_maturity"))

    def assert_ledger_adds_up(self, plan):
        """Check the counters of every service of a plan (L1).

        Total and expired against the entries, used and booked against the visits that
        hold sessions: the counters take used for what the other three leave.
        """
        for line in plan.line_ids:
            entries = line.entry_ids.sorted("id")
            held = line.appointment_line_ids.filtered("appointment_id.holds_sessions")
            booked = held.filtered(
                lambda taken: taken.appointment_id.state in ("scheduled", "confirmed")
            )
            self.assertEqual(line.booked, sum(booked.mapped("sessions")))
            self.assertEqual(line.used, sum((held - booked).mapped("sessions")))
            self.assertEqual(
                line.expired,
                -sum(
                    entry.quantity
                    for entry in entries
                    if entry.kind in ("expire", "reinstate")
                ),
            )
            self.assertEqual(
                line.total,
                sum(
                    entry.quantity
                    for entry in entries
                    if entry.kind in ("grant", "carry_over", "adjust", "transfer")
                ),
            )
            running = 0.0
            for entry in entries:
                running += entry.quantity
                self.assertEqual(entry.balance, running, entry.kind)
            self.assertEqual(line.remaining, running)
            self.assertEqual(
                line.total, line.used + line.booked + line.remaining + line.expired
            )
