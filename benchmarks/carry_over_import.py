"""The import of a file of packages, beside what any import needs and Odoo's own."""

import base64
import csv
import io

from measuring import measure, show

from odoo import Command

ROWS = 10_000
LOADED = 200  # rows of Odoo's own import, which is too slow for more


class Customers:
    """A shop whose customers and pets are known, and the file of their packages."""

    def __init__(self, env):
        """Make customers, pets and the file."""
        self.owners = env["res.partner"].create(
            [
                {"name": f"Owner {n}", "ref": f"R{n}", "email": f"{n}@example.com"}
                for n in range(ROWS)
            ]
        )
        self.pets = env["pet.pet"].create(
            [
                {"name": f"Pet {n}", "partner_id": o.id}
                for n, o in enumerate(self.owners)
            ]
        )
        self.bath = env["product.product"].create(
            {"name": "Benchmark bath", "type": "service", "default_code": "BENCH"}
        )
        self.template = env.ref("pet_plans.template_carry_over")
        stream = io.StringIO()
        writer = csv.writer(stream)
        writer.writerow(
            ("Legacy Ref", "Owner Ref", "Pet", "Service", "Sessions Left", "End Date")
        )
        writer.writerows(
            (f"P{n}", f"R{n}", f"Pet {n}", "BENCH", n % 20 + 1, "2030-12-31")
            for n in range(ROWS)
        )
        self.file = base64.b64encode(stream.getvalue().encode())

    def upload(self, env):
        """Upload the file."""
        return env["pet.carry.over.import"].create(
            {"file": self.file, "filename": "benchmark.csv"}
        )

    def check(self, env):
        """The dry run."""
        self.upload(env).action_check()

    def import_rows(self, env):
        """All slices of the import, as the job does them."""
        one = self.upload(env)
        one.action_check()
        for at in range(0, ROWS, 500):
            one.line_ids[at : at + 500]._import(is_isolated=True)
            env.flush_all()
            env.invalidate_all()

    def create_bare(self, env):
        """One search for all customers, one creation of all packages: no less works."""
        owners = env["res.partner"].search(
            [("ref", "in", self.owners.mapped("ref"))], order="id"
        )
        env["pet.plan"].create(
            [
                {
                    "template_id": self.template.id,
                    "partner_id": owner.id,
                    "pet_id": pet.id,
                    "line_ids": [
                        Command.create(
                            {"product_id": self.bath.id, "quantity": 5, "price_unit": 0}
                        )
                    ],
                }
                for owner, pet in zip(owners, self.pets, strict=True)
            ]
        )

    def load(self, env):
        """Odoo's own import of drafts, which finds customers and pets by name."""
        names = [
            [self.template.name, owner.name, pet.name]
            for owner, pet in zip(self.owners[:LOADED], self.pets[:LOADED], strict=True)
        ]
        result = env["pet.plan"].load(["template_id", "partner_id", "pet_id"], names)
        assert result["ids"], result["messages"][:1]


def run(env, plans):
    """Measure; how many plans there are does not matter here."""
    customers = Customers(env)
    env.flush_all()
    env.cr.execute("ANALYZE")
    bare = measure(env, f"bare search and creation, {ROWS:,}", customers.create_bare, 1)
    figures = [
        bare,
        measure(env, f"dry run, {ROWS:,} rows", customers.check, 1),
        measure(env, f"import, {ROWS:,} rows", customers.import_rows, 1),
        measure(env, f"Odoo's own load(), {LOADED} rows", customers.load, 1),
    ]
    show("Import of packages", figures, bare)
