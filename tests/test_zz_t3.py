from .common import PetPlansCommon
class TestZz(PetPlansCommon):
    def setUp(self):
        super().setUp()
        self.plan, self.visits = self.sell_worked_example()
    def test_a(self):
        print("A ", self.plan.entry_ids.ids)
        visit = self.visit_on(self.plan, "01-19")
        visit.action_cancel()
        print("B ", self.plan.entry_ids.ids)
        e=self.plan.entry_ids
        print("C ", e.filtered(lambda e: e.appointment_id == visit).ids)
        print("D ", e.filtered(lambda e: e.appointment_id == visit).sorted("id").ids)
        self.env.invalidate_all()
        print("E ", self.plan.entry_ids.ids)
    def test_b(self):
        visit = self.visit_on(self.plan, "01-19")
        visit.action_cancel()
        print("B ", self.plan.entry_ids.ids)
