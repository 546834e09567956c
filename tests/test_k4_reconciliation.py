from .carry_over import CarryOverCommon


class TestReconciliation(CarryOverCommon):
    """K4: rows, sessions and value by old software, to be held against it."""

    def test_by_software_and_result(self):
        one = self.upload(
            {"value": "40", "left": "5"},
            {"value": "30", "left": "2", "pet": "Rex"},
            {"value": "10", "left": "1", "pet": "Rex", "system": "Gingr"},
            {"value": "10", "left": "3", "pet": "Bolt"},
            on_error="skip",
        )
        one.action_apply()
        self.assertEqual(
            one._get_reconciliation(),
            [
                {
                    "system": system,
                    "status": status,
                    "rows": rows,
                    "sessions": sessions,
                    "value": value,
                }
                for system, status, rows, sessions, value in (
                    ("Gingr", "Done", 1, 1.0, 10.0),
                    ("PetExec", "Done", 2, 7.0, 260.0),
                    ("PetExec", "Wrong", 1, 3.0, 30.0),
                )
            ],
        )

    def test_it_is_printed(self):
        one = self.upload({"value": "40"}, {"pet": "Bolt"}, on_error="skip")
        one.action_apply()
        report = self.env.ref("pet_plans.action_report_carry_over")
        html = report._render_qweb_html(report.report_name, one.ids)[0].decode()
        for text in ("Reconciliation", "packages.csv", "PetExec", "200.00", "Bolt"):
            self.assertIn(text, html)
