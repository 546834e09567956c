"""Random histories of two shops: what people do, in any order.

`History` is a state machine of hypothesis. Each rule is something a person or a job
does, with the rights they have. A refusal in words is one of the right answers, and
leaves nothing behind; any other error is a fault, and so is anything that is not as
`always_true` says after the step.
"""

from contextlib import contextmanager
from datetime import datetime, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
)

from odoo import SUPERUSER_ID, Command, fields
from odoo.exceptions import MissingError, UserError

from . import liability_reference
from .always_true import UPCOMING, World, find_faults

# Strategies: small numbers that collide, and awkward ones
INDEX = st.integers(0, 23)
PRICES = st.sampled_from((45.0, 33.33, 19.99, 0.0, 100.0, 0.07))
QUANTITIES = st.sampled_from((None, 1.0, 3.0, 2.5, 0.5, 7.0, 1.25))
CARDS = {"week_1": 7, "week_2": 14, "month_1": 30, "later": 9999}  # days left at most
VISITS = st.tuples(
    st.integers(-1, 20),  # days from now, or from the start of the plan
    st.sampled_from((7, 1, 3, 30)),  # days from one to the next
    st.integers(1, 7),
    st.sampled_from((9, 15, 22)),
    st.sampled_from((1.0, 1.0, 0.5)),
)
OFFERS = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(("package", "package", "plan")),
        "count": st.integers(1, 8),
        "per_cycle": st.integers(1, 4),
        "services": st.lists(
            st.tuples(
                st.integers(0, 2), QUANTITIES, PRICES, st.sampled_from((0, 0, 10, 33))
            ),
            min_size=1,
            max_size=2,
        ),
        # (service, also good for, sessions that one takes) (S10)
        "covers": st.sampled_from(
            ((), (), ((0, 1, 0.5),), ((0, 2, 2.0), (1, 2, 0.33)), ((1, 0, 1.5),))
        ),
        "unlimited": st.sampled_from((False, False, True)),
        "rollover": st.booleans(),
        "overdraft_limit": st.sampled_from((0.0, 0.0, 1.0, 0.5)),
        "late_cancel_hours": st.sampled_from((0, 24, 72)),
        "no_show_policy": st.sampled_from(("consume", "return")),
        "due_basis": st.sampled_from(("first", "last")),
        "due_offset_days": st.sampled_from((0, 0, 7, -3)),
        "post_lead_days": st.sampled_from((0, 3)),
        "validity": st.sampled_from((0, 1, 4)),
        "interval_unit": st.sampled_from(("month", "week")),
    }
)


class Shop:
    """One company with its people; all that a history needs of it."""

    def __init__(self, company, staff, manager, accountant, services):
        self.company = company
        self.staff = staff
        self.manager = manager
        self.accountant = accountant
        self.services = services


class History(RuleBasedStateMachine):
    """What happens in the shops of a test case; see `of`."""

    case = None
    steps = refusals = 0

    @classmethod
    def of(cls, case, shops, pets, with_tax):
        """Return the class of the histories of a test case."""
        values = {"case": case, "shops": shops, "pets": pets, "with_tax": with_tax}
        return type(cls.__name__, (cls,), {**values, "steps": 0, "refusals": 0})

    def __init__(self):
        super().__init__()
        self.now = datetime.fromisoformat("2026-01-02 12:00:00")
        self.case.clock.move_to(self.now)
        self.env = self.case.env(user=SUPERUSER_ID)
        self.env.flush_all()
        self.savepoint = self.env.cr.savepoint()
        self.consumed = set()  # cancelled visits whose sessions stayed used
        self.words = []
        self.world = self._look()

    def teardown(self):
        self.savepoint.close(rollback=True)
        self.env.invalidate_all(flush=False)

    # --- A step ---------------------------------------------------------------

    def _look(self):
        return World(self.env, self.with_tax)

    @contextmanager
    def step(self, *words):
        """Do one thing as a whole or not at all, then look at what is true."""
        type(self).steps += 1
        self.words.append(" ".join(map(str, words)))
        try:
            with self.env.cr.savepoint():
                yield
        except MissingError as error:
            raise self._fault(repr(error)) from error
        except UserError as error:
            type(self).refusals += 1
            self.words[-1] += f" -> refused: {error}"
        except Exception as error:
            raise self._fault(repr(error)) from error
        self.env.invalidate_all()
        before, self.world = self.world, self._look()
        faults = find_faults(before, self.world)
        if faults := faults + self._find_wrong_counters() + self._find_wrong_sums():
            raise self._fault("\n".join(faults))

    def _fault(self, what):
        """Return the error that tells the history as one would read it."""
        told = "\n".join(f"{n}. {word}" for n, word in enumerate(self.words, 1))
        return AssertionError(f"\n{told}\n{what}")

    def _find_wrong_counters(self):
        """Compare the counters shown with the visits themselves (L1)."""
        world = self.world
        faults = []
        for line in self.env["pet.plan.line"].browse(world.lines):
            if line.plan_id.state == "draft":
                continue
            booked = used = 0.0
            for service in world.services.values():
                visit = world.visits[service.appointment_id]
                if service.plan_line_id != line.id or not visit.holds_sessions:
                    continue
                if visit.state in UPCOMING:
                    booked += service.sessions
                else:
                    used += service.sessions
            shown = (line.total, line.used, line.booked, line.expired, line.remaining)
            parts = line.used + line.booked + line.expired + line.remaining
            if (
                round(line.total - parts, 2)
                or round(line.booked - booked, 2)
                or round(line.used - used, 2)
                or line.expired < -0.001
            ):
                faults.append(
                    f"counters: {line.plan_id.name} shows {shown} (total, used, "
                    f"booked, expired, remaining); visits use {used}, book {booked}"
                )
        for visit in world.visits.values():
            if visit.state == "cancelled" and visit.holds_sessions:
                if visit.id not in self.consumed:
                    faults.append(f"counters: {visit} keeps sessions, nobody said so")
        return faults

    def _find_wrong_sums(self):
        """Compare the analysis with the counters of the lines (P4)."""
        lines = self.env["pet.plan.line"].browse(self.world.lines)
        counted = {
            key: self._round(
                # What is without limit is granted with each booking, never sold (S11).
                sum(line.total for line in some if not line.is_unlimited),
                sum(some.mapped("used")),
                sum(some.mapped("expired")),
            )
            for key, some in lines.grouped(lambda line: line._get_service()).items()
        }
        facts = ("sold", "given", "carried_over", "adjusted", "transferred")
        told = {
            (plan, product): self._round(sum(total), used, expired)
            for plan, product, used, expired, *total in self.env[
                "pet.session.report"
            ]._read_group(
                [],
                ["plan_id", "product_id"],
                [f"{name}:sum" for name in ("used", "expired", *facts)],
            )
        }
        return [
            f"analysis: {plan.name}, {product.name} has {numbers} (total, used, "
            f"expired), and the analysis tells {told.get((plan, product))}"
            for (plan, product), numbers in counted.items()
            if told.get((plan, product), (0, 0, 0)) != numbers
        ]

    @staticmethod
    def _round(*numbers):
        return tuple(round(number, 2) + 0.0 for number in numbers)

    # --- Choosing -------------------------------------------------------------

    def _choose(self, rows, index):
        numbers = sorted(rows)
        return numbers[index % len(numbers)]

    def _plan(self, index, role="staff"):
        """Return a plan as somebody of its shop; a cancelled one now and then.

        The last one is -1.
        """
        plans = self.world.plans
        live = [plan.id for plan in plans.values() if plan.state != "cancelled"]
        chosen = live if live and index % 4 else plans
        plan = self.env["pet.plan"].browse(self._choose(chosen, index))
        return plan.with_user(getattr(self._shop(plan.company_id), role))

    def _visit(self, index, role="staff"):
        """Return a visit as somebody of its shop; mostly one that is not over yet."""
        visits = self.world.visits
        live = [
            visit.id
            for visit in visits.values()
            if visit.state not in ("cancelled", "delivered", "no_show")
        ]
        chosen = live if live and index % 6 else visits
        visit = self.env["pet.appointment"].browse(self._choose(chosen, index))
        return visit.with_user(getattr(self._shop(visit.company_id), role))

    def _invoice(self, index, fits):
        """Return an invoice that fits as its accountant, or an empty record."""
        moves = {m.id for m in self.world.invoices.values() if fits(m)}
        move = self.env["account.move"].browse(moves and self._choose(moves, index))
        return move and move.with_user(self._shop(move.company_id).accountant)

    def _shop(self, company):
        return next(shop for shop in self.shops if shop.company == company)

    def _name(self, move):
        return f"invoice {move.id} ({move.pet_cycle_id.display_name}, {move.state})"

    def _day(self, days):
        return self.now.date() + timedelta(days=days)

    has_plans = precondition(lambda self: self.world.plans)
    has_few_plans = precondition(lambda self: 0 < len(self.world.plans) < 5)
    has_visits = precondition(lambda self: self.world.visits)
    has_invoices = precondition(lambda self: self.world.invoices)

    # --- Selling and booking --------------------------------------------------

    @initialize(shop=st.integers(0, 1), offer=OFFERS, pet=INDEX, visits=VISITS)
    def open_the_shop(self, shop, offer, pet, visits):
        self._sell(shop, offer, pet, 0)
        self._book(-1, pet, visits)

    @precondition(lambda self: len(self.world.plans) < 3)
    @rule(
        shop=st.integers(0, 1),
        offer=OFFERS,
        pet=INDEX,
        start=st.integers(-9, 20),
        visits=VISITS,
    )
    def sell(self, shop, offer, pet, start, visits):
        self._sell(shop, offer, pet, start)
        self._book(-1, pet, visits)

    def _sell(self, index, offer, pet, start):
        shop = self.shops[index]
        pet = self.pets[pet % len(self.pets)]
        customer = pet.partner_id or self.pets[0].partner_id
        with self.step(
            f"{shop.company.name} sells {self._tell(offer)} to {pet.name or 'all pets'}"
            f" from {self._day(start)}"
        ):
            template = (
                self.env["pet.plan.template"]
                .with_user(shop.manager)
                .create(self._prepare_template(shop, offer))
            )
            plan = (
                self.env["pet.plan"]
                .with_user(shop.staff)
                .create(
                    {
                        "template_id": template.id,
                        "pet_id": pet.id,
                        "partner_id": customer.id,
                        "date_start": self._day(start),
                    }
                )
            )
            plan.action_confirm()

    def _tell(self, offer):
        """Return an offer in words: what differs from the plain."""
        plain = {"overdraft_limit": 0.0, "late_cancel_hours": 0, "due_offset_days": 0}
        told = {
            k: v for k, v in offer.items() if plain.get(k, v) != v or k not in plain
        }
        return ", ".join(f"{name}={value}" for name, value in told.items())

    def _prepare_template(self, shop, offer):
        terms = {k: v for k, v in offer.items() if k not in self._built_from}
        count = offer["count"]
        if offer["kind"] == "package":
            terms |= {
                "appointment_count": count,
                "appointments_per_cycle": min(count, offer["per_cycle"]),
                "validity_unit": "month",
            }
            terms.pop("interval_unit")
        else:
            terms |= {"interval": 1, "period_count": offer["per_cycle"]}
            terms.pop("validity")
        return {
            "name": "Offer",
            "company_id": shop.company.id,
            **terms,
            "line_ids": [
                Command.create(
                    {
                        "product_id": shop.services[service].id,
                        "quantity": quantity or count,
                        "price_unit": price,
                        "discount": discount,
                        "cover_ids": [
                            Command.create(
                                {
                                    "product_id": shop.services[other].id,
                                    "sessions": weight,
                                }
                            )
                            for covering, other, weight in offer["covers"]
                            if covering == service
                        ],
                        **self._prepare_unlimited(offer, service),
                    }
                )
                for service, quantity, price, discount in offer["services"]
            ],
        }

    def _prepare_unlimited(self, offer, service):
        """Let the first service of a plan be without limit, where it may be (S11)."""
        services = [other for other, *__ in offer["services"]]
        if (
            not offer["unlimited"]
            or offer["kind"] != "plan"
            or service != services[0]
            or services.count(service) > 1
        ):
            return {}
        return {"is_unlimited": True, "quantity": 1.0}

    _built_from = {"count", "per_cycle", "services", "covers", "unlimited"}

    @has_plans
    @rule(plan=INDEX, pet=INDEX, visits=VISITS)
    def book(self, plan, pet, visits):
        self._book(plan, pet, visits)

    def _book(self, index, pet, visits):
        """Book visits; as many as are left, but now and then more."""
        plan = self._plan(index)
        pet = plan.pet_id or self.pets[pet % 3]
        first, gap, count, hour, units = visits
        if (left := max(plan.line_ids.mapped("remaining"))) > 0 and count % 3:
            count = min(count, max(1, int(left / units)))
        day = max(self._day(first), plan.date_start + timedelta(days=first))
        start = datetime.combine(day, datetime.min.time())
        starts = [
            start + timedelta(days=gap * number, hours=hour) for number in range(count)
        ]
        days = " ".join(f"{start:%m-%d %H:%M}" for start in starts)
        with self.step(f"book {plan.name} of {units:g}: {days}"):
            plan.book(starts, pet_id=pet.id, units=units)

    @has_plans
    @rule(plan=INDEX, pet=INDEX, service=INDEX, days=st.integers(-2, 30))
    def book_service(self, plan, pet, service, days):
        """Book one service, perhaps one that the plan is good for (S10)."""
        plan = self._plan(plan)
        pet = plan.pet_id or self.pets[pet % 3]
        shop = next(shop for shop in self.shops if shop.company == plan.company_id)
        product = shop.services[service % len(shop.services)]
        start = datetime.combine(self._day(days), datetime.min.time())
        with self.step(f"book {product.name} on {plan.name}: {start:%m-%d}"):
            plan.book(
                [start + timedelta(hours=10)],
                pet_id=pet.id,
                line_ids=[Command.create({"product_id": product.id})],
            )

    @has_visits
    @rule(visit=INDEX, days=st.integers(-20, 40))
    def reschedule(self, visit, days):
        visit = self._visit(visit)
        start = visit.start + timedelta(days=days)
        cycles = {v.id: v.cycle_id for v in self.world.visits.values()}
        with self.step(f"reschedule visit {visit.id} of {visit.start} to {start}"):
            visit.reschedule(start)
        after = {v.id: v.cycle_id for v in self.world.visits.values()}
        if after != cycles:
            raise self._fault("C1: a visit changed its cycle")

    # --- Visits ---------------------------------------------------------------

    @has_visits
    @rule(
        visit=INDEX,
        action=st.sampled_from(
            ("confirm", "receive", "start", "finish", "deliver", "no_show")
        ),
        role=st.sampled_from(("staff", "manager")),
    )
    def go(self, visit, action, role):
        visit = self._visit(visit, role)
        with self.step(f"{role}: visit {visit.id} of {visit.start} {action}"):
            getattr(visit, f"action_{action}")()

    @has_visits
    @rule(
        visit=INDEX,
        role=st.sampled_from(("staff", "manager")),
        reason=st.sampled_from(("Mistake", False)),
    )
    def take_back(self, visit, role, reason):
        """Take the last step of a visit back (U5)."""
        begun = [v.id for v in self.world.visits.values() if v.state not in UPCOMING]
        if not begun:
            return
        visit = self.env["pet.appointment"].browse(self._choose(begun, visit))
        visit = visit.with_user(getattr(self._shop(visit.company_id), role))
        with self.step(f"{role} takes back: visit {visit.id}, {visit.state}, {reason}"):
            action = visit.action_open_undo()
            if action is not True:
                self.env["pet.appointment.undo"].with_user(visit.env.user).with_context(
                    **action["context"]
                ).create({"reason": reason}).action_apply()
            if visit.state == "cancelled":  # an excuse was taken back
                self.consumed |= set(visit.ids)

    @has_visits
    @rule(
        first=INDEX,
        other=INDEX,
        plan=INDEX,
        role=st.sampled_from(("staff", "manager")),
    )
    def move_visits(self, first, other, plan, role):
        """Move visits to another plan of the same shop (U3)."""
        visits = self._visit(first, role)
        numbers = sorted(visits.plan_id.sudo().appointment_ids.ids) or visits.ids
        visits |= visits.browse(numbers[other % len(numbers)])
        plans = {
            plan.id
            for plan in self.world.plans.values()
            if plan.company_id == visits.company_id.id
        }
        plan = self.env["pet.plan"].browse(self._choose(plans, plan))
        with self.step(f"{role} moves {visits.ids} to {plan.name}"):
            wizard = (
                self.env["pet.appointment.move"]
                .with_user(visits.env.user)
                .with_context(**visits.action_open_move()["context"])
                .create({"plan_id": plan.id, "reason": "Wrong plan"})
            )
            wizard.read(["cost", "changes"])
            wizard.action_apply()

    @has_visits
    @rule(
        first=INDEX,
        others=st.lists(INDEX, max_size=2),
        sessions=st.sampled_from(("release", "release", "consume")),
        role=st.sampled_from(("staff", "manager")),
    )
    def cancel_visits(self, first, others, sessions, role):
        chosen = self._visit(first, role)
        numbers = sorted(chosen.plan_id.sudo().appointment_ids.ids)
        if numbers:
            chosen |= chosen.browse(numbers[other % len(numbers)] for other in others)
        chosen = chosen.sorted("id")
        kept = (chosen.filtered("is_late") or chosen) if sessions == "consume" else ()
        kept = {visit.id for visit in kept}
        done = False
        preview = {}
        with self.step(f"{role} cancels {chosen.ids}, {sessions}"):
            action = chosen.action_open_cancel()
            wizard = (
                self.env["pet.appointment.cancel"]
                .with_user(chosen.env.user)
                .with_context(**action["context"])
                .create({"reason": "Rain", "sessions": sessions})
            )
            preview = {
                row.appointment_id.id: (row.is_cancelled, row.new_cycle_id.id)
                for row in wizard.line_ids
            }
            wizard.action_apply()
            self.consumed = (self.consumed - set(chosen.ids)) | kept
            done = True
        if done:
            self._check_preview(preview)

    def _check_preview(self, preview):
        """Compare what the dialog showed with what happened (C7)."""
        for number, (is_cancelled, cycle) in preview.items():
            visit = self.world.visits[number]
            if not is_cancelled and visit.cycle_id != (cycle or None):
                raise self._fault(f"C7: {visit} was shown in cycle {cycle}")

    # --- Time -----------------------------------------------------------------

    @rule(days=st.integers(1, 45), nightly=st.booleans())
    def wait(self, days, nightly):
        self.now += timedelta(days=days)
        self.case.clock.move_to(self.now)
        words = "the jobs run" if nightly else "no job runs"
        with self.step(f"{days} days pass, to {self.now.date()}; {words}"):
            if nightly:
                self._run_jobs()
        if nightly:
            self._check_states()
            self._check_books()
        self._check_cards()

    def _check_books(self):
        """The liability adds up, goes on, and agrees with the ledger (P7)."""
        days = [self._day(days) for days in (-90, -20, 0)]
        for shop in self.shops:
            faults = liability_reference.find_faults(self.env, shop.company, *days)
            if faults:
                raise self._fault("\n".join(faults))

    def _run_jobs(self):
        for shop in self.shops:
            cycles = self.env["pet.cycle"]
            domain = cycles._get_cycles_to_post_domain(shop.company)
            cycles.search(domain)._post_invoices()
            plans = self.env["pet.plan"]
            domain = plans._get_plans_to_update_domain(shop.company)
            plans.search(domain)._update_isolated()

    def _check_states(self):
        """After the job the status is what the dates say (X1)."""
        for plan in self.env["pet.plan"].browse(self.world.plans):
            today = plan.company_id._get_pet_today()
            is_over = bool(plan.date_end) and plan.date_end < today
            is_over |= plan.is_given_away  # X10
            if plan.state in ("active", "expired") and is_over != (
                plan.state == "expired"
            ):
                raise self._fault(f"X1: {plan.name}, {plan.date_end}, is {plan.state}")
            if plan.state == "expired":
                left = plan.line_ids.mapped("remaining")
                if max(left) > 0.001:
                    raise self._fault(f"X2: {plan.name} expired with {left} left")

    def _check_cards(self):
        """The cards count the plans that run by the days they have left (X3)."""
        for shop in self.shops:
            today = shop.company._get_pet_today()
            counts = dict.fromkeys(CARDS, 0)
            for plan in self.world.plans.values():
                if plan.company_id != shop.company.id:
                    continue
                left = (plan.date_end - today).days if plan.date_end else 999
                runs = plan.state in ("active", "expired") and not plan.is_given_away
                if runs and left >= 0:
                    card = next(name for name, last in CARDS.items() if left <= last)
                    counts[card] += 1
            shown = self.env["pet.plan"].with_user(shop.staff).retrieve_dashboard()
            if {name: shown[name] for name in CARDS} != counts:
                raise self._fault(f"X3: the cards show {shown}, not {counts}")

    # --- The accountant -------------------------------------------------------

    @has_invoices
    @rule(invoice=INDEX)
    def post(self, invoice):
        if move := self._invoice(invoice, lambda move: move.state == "draft"):
            with self.step(f"post {self._name(move)}"):
                move.action_post()

    @has_invoices
    @rule(invoice=INDEX, part=st.sampled_from((1.0, 1.0, 0.5)))
    def pay(self, invoice, part):
        move = self._invoice(
            invoice,
            lambda move: (
                move.state != "cancel"
                and move.amount_total
                and move.payment_state in ("not_paid", "partial")
            ),
        )
        if not move:
            return
        with self.step(f"pay {part:g} of {self._name(move)}"):
            if move.state == "draft":
                move.action_post()
            amount = move.currency_id.round(move.amount_residual * part)
            self.env["account.payment.register"].with_user(move.env.user).with_context(
                active_model="account.move", active_ids=move.ids
            ).create({"amount": amount})._create_payments()

    @has_invoices
    @rule(invoice=INDEX, part=st.sampled_from((1.0, 0.5)), posted=st.booleans())
    def credit(self, invoice, part, posted):
        credited = {m.reversed_entry_id for m in self.world.moves.values()}
        move = self._invoice(
            invoice, lambda move: move.state == "posted" and move.id not in credited
        )
        if not move:
            return
        with self.step(f"credit {part:g} of {self._name(move)}, posted: {posted}"):
            action = (
                self.env["account.move.reversal"]
                .with_user(move.env.user)
                .with_context(active_model="account.move", active_ids=move.ids)
                .create({"journal_id": move.journal_id.id})
                .refund_moves()
            )
            note = move.browse(action["res_id"])
            if part != 1.0:
                note.invoice_line_ids = [
                    Command.update(line.id, {"quantity": line.quantity * part})
                    for line in note.invoice_line_ids
                ]
            if posted:
                note.action_post()

    @has_invoices
    @rule(
        invoice=INDEX,
        part=st.sampled_from((1.0, 0.5, 2.0)),
        kind=st.sampled_from(("out_refund", "entry")),
    )
    def match(self, invoice, part, kind):
        """Match an invoice, or a draft, with what the customer has from elsewhere."""
        move = self._invoice(
            invoice,
            lambda move: (
                move.state in ("draft", "posted")
                and move.amount_total
                and move.payment_state in ("not_paid", "partial")
            ),
        )
        if not move:
            return
        with self.step(f"match {part:g} of {self._name(move)} with an {kind}"):
            amount = move.currency_id.round(move.amount_total * part)
            make = getattr(self, f"_prepare_{kind}")
            credit = move.create(make(move, amount))
            credit.action_post()
            line = credit.line_ids.filtered(
                lambda line: line.account_type == "asset_receivable"
            )
            move.js_assign_outstanding_line(line.id)

    def _prepare_out_refund(self, move, amount):
        return {
            "move_type": "out_refund",
            "partner_id": move.partner_id.id,
            "invoice_line_ids": [
                Command.create(
                    {"name": "Goodwill", "price_unit": amount, "tax_ids": False}
                )
            ],
        }

    def _prepare_entry(self, move, amount):
        receivable = move.line_ids.account_id.filtered(
            lambda account: account.account_type == "asset_receivable"
        )
        other = move.invoice_line_ids.account_id[:1]
        return {
            "move_type": "entry",
            "line_ids": [
                Command.create(
                    {
                        "account_id": account.id,
                        "partner_id": move.commercial_partner_id.id,
                        "credit": credit,
                        "debit": debit,
                    }
                )
                for account, credit, debit in (
                    (receivable, amount, 0.0),
                    (other, 0.0, amount),
                )
            ],
        }

    @has_invoices
    @rule(
        invoice=INDEX,
        action=st.sampled_from(("button_draft", "button_cancel", "unlink")),
    )
    def undo(self, invoice, action):
        states = ("posted", "cancel") if action == "button_draft" else ("draft",)
        if move := self._invoice(invoice, lambda move: move.state in states):
            with self.step(f"{action} {self._name(move)}"):
                getattr(move, action)()

    @has_invoices
    @rule(cycle=INDEX)
    def create_invoice(self, cycle):
        closed = [c.id for c in self.world.cycles.values() if c.state == "closed"]
        if not closed:
            return
        cycle = self.env["pet.cycle"].browse(self._choose(closed, cycle))
        with self.step(f"create the invoice of {cycle.display_name} again"):
            cycle.with_user(
                self._shop(cycle.company_id).accountant
            ).action_create_invoice()

    # --- Pets and customers ---------------------------------------------------

    @has_plans
    @rule(pet=st.integers(0, 2), shop=st.integers(0, 1), closing=st.booleans())
    def archive(self, pet, shop, closing):
        """A pet dies, and comes back to life with the next of these."""
        shop = self.shops[shop]
        row = self.world.pets[self.pets[pet].id]
        pet = self.pets[pet].with_user(shop.manager)
        if not row.active:
            with self.step(f"unarchive {row.name}"):
                pet.active = True
            return
        with self.step(f"archive {row.name} at {shop.company.name}, closing {closing}"):
            if closing and (action := pet.action_archive()):
                wizard = self.env["pet.plan.cancel"].with_user(shop.manager)
                wizard.with_context(**action["context"]).create(
                    {"reason": "Died", "settlement": "credit_note"}
                ).action_apply()
            else:
                pet.active = False

    @has_plans
    @rule(pet=st.integers(0, 2))
    def move_customer(self, pet):
        """A customer joins another household, or leaves it again."""
        customer = self.pets[pet].partner_id.with_env(self.env)
        other = next(p.partner_id for p in self.pets if p.partner_id != customer)
        head = other.browse() if customer.parent_id else other.with_env(self.env)
        with self.step(f"{customer.name} joins {head.name or 'nobody'}"):
            customer.parent_id = head

    # --- The life of a plan ---------------------------------------------------

    @has_plans
    @rule(plan=INDEX, start=st.integers(-5, 30), days=st.integers(1, 20))
    def pause(self, plan, start, days):
        plan = self._plan(plan, "staff" if start >= 0 else "manager")
        first, last = self._day(start), self._day(start + days - 1)
        with self.step(f"pause {plan.name} from {first} to {last}"):
            self.env["pet.plan.pause.start"].with_user(plan.env.user).create(
                {
                    "plan_id": plan.id,
                    "date_from": first,
                    "date_to": last,
                    "reason": "Holidays",
                }
            ).action_apply()

    @precondition(lambda self: self.world.pauses)
    @rule(plan=INDEX)
    def resume(self, plan):
        plan = self._plan(plan)
        with self.step(f"resume {plan.name}"):
            plan.action_resume()

    @has_few_plans
    @rule(plan=INDEX, pet=INDEX)
    def transfer(self, plan, pet):
        plan = self._plan(plan, "manager")
        pet = self.pets[pet % len(self.pets)]
        customer = pet.partner_id or plan.partner_id
        with self.step(
            f"give {plan.name} to {pet.name or 'all pets'} of {customer.name}"
        ):
            self.env["pet.plan.transfer"].with_user(plan.env.user).create(
                {
                    "plan_id": plan.id,
                    "partner_id": customer.id,
                    "pet_id": pet.id,
                    "reason": "Moved away",
                }
            ).action_apply()

    @has_few_plans
    @rule(plan=INDEX, keep=st.booleans(), carry=st.booleans())
    def renew(self, plan, keep, carry):
        plan = self._plan(plan)
        with self.step(f"renew {plan.name}, keep price: {keep}, carry: {carry}"):
            self.env["pet.plan.renew"].with_user(plan.env.user).create(
                {"plan_id": plan.id, "keep_price": keep, "carry_remaining": carry}
            ).action_apply()

    @has_plans
    @rule(plan=INDEX, line=INDEX, left=st.sampled_from((2.0, 0.0, 0.5, 10.0)))
    def edit_counter(self, plan, line, left):
        plan = self._plan(plan, "manager")
        with self.step(f"edit {plan.name}: {left:g} left"):
            wizard = self._open_edit(plan)
            rows = wizard.line_ids
            if rows:  # of what has no limit there is nothing to edit (S11)
                rows[line % len(rows)].new_remaining = left
            wizard.action_apply()

    @has_plans
    @rule(
        plan=INDEX,
        sessions=st.lists(
            st.sampled_from((0.0, 1.0, 3.0, 2.5, 7.0, 0.5)), min_size=1, max_size=2
        ),
        price=st.sampled_from((None, None, 0.0, 19.99)),
        due=st.sampled_from((0, 0, 5, 40)),
    )
    def top_up(self, plan, sessions, price, due):
        """Sell more sessions; another price is a manager's (S13)."""
        plan = self._plan(plan, "staff" if price is None else "manager")
        with self.step(f"top {plan.name} up with {sessions}, at {price}, due in {due}"):
            wizard = (
                self.env["pet.plan.top.up"]
                .with_user(plan.env.user)
                .create({"plan_id": plan.id, "date_due": self._day(due)})
            )
            for row, quantity in zip(wizard.line_ids, sessions, strict=False):
                row.quantity = quantity
                row.price_unit = row.price_unit if price is None else price
            wizard.read(["summary"])
            wizard.action_apply()

    @has_plans
    @rule(plan=INDEX, days=st.sampled_from((3, 40, -20, -3)))
    def move_end(self, plan, days):
        plan = self._plan(plan, "manager")
        if not plan.date_end:
            return
        end = plan.date_end + timedelta(days=days)
        with self.step(f"move the end of {plan.name} to {end}"):
            wizard = self._open_edit(plan)
            wizard.date_end = end
            wizard.action_apply()

    def _open_edit(self, plan):
        return (
            self.env["pet.plan.adjust"]
            .with_user(plan.env.user)
            .create({"plan_id": plan.id, "reason": "Counted again"})
        )

    @has_plans
    @rule(
        plan=INDEX,
        days=st.sampled_from((0, 0, 10, -10)),
        settlement=st.sampled_from(("none", "credit_note")),
        role=st.sampled_from(("staff", "manager")),
    )
    def cancel_plan(self, plan, days, settlement, role):
        plan = self._plan(plan, role)
        day = self._day(days)
        with self.step(f"{role} cancels {plan.name} from {day}, {settlement}"):
            self.env["pet.plan.cancel"].with_user(plan.env.user).create(
                {
                    "plan_ids": [Command.set(plan.ids)],
                    "date": fields.Date.to_string(day),
                    "reason": "Moved away",
                    "settlement": settlement,
                }
            ).action_apply()

    @has_few_plans
    @rule(
        plan=INDEX,
        offer=OFFERS,
        days=st.sampled_from((0, 0, 0, 10, -3)),
        role=st.sampled_from(("staff", "manager")),
    )
    def change_plan(self, plan, offer, days, role):
        """Change a plan to another offer (S14); the preview tells what happens."""
        plan = self._plan(plan, role)
        shop, day = self._shop(plan.company_id), self._day(days)
        told, made = [], []
        with self.step(f"{role} changes {plan.name} to {self._tell(offer)} from {day}"):
            template = (
                self.env["pet.plan.template"]
                .with_user(shop.manager)
                .create(self._prepare_template(shop, offer))
            )
            wizard = (
                self.env["pet.plan.change"]
                .with_user(plan.env.user)
                .create({"plan_id": plan.id, "template_id": template.id, "date": day})
            )
            before = self.env["account.move"].search([])
            told = [wizard.amount_first]
            if days <= 0:
                told.append(wizard.amount_credited)
            moved = wizard.visit_ids.mapped("outcome").count("move")
            wizard.action_apply()
            new = wizard.new_plan_id.sudo()
            fresh = self.env["account.move"].search([]) - before
            notes = fresh.filtered(lambda move: move.move_type == "out_refund")
            bills = new.cycle_ids.sorted("sequence").invoice_id
            made = [sum(bills[:1].mapped("amount_total"))]
            if days <= 0:
                made.append(sum(notes.mapped("amount_total")))
            told.append(moved)
            made.append(len(new.appointment_ids))
        pairs = zip(told, made, strict=False)  # none is made of what is refused
        if any(round(one - other, 2) for one, other in pairs):
            raise self._fault(f"S14: the preview told {told}, and it was {made}")

    @has_plans
    @rule(plan=INDEX)
    def call_off_cancellation(self, plan):
        plan = self._plan(plan, "staff")
        with self.step(f"the cancellation of {plan.name} is called off"):
            plan.action_call_off_cancellation()
