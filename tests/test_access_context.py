from datetime import date

from .rpc import RpcCase

START = "2026-01-01"


class TestContext(RpcCase):
    """Nothing of a caller's context reaches the invoices made with more rights (13).

    Each way to an invoice is gone twice over HTTP, with an empty context and with one
    of keys that Odoo listens to; both must leave the same behind.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.make_template(validity=4)
        cls.monthly = cls.make_template(
            [(cls.bath, 4, 45.0)], kind="plan", period_count=3, name="Monthly"
        )
        euro_term = cls.env["account.payment.term"].sudo().search([], limit=1)
        other_currency = cls.env.ref("base.EUR")
        cls.nasty = {
            "skip_invoice_sync": True,
            "skip_invoice_line_sync": True,
            "skip_account_move_synchronization": True,
            "skip_is_manually_modified": True,
            "check_move_validity": False,
            "dynamic_unlink": True,
            "force_delete": True,
            "move_reverse_cancel": True,
            "tracking_disable": True,
            "mail_notrack": True,
            "mail_create_nolog": True,
            "install_mode": True,
            "import_file": True,
            "active_test": False,
            "bin_size": True,
            "pet_plans_guard": True,
            "default_move_type": "entry",
            "default_state": "cancel",
            "default_payment_state": "paid",
            "default_name": "FORGED/1",
            "default_auto_post": "at_date",
            "default_date": "2020-01-01",
            "default_invoice_date": "2020-01-01",
            "default_invoice_date_due": "2020-01-01",
            "default_invoice_payment_term_id": euro_term.id,
            "default_currency_id": other_currency.id,
            "default_partner_id": cls.neighbour.id,
            "default_partner_shipping_id": cls.neighbour.id,
            "default_quantity": 99.0,
            "default_price_unit": 0.01,
            "default_discount": 100.0,
            "default_display_type": "line_note",
            "default_invoice_line_ids": [[0, 0, {"name": "Gift", "price_unit": -1}]],
            "default_line_ids": [[0, 0, {"name": "Gift", "price_unit": -1}]],
            "default_sequence": 77,
            "default_capacity": 1,
            "default_amount_untaxed": 0.0,
            "default_kind": "plan",
            "default_reason": "Forged",
        }

    # --- What is left behind -----------------------------------------------------

    def picture(self, moves, *more):
        """Return what matters of invoices, and of other records, without numbers."""
        moves = moves.sudo().sorted("id")
        return [
            [
                (
                    move.move_type,
                    move.state,
                    move.payment_state,
                    move.partner_id.name,
                    move.currency_id.name,
                    move.invoice_date_due,
                    move.invoice_date,
                    move.invoice_payment_term_id.name,
                    move.amount_untaxed,
                    move.amount_total,
                    move.auto_post,
                    [
                        (line.display_type, line.quantity, line.price_subtotal)
                        for line in move.line_ids.sorted("id")
                    ],
                    # Their number is what an accountant finds in the chatter.
                    len(move.message_ids),
                )
                for move in moves
            ],
            *more,
        ]

    def picture_of(self, plan):
        plan = plan.sudo()
        moves = plan.cycle_ids.move_ids
        return self.picture(
            moves,
            [
                (cycle.sequence, cycle.capacity, cycle.state, cycle.date_due)
                for cycle in plan.cycle_ids.sorted("sequence")
            ],
            [
                (entry.kind, entry.quantity, entry.balance, entry.reason)
                for entry in plan.entry_ids.sorted("id")
            ],
        )

    def assert_same(self, way):
        """Check that a way with a nasty context ends as it does with an empty one."""
        plain = way({})
        self.assertTrue(plain[0], "no invoice was made or changed")
        self.assertEqual(way(self.nasty), plain)

    def draft(self, template=None):
        return self.sell(template or self.template, confirm=False)

    # --- The ways ----------------------------------------------------------------

    def test_confirm(self):
        for template in (self.template, self.monthly):

            def way(context, template=template):
                plan = self.draft(template)
                self.rpc(
                    self.staff, "pet.plan", "action_confirm", plan.ids, context=context
                )
                return self.picture_of(plan)

            with self.subTest(kind=template.kind):
                self.assert_same(way)

    def test_sale(self):
        def way(context):
            wizard = self.env["pet.plan.sell"].create(
                {
                    "pet_id": self.luna.id,
                    "template_id": self.template.id,
                    "date_start": START,
                    "price": 500.0,
                    "book_visits": True,
                    "first_start": "2026-01-05 09:00:00",
                    "count": 5,
                }
            )
            self.rpc(
                self.staff, "pet.plan.sell", "action_apply", wizard.ids, context=context
            )
            return self.picture_of(wizard.plan_id)

        self.assert_same(way)

    def test_invoice_of_a_visit(self):
        def way(context):
            visit = self.env["pet.appointment"].create(
                {
                    "pet_id": self.mimi.id,
                    "start": "2026-01-02 09:00:00",
                    "line_ids": [
                        [0, 0, {"product_id": self.grooming.id, "price_unit": 70}]
                    ],
                }
            )
            visit.action_receive()
            self.rpc(
                self.staff,
                "pet.appointment",
                "action_create_invoice",
                visit.ids,
                context=context,
            )
            return self.picture(visit.sudo().invoice_ids)

        self.assert_same(way)

    def test_invoice_made_again(self):
        def way(context):
            plan = self.sell(self.template)
            cycle = plan.cycle_ids[1]
            cycle.sudo().invoice_id.button_cancel()
            self.rpc(
                self.accountant,
                "pet.cycle",
                "action_create_invoice",
                cycle.ids,
                context=context,
            )
            return self.picture_of(plan)

        self.assert_same(way)

    def test_visits_booked_moved_and_cancelled(self):
        def way(context):
            plan = self.sell(self.template)
            self.rpc(
                self.staff,
                "pet.plan",
                "book",
                plan.ids,
                [str(start) for start in self.weekly(6)],
                # Defaults of visits are the user's own to give.
                context={
                    key: value
                    for key, value in context.items()
                    if not key.startswith("default_") and key != "install_mode"
                },
            )
            visits = plan.appointment_ids.sorted("start")
            self.rpc(
                self.staff,
                "pet.appointment",
                "reschedule",
                visits[4].ids,
                "2026-02-04 09:00:00",
                context=context,
            )
            self.rpc(
                self.staff,
                "pet.appointment",
                "action_cancel",
                visits[0].ids,
                context=context,
            )
            return self.picture_of(plan)

        self.assert_same(way)

    def test_cancelled_plan(self):
        def way(context):
            plan = self.sell(self.template)
            plan.book(self.weekly(2))
            self.post(self.invoices(plan)[0])
            wizard = self.env["pet.plan.cancel"].create(
                {
                    "plan_ids": [[6, 0, plan.ids]],
                    "reason": "Moved away",
                    "settlement": "credit_note",
                }
            )
            self.rpc(
                self.staff,
                "pet.plan.cancel",
                "action_apply",
                wizard.ids,
                context=context,
            )
            return self.picture_of(plan)

        self.assert_same(way)

    def test_renewal_transfer_and_pause(self):
        def renew(context):
            plan = self.sell(self.template)
            action = self.rpc(
                self.staff, "pet.plan", "action_renew", plan.ids, context=context
            )
            return self.picture_of(plan.browse(action["res_id"]))

        def transfer(context):
            plan = self.sell(self.template)
            wizard = self.env["pet.plan.transfer"].create(
                {
                    "plan_id": plan.id,
                    "partner_id": self.neighbour.id,
                    "pet_id": False,
                    "reason": "Sold the dog",
                }
            )
            self.rpc(
                self.staff,
                "pet.plan.transfer",
                "action_apply",
                wizard.ids,
                context=context,
            )
            return self.picture_of(plan)

        def pause(context):
            plan = self.sell(self.monthly)
            wizard = self.env["pet.plan.pause.start"].create(
                {
                    "plan_id": plan.id,
                    "date_from": date(2026, 2, 10),
                    "date_to": date(2026, 2, 20),
                    "reason": "Holidays",
                }
            )
            self.rpc(
                self.staff,
                "pet.plan.pause.start",
                "action_apply",
                wizard.ids,
                context=context,
            )
            return self.picture_of(plan)

        for way in (renew, transfer, pause):
            with self.subTest(way=way.__name__):
                self.assert_same(way)
