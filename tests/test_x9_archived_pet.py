from odoo import Command, fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form

from .common import PetPlansCommon


class ArchivedPetCommon(PetPlansCommon):
    def visit(self, **values):
        """Return a visit without a plan of Luna's, for a bath."""
        return self.env["pet.appointment"].create(
            {
                "pet_id": self.luna.id,
                "start": "2026-01-10 09:00:00",
                "line_ids": [Command.create({"product_id": self.bath.id})],
                **values,
            }
        )

    def archive(self, pets=None, **values):
        """Archive as the web client does, through the dialog where one opens."""
        action = (pets or self.luna).action_archive()
        if not action:
            return None
        self.assertEqual(action["res_model"], "pet.plan.cancel")
        dialog = self.env["pet.plan.cancel"].with_context(**action["context"])
        with Form(dialog, view="pet_plans.pet_pet_archive_view_form") as form:
            form.reason = "Died"
            for name, value in values.items():
                form[name] = value
        self.said = form.record.archived_visits
        form.record.action_apply()
        return form.record


class TestArchivedPet(ArchivedPetCommon):
    """X9: a pet with a running plan or visits to come is not archived in silence."""

    def test_nothing_runs(self):
        plan = self.sell()
        plan._cancel_from(fields.Date.to_date("2026-01-02"), "Moved away")
        self.assertIsNone(self.archive())
        self.assertFalse(self.luna.active)

    def test_the_message_lists_what_runs(self):
        plan = self.sell()
        self.visit()
        with self.assert_refused(
            ValidationError,
            f"(?s)^Luna cannot be archived yet.*\n- {plan.name}.* of Ana Souza"
            "\n- the visit of .*Jan 10, 2026",
        ):
            self.luna.active = False

    def test_a_draft_counts_and_a_plan_of_another_company_is_counted(self):
        draft = self.sell(confirm=False)
        other = self.sell_elsewhere(pet_id=self.luna.id)
        with self.assert_refused(
            ValidationError,
            f"(?s)^(?!.*{other.name} ).*- {draft.name}.*plans 1, visits 0$",
        ):
            self.luna.active = False

    def test_through_an_import(self):
        plan = self.sell()
        self.env["ir.model.data"].sudo().create(
            {
                "module": "__import__",
                "name": "luna",
                "model": "pet.pet",
                "res_id": self.luna.id,
            }
        )
        result = self.env["pet.pet"].load(
            ["id", "active"], [["__import__.luna", "False"]]
        )
        self.assertFalse(result["ids"])
        self.assertIn(plan.name, result["messages"][0]["message"])
        self.assertTrue(self.luna.active)

    def test_what_runs_is_closed_in_the_same_step(self):
        plan = self.sell()
        visits = plan.book(self.weekly(3))
        shared = self.sell(pet=self.env["pet.pet"])
        on_shared = shared.book(
            self.weekly(1, "2026-01-06 09:00:00"), pet_id=self.luna.id
        )
        alone = self.visit()
        dialog = self.archive()
        self.assertEqual(dialog.plan_ids, plan)
        self.assertRegex(self.said, "(?s)Jan 6, 2026.*Jan 10, 2026")
        self.assertFalse(self.luna.active)
        self.assertEqual(plan.state, "cancelled")
        self.assertEqual(plan.cancel_reason, "Died")
        gone = visits + on_shared + alone
        self.assertEqual(set(gone.mapped("state")), {"cancelled"})
        self.assertEqual(set(gone.mapped("cancel_reason")), {"Died"})
        self.assertEqual(shared.state, "active", "the other pets use it on")
        self.assertEqual(shared.sessions_remaining, 12.0)
        self.assertEqual(set(plan.sudo().invoice_ids.mapped("state")), {"cancel"})

    def test_with_visits_only(self):
        visit = self.visit()
        dialog = self.archive()
        self.assertFalse(dialog.plan_ids)
        self.assertEqual(visit.state, "cancelled")
        self.assertFalse(self.luna.active)

    def test_the_money_is_settled_as_in_any_cancellation(self):
        """X7: what was billed and not used is credited."""
        plan, visits = self.sell_worked_example()
        self.post(self.invoices(plan)[0])
        self.clock.move_to("2026-01-06 12:00:00")
        visits[0].action_receive()
        visits[0].action_deliver()
        dialog = self.archive(settlement="credit_note")
        self.assertEqual(dialog.amount_credited, 135.0)
        credit_note = self.invoices(plan)[0].reversal_move_ids
        self.assertEqual(credit_note.amount_total, 135.0)
        self.assertEqual(credit_note.state, "draft")

    def test_a_visit_that_was_missed_is_closed_too(self):
        plan = self.sell()
        visit = plan.book(self.weekly(1))
        self.clock.move_to("2026-01-08 12:00:00")
        self.archive()
        self.assertFalse(self.luna.active)
        self.assertEqual(visit.state, "cancelled")

    def test_several_pets(self):
        nina = self.luna.copy({"name": "Nina"})
        plan = self.sell()
        dialog = self.archive(self.luna + nina)
        self.assertEqual(dialog.archived_pet_ids, self.luna + nina)
        self.assertFalse(self.luna.active or nina.active)
        self.assertEqual(plan.state, "cancelled")

    def test_what_runs_elsewhere_stops_all(self):
        plan = self.sell()
        other = self.sell_elsewhere(pet_id=self.luna.id)
        with self.assert_refused(ValidationError, "plans 1, visits 0"):
            self.archive()
        self.assertEqual(plan.state, "active", "nothing is half done")
        self.assertEqual(other.sudo().state, "active")


class TestNothingForAnArchivedPet(ArchivedPetCommon):
    """X9: nothing is booked, sold, renewed, reminded or posted for an archived pet."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan, cls.visits = cls.sell_worked_example()
        cls.ending = cls.sell(cls.make_template(validity=1, validity_unit="week"))
        cls.archive_in_silence(cls.luna)

    def test_booking(self):
        self.plan.with_user(self.manager)._cancel_from(
            fields.Date.to_date("2026-03-02"), "Some go"
        )
        shared = self.sell(pet=self.env["pet.pet"])
        for book in (
            lambda: shared.book(self.weekly(1), pet_id=self.luna.id),
            self.visit,
        ):
            with self.assert_refused(UserError, "Luna is archived"):
                book()

    def test_booking_on_its_own_plan(self):
        self.visits[-1].action_cancel()
        with self.assert_refused(UserError, "Luna is archived"):
            self.plan.book([fields.Datetime.to_datetime("2026-03-30 09:00:00")])

    def test_selling(self):
        with self.assert_refused(UserError, "Luna is archived"):
            self.sell()

    def test_confirming_a_draft(self):
        draft = self.sell(pet=self.env["pet.pet"], confirm=False)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE pet_plan SET pet_id = %s WHERE id = %s", [self.luna.id, draft.id]
        )
        draft.invalidate_recordset()
        with self.assert_refused(UserError, "Luna is archived"):
            draft.action_confirm()

    def test_renewing(self):
        for renew in (self.plan.action_renew, self.plan.action_open_renew):
            with self.assert_refused(UserError, "Luna is archived"):
                renew()

    def test_transferring(self):
        plan = self.sell(pet=self.mimi, partner_id=self.neighbour.id)
        with self.assert_refused(UserError, "Luna is archived"):
            plan._transfer_unused(self.customer, self.luna, "A present")

    def test_reminding(self):
        plans, visits = self.env["pet.plan"], self.env["pet.appointment"]
        self.clock.move_to("2026-01-04 12:00:00")
        self.customer.sudo().email = "ana@example.com"
        for records, domain in (
            (self.plan, plans._get_reminder_domain(self.shop)),
            (self.ending, plans._get_renewal_reminder_domain(self.shop)),
            (self.visits[0], visits._get_visit_reminder_domain(self.shop)),
        ):
            self.assertFalse(records.search(domain) & records)
            self.luna.active = True
            self.assertTrue(records.search(domain) & records)
            self.archive_in_silence(self.luna)

    def test_posting(self):
        self.clock.move_to("2026-01-06 12:00:00")
        self.run_posting_job()
        self.assertEqual(set(self.invoices(self.plan).mapped("state")), {"draft"})
        self.post(self.invoices(self.plan)[0])
        self.assertEqual(self.plan.cycle_ids[0].state, "billed", "by hand as ever")

    def test_posting_goes_on_for_who_lives(self):
        self.luna.active = True
        self.clock.move_to("2026-01-06 12:00:00")
        self.run_posting_job()
        self.assertEqual(self.invoices(self.plan)[0].state, "posted")


class TestArchivedCatalogue(PetPlansCommon):
    """X6: a service or template that is archived is named, and not renewed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.make_template().with_user(cls.manager)
        cls.plan = cls.sell(cls.template)

    def renew(self, **values):
        self.env["pet.plan.renew"].create(
            {"plan_id": self.plan.id, **values}
        ).action_apply()

    def test_a_template(self):
        self.template.active = False
        for renew in (self.plan.action_renew, self.renew):
            with self.assert_refused(UserError, f"{self.plan.name}.*Weekly baths is"):
                renew()

    def test_a_service(self):
        self.bath.sudo().active = False
        for keep_price in (False, True):
            with self.assert_refused(UserError, f"{self.plan.name}.*Bath is archived"):
                self.renew(keep_price=keep_price)
        self.assertFalse(self.plan.is_renewed)

    def test_a_service_that_is_not_offered_any_more(self):
        """At today's price today's services count, at the old price the old ones."""
        self.template.line_ids.product_id = self.grooming
        self.bath.sudo().active = False
        with self.assert_refused(UserError, "Bath is archived"):
            self.renew(keep_price=True)
        self.plan.action_renew()
        self.assertEqual(self.plan.renewed_by_id.line_ids.product_id, self.grooming)
