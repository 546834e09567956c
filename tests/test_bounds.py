from datetime import date, datetime, timedelta

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form

from odoo.addons.pet_plans.models.pet_bounds_mixin import ADDON, BOUNDS

from .common import PetPlansCommon

NO_NUMBERS = (float("nan"), float("inf"), float("-inf"), "many")
NO_DAYS = ("soon", "2026-02-30", "2026-01-05T09:00:00Z")


class TestBounds(PetPlansCommon):
    """What nobody can mean is refused in words, wherever it is written."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan, cls.visits = cls.sell_worked_example(validity=4)
        cls.draft = cls.sell(cls.plan.template_id, confirm=False)
        cls.walk_in = cls.env["pet.appointment"].create(
            {
                "pet_id": cls.rex.id,
                "start": "2026-01-09 09:00:00",
                "line_ids": [Command.create({"product_id": cls.grooming.id})],
            }
        )
        template = cls.plan.template_id.with_user(cls.manager)
        template.line_ids.price_ids = [Command.create({"size": "large"})]
        cls.records = {
            "pet.plan": cls.draft,
            "pet.plan.line": cls.draft.line_ids,
            "pet.plan.template": template,
            "pet.plan.template.line": template.line_ids,
            "pet.plan.template.price": template.price_ids,
            "pet.appointment": cls.walk_in,
            "pet.appointment.line": cls.walk_in.line_ids,
            "pet.pet": cls.luna,
            "res.company": cls.shop.sudo(),
            "pet.plan.sell": cls.env["pet.plan.sell"].create(
                {"pet_id": cls.luna.id, "template_id": template.id}
            ),
            "pet.carry.over": cls.env["pet.carry.over"].create(
                {
                    "pet_id": cls.luna.id,
                    "product_id": cls.bath.id,
                    "sessions_left": 5,
                    "reason": "Left over",
                }
            ),
            "pet.plan.pause.start": cls.env["pet.plan.pause.start"].create(
                {
                    "plan_id": cls.plan.id,
                    "date_from": "2026-02-01",
                    "date_to": "2026-02-03",
                    "reason": "Holidays",
                }
            ),
            "pet.plan.cancel": cls.env["pet.plan.cancel"].create(
                {"plan_ids": cls.plan.ids, "reason": "Moved away"}
            ),
            "pet.plan.renew": cls.env["pet.plan.renew"].create(
                {"plan_id": cls.plan.id}
            ),
            "pet.plan.adjust": cls.env["pet.plan.adjust"]
            .with_user(cls.manager)
            .create({"plan_id": cls.plan.id, "reason": "Gift"}),
        }
        cls.records["pet.plan.adjust.line"] = cls.records["pet.plan.adjust"].line_ids

    def bounded(self):
        """Return (record, field, least, most) of all that has bounds."""
        for record in self.records.values():
            for name, (low, high) in record._get_bounds().items():
                field = record._fields[name]
                if not field.related and not (field.compute and field.readonly):
                    yield record, field, low, high

    def beyond(self, field, low, high):
        """Return values of a field that are refused."""
        if field.type in ("date", "datetime"):
            days = [low - timedelta(1), high + timedelta(1), date.max, date.min]
            if field.type == "datetime":
                days = [datetime(day.year, day.month, day.day, 9) for day in days]
            return (*days, *NO_DAYS)
        return (high + 1, 10**12, *([low - 1] if low is not None else []), *NO_NUMBERS)

    def test_every_bound_is_tried(self):
        tried = {field.name for __, field, __, __ in self.bounded()}
        self.assertFalse(BOUNDS.keys() - tried)

    def test_every_model_that_has_such_fields(self):
        for name in self.env.registry:
            Model = self.env[name]
            if Model._abstract:
                continue
            bounded = {
                field.name
                for field in Model._fields.values()
                if field.name in BOUNDS
                and field._module == ADDON
                and not (field.readonly or field.related)
                and field.type != "char"
            }
            if bounded:
                with self.subTest(model=name):
                    self.assertTrue(hasattr(Model, "_get_bounds"), bounded)

    def test_beyond_the_bounds(self):
        for record, field, low, high in self.bounded():
            for value in self.beyond(field, low, high):
                with self.subTest(field=str(field), value=value):
                    with self.assert_refused(ValidationError, "cannot be "):
                        record.write({field.name: value})

    def test_forms_say_so_too(self):
        for record, field, low, high in self.bounded():
            for value in self.beyond(field, low, high):
                for one in (record, record.browse()):
                    with self.subTest(field=str(field), value=value):
                        with self.assert_refused(ValidationError, "cannot be "):
                            one.onchange({field.name: value}, [field.name], {})

    def test_at_creation_and_by_defaults(self):
        vals = {
            "template_id": self.plan.template_id.id,
            "pet_id": self.luna.id,
            "partner_id": self.customer.id,
        }
        for name, value in (("late_cancel_hours", 10**8), ("date_start", "9999-12-31")):
            for context, given in (
                ({}, {name: value}),
                ({f"default_{name}": value}, {}),
            ):
                with (
                    self.subTest(name=name, context=context),
                    self.assert_refused(ValidationError, "cannot be "),
                ):
                    self.env["pet.plan"].with_context(**context).create(
                        {**vals, **given}
                    )

    def test_messages_name_record_field_and_numbers(self):
        for values, message in (
            (
                {"late_cancel_hours": 10**8},
                r"Late Cancellation cannot be 100000000, .* not between 0 and 8784",
            ),
            ({"validity": -1}, r"Validity cannot be negative \(-1\)"),
            ({"period_count": 5000}, r"Periods cannot be 5000, .* more than 999"),
            (
                {"date_end": "9999-12-31"},
                r"End cannot be Dec 31, 9999, .* between Jan 1, 1900 and Dec 31, 2999",
            ),
        ):
            with self.subTest(values=values):
                pattern = f"{self.draft.name} Weekly baths: .*{message}"
                with self.assert_refused(ValidationError, pattern):
                    self.draft.write(values)

    def test_an_end_that_is_computed(self):
        with self.assert_refused(UserError, "no date 9999 years after"):
            self.draft.write({"validity": 900, "validity_unit": "year"})
            self.draft.write({"validity": 9999})

    # --- What is stored already --------------------------------------------------

    def store(self, record, **values):
        """Write values past all rules, as an older version or SQL has."""
        self.env.flush_all()
        for name, value in values.items():
            self.env.cr.execute(
                f'UPDATE {record._table} SET "{name}" = %s WHERE id = %s',
                (value, record.id),
            )
        self.env.invalidate_all()

    def test_what_is_stored_can_be_read(self):
        self.store(
            self.plan,
            late_cancel_hours=10**8,
            post_lead_days=10**8,
            due_offset_days=10**8,
        )
        for model, records in (
            ("pet.appointment", self.visits),
            ("pet.plan", self.plan),
            ("pet.cycle", self.plan.cycle_ids),
        ):
            names = self.env[model].fields_get(attributes=["type"])
            with self.subTest(model=model):
                self.assertEqual(len(records.read(list(names))), len(records))
        self.assertTrue(self.visits[0].is_late)
        self.visits[0].action_cancel()
        self.plan.note = "still to be edited"

    def test_a_form_of_what_is_stored(self):
        self.store(self.draft, late_cancel_hours=10**8)
        with Form(self.draft) as form:
            form.note = "still to be edited"
        with Form(self.draft) as form:
            form.late_cancel_hours = 24
        self.assertEqual(self.draft.late_cancel_hours, 24)

    def test_settings_that_are_stored_stop_no_job(self):
        self.store(
            self.shop,
            pet_renewal_reminder=True,
            pet_renewal_reminder_days=10**9,
            pet_visit_reminder=True,
            pet_visit_reminder_hours=10**9,
        )
        self.customer.email = "ana@example.com"
        self.run_job("pet_plans.ir_cron_send_reminders")
        self.assertTrue(self.visits[0].reminded)

    # --- Times, reasons, names ---------------------------------------------------

    def test_times_with_their_zone(self):
        for number, text in enumerate(
            (
                "2026-04-06 09:00:00",
                "2026-04-06T09:00:00Z",
                "2026-04-06T06:00:00-03:00",
                "2026-04-06T09:00:00.000Z",
                "2026-04-06T09:00:00+00:00",
                "2026-04-06 09:00",
            )
        ):
            with self.subTest(text=text):
                self.walk_in.reschedule("2026-01-09 09:00:00")
                self.walk_in.reschedule(text)
                self.assertEqual(self.walk_in.start, datetime(2026, 4, 6, 9))
                plan = self.sell(pet=self.rex)
                visit = plan.book([text])
                self.assertEqual(visit.start, datetime(2026, 4, 6, 9), number)

    def test_what_is_no_time(self):
        for text in ("tomorrow", "2026-13-01", "", "09:00", 5, [1]):
            with self.subTest(text=text):
                with self.assert_refused(UserError, "no date and time of a visit"):
                    self.walk_in.reschedule(text)
                with self.assert_refused(UserError, "no date and time of a visit"):
                    self.sell(pet=self.rex).book([text])

    def test_a_pause_has_a_reason(self):
        wizard = self.records["pet.plan.pause.start"]
        for reason in (" ", "\n", "\t "):
            wizard.reason = reason
            with self.assert_refused(UserError, "Give the reason of this pause"):
                wizard.action_apply()

    def test_names_over_several_lines_stop_no_reminder(self):
        self.customer.email = "ana@example.com"
        self.shop.sudo().write(
            {
                "pet_visit_reminder": True,
                "pet_visit_reminder_hours": 96,
                "pet_renewal_reminder": True,
            }
        )
        self.luna.name = "Luna\nthe second"
        plan = self.sell(title="Weekly\r\nbaths")
        plan.with_user(self.manager).date_end = "2026-01-05"
        self.walk_in.pet_id.name = "Rex\nthe first"
        sent = self.env["mail.mail"].sudo().search([])
        self.run_job("pet_plans.ir_cron_send_reminders")
        mails = self.env["mail.mail"].sudo().search([]) - sent
        self.assertIn("Luna the second is expected", " ".join(mails.mapped("subject")))
        self.assertIn("Weekly baths ends on", " ".join(mails.mapped("subject")))
        for mail in mails:
            self.assertNotIn("\n", mail.subject)
            self.env["ir.mail_server"].sudo()._build_email__(
                "shop@example.com", ["ana@example.com"], mail.subject, mail.body_html
            )
