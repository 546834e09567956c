from unittest.mock import patch
from .test_access_guarded_fields import TestGuardedFields as G
from .test_access_portal import TestPortal as P
from .test_access_meta import TestSecurityRecords as M

class TestTruthy(G):
    def setUp(self):
        super().setUp()
        for m in ("pet.plan", "pet.plan.line", "pet.appointment", "account.move", "pet.cycle", "pet.pet", "pet.plan.entry"):
            self.startPatcher(patch.object(self.env.registry[m], "_is_unguarded", lambda s: bool(s.env.context.get("pet_plans_guard"))))

class TestNoDefaultGet(G):
    def setUp(self):
        super().setUp()
        from odoo.addons.pet_plans.models.pet_guard_mixin import PetGuardMixin
        self.startPatcher(patch.object(PetGuardMixin, "default_get", lambda s, f: super(PetGuardMixin, s).default_get(f)))

class TestNoRule(P):
    def setUp(self):
        super().setUp()
        for x in ("pet_plan_line_rule_portal", "pet_cycle_rule_portal"):
            self.env.ref(f"pet_plans.{x}").sudo().unlink()

class TestNoRuleMeta(M):
    def setUp(self):
        super().setUp()
        self.env.ref("pet_plans.pet_plan_line_rule_portal").sudo().unlink()
        self.env.ref("pet_plans.pet_cycle_rule_company").sudo().unlink()

class TestLooseGo(P):
    def setUp(self):
        super().setUp()
        self.startPatcher(patch.object(self.env.registry["pet.appointment"], "action_confirm", lambda s: s.sudo()._unguarded().write({"state": "confirmed"})))
del G, P, M
