import base64

from .race import RaceCase


class TestImportRace(RaceCase):
    """K4: the same file by two people at once; undone while somebody books."""

    def get_tables(self):
        tables = [
            "pet_carry_over_import_line",
            "pet_carry_over_column",
            "pet_carry_over_import",
        ]
        return (*tables, *super().get_tables())

    def upload(self):
        """Commit the import of one row, checked; return its id."""
        content = (
            "Legacy Ref,Owner,Pet,Service,Sessions Left\n"
            "P-1,Race customer,Race pet,Race bath,1\n"
        )
        with self.connect() as env:
            one = env["pet.carry.over.import"].create(
                {
                    "file": base64.b64encode(content.encode()),
                    "filename": "race.csv",
                    "legacy_system": "Race",
                }
            )
            one.action_check()
            self.assertEqual(one.line_ids.status, "ok", one.line_ids.message)
            return one.id

    def apply(self, import_id):
        return lambda env: env["pet.carry.over.import"].browse(import_id).action_apply()

    def count_packages(self):
        with self.connect() as env:
            return env["pet.plan"].search_count(
                [("legacy_system", "=", "Race"), ("state", "=", "active")]
            )

    def test_the_same_import_twice(self):
        one = self.upload()
        outcomes = self.run_at_once(self.apply(one), self.apply(one))
        refused = [
            str(outcome) for outcome in outcomes if isinstance(outcome, Exception)
        ]
        self.assertEqual(len(refused), 1, outcomes)
        self.assertIn("race.csv is imported: undo it first", refused[0])
        self.assertEqual(self.count_packages(), 1)

    def test_the_same_file_by_two(self):
        outcomes = self.run_at_once(
            self.apply(self.upload()), self.apply(self.upload())
        )
        refused = [
            str(outcome) for outcome in outcomes if isinstance(outcome, Exception)
        ]
        self.assertEqual(len(refused), 1, outcomes)
        self.assertIn("was carried over already", refused[0])
        self.assertEqual(self.count_packages(), 1)

    def test_undone_while_somebody_books(self):
        """Either there is a visit and the package, or neither."""
        import_id = self.upload()
        with self.connect() as env:
            self.apply(import_id)(env)
            plan_id = env["pet.carry.over.import"].browse(import_id).line_ids.plan_id.id

        def undo(env):
            env["pet.carry.over.import"].browse(import_id).action_undo()
            return "undone"

        outcomes = self.run_at_once(undo, self.book(plan_id))
        refused = [
            str(outcome) for outcome in outcomes if isinstance(outcome, Exception)
        ]
        self.assertEqual(len(refused), 1, outcomes)
        with self.connect() as env:
            plan = env["pet.plan"].browse(plan_id)
            visits = len(plan.appointment_ids)
            self.assertEqual(
                (plan.state, visits),
                ("cancelled", 0) if "undone" in outcomes else ("active", 1),
            )
