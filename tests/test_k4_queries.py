from .carry_over import CarryOverCommon


class TestImportQueries(CarryOverCommon):
    """K3, K4: a file of many rows takes as many queries as one of few."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        customers = cls.env["res.partner"].create(
            [
                {"name": f"Owner {n}", "email": f"{n}@example.com", "ref": f"R{n}"}
                for n in range(30)
            ]
        )
        cls.env["pet.pet"].create(
            [
                {"name": f"Pet {n}", "partner_id": customer.id}
                for n, customer in enumerate(customers)
            ]
        )

    def make_import(self, numbers, **values):
        by = ("owner", "email", "customer")
        rows = []
        for n in numbers:
            owner = {"owner": f"Owner {n}", "email": f"{n}@example.com"}
            owner = {"owner": "", by[n % 3]: {**owner, "customer": f"R{n}"}[by[n % 3]]}
            rows.append({"pet": f"Pet {n}", "ref": f"X-{n}", **owner})
        columns = ["ref", "owner", "email", "customer", "pet", "service", "left", "end"]
        return self.upload(*rows, columns=columns, **values)

    def count(self, work, *numbers, **values):
        """Return the queries of a work on files of some rows each, one by one."""
        counts = []
        for some in numbers:
            one = self.make_import(some, **values)
            self.env.flush_all()
            self.env.invalidate_all()
            counts.append(self.count_queries(lambda one=one: work(one)))
            self.assertFalse(one.error_count, one.line_ids.mapped("message"))
        return counts

    def test_the_check(self):
        __, few, many = self.count(
            lambda one: one.action_check(), range(3), range(3), range(30)
        )
        self.assertEqual(few, many)

    def test_the_import(self):
        __, few, many = self.count(
            lambda one: one.action_apply(), range(3), range(3, 6), range(6, 30)
        )
        self.assertEqual(few, many)

    def test_the_undo(self):
        def import_and_undo(one):
            one.action_apply()
            one.action_undo()

        __, few, many = self.count(import_and_undo, range(3), range(3, 6), range(6, 30))
        self.assertEqual(few, many)
