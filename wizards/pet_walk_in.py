from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..models.pet_appointment import UPCOMING_STATES
from ..models.windows import notify


class PetWalkIn(models.TransientModel):
    """Check in pets that come without booking, having seen who pays (U4)."""

    _name = "pet.walk.in"
    _description = "Walk-in"
    _inherit = ["pet.overdue.mixin", "pet.reference.mixin"]
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self._default_company_id()
    )
    partner_id = fields.Many2one("res.partner", string="Customer", check_company=True)
    commercial_partner_id = fields.Many2one(
        related="partner_id.commercial_partner_id", related_sudo=False
    )
    pet_ids = fields.Many2many("pet.pet", string="Pets", check_company=True)
    product_ids = fields.Many2many(
        "product.product",
        string="Services",
        check_company=True,
        domain="[('sale_ok', '=', True), ('type', '=', 'service')]",
        help="Empty: what the plan of each pet gives next",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Groomer",
        check_company=True,
        domain="[('share', '=', False)]",
    )
    half_day = fields.Boolean(help="Half a session of what may be taken as a half day")
    line_ids = fields.One2many(
        "pet.walk.in.line",
        "wizard_id",
        string="Who Pays",
        compute="_compute_line_ids",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
    )

    def _default_company_id(self):
        return self.env.company

    @api.onchange("pet_ids")
    def _onchange_pet_ids(self):
        self.partner_id = self.partner_id or self.pet_ids[:1].partner_id

    @api.onchange("partner_id")
    def _onchange_partner_id(self):
        """Offer the only pet of a customer, and forget those of another one."""
        household = self.commercial_partner_id
        if not household:
            return
        pets = self.pet_ids.filtered(
            lambda pet: pet.partner_id.commercial_partner_id == household
        )
        if not pets:
            theirs = self.env["pet.pet"].search(
                [("partner_id", "child_of", household.ids)], limit=2
            )
            pets = theirs if len(theirs) == 1 else pets
        self.pet_ids = pets

    @api.depends("pet_ids", "product_ids", "half_day", "company_id")
    def _compute_line_ids(self):
        for wizard in self:
            wizard.line_ids = [
                Command.clear(),
                *(Command.create(vals) for vals in wizard._prepare_lines()),
            ]

    def _prepare_lines(self):
        """Return the values of the rows: of each pet its visits, and who pays (U2a).

        One pet after the other, so that of a shared plan each finds what is left. A pet
        whose services are prepaid in several plans has a row for each (U1a).
        """
        self.ensure_one()
        if not self.company_id:
            return []
        visits = [self._get_imagined_visit(pet) for pet in self.pet_ids._origin]
        imagined = self.env["pet.appointment"].concat(*visits)
        plans = imagined._find_plans()
        allotments = plans._get_allotments()
        explained = imagined._explain_candidates()
        return [
            vals
            for visit in visits
            for vals in self._prepare_pet_lines(
                visit, plans, allotments, explained[visit]
            )
        ]

    def _get_imagined_visit(self, pet):
        """Return the visit that a check-in would make, not in the database."""
        vals = {**self._prepare_visit(pet), "line_ids": self._get_service_commands()}
        if self.half_day:
            vals["units"] = 0.5
        return self.env["pet.appointment"].new(vals)

    def _prepare_visit(self, pet):
        """Return the values of the visit of one pet, but for its services."""
        return {
            "pet_id": pet.id,
            "company_id": self.company_id.id,
            "start": fields.Datetime.now().replace(second=0),
            "user_id": self.user_id.id,
        }

    def _get_service_commands(self, products=None):
        """Return the commands of the services of a visit (U4).

        :param products: `product.product` records, else those that were chosen
        """
        products = self.product_ids._origin if products is None else products
        return [
            Command.create(
                {
                    "product_id": product.id,
                    "quantity": self._get_sessions(product),
                }
            )
            for product in products
        ]

    def _get_sessions(self, product):
        """Return how many sessions of a service a visit takes: half days halve (U4)."""
        return 0.5 if self.half_day and product.pet_half_day else 1.0

    def _prepare_pet_lines(self, visit, plans, allotments, explanation):
        """Return the values of the rows of one pet: a list of dicts.

        :param visit: the imagined `pet.appointment` of the pet
        :param plans: those that may pay for one of the pets
        :param allotments: dict of `pet.plan._get_allotments`; the visit takes its
            sessions from them
        :param explanation: list of sentences, why no plan pays
        """
        vals = {"pet_id": visit.pet_id.id, "product_ids": [Command.clear()]}
        if here := visit._find_in_shop().get(visit):
            explanation = self.env._(
                "In the shop already: %(visit)s, %(state)s.",
                visit=here.display_name,
                state=here._get_state_labels()[0].lower(),
            )
            return [{**vals, "is_in_shop": True, "explanation": explanation}]
        if booked := visit._find_booked():
            return self._prepare_booked_lines(vals, visit, booked, allotments)
        is_asked = self.company_id.pet_plan_selection == "ask"
        covered = not is_asked and visit._get_candidates(plans, allotments)
        if not covered:
            return [{**vals, "explanation": "\n".join(explanation)}]
        plan, choice = visit._choose_plan(covered, allotments)
        shares = visit._share_beside(plan, plans, allotments)
        apart = visit.line_ids.product_id.browse().union(
            *(services for __, services in shares.values())
        )
        if apart:
            visit = visit._imagine(visit.line_ids.product_id - apart, visit.start)
        products = self._take(visit, plan, allotments[plan])
        first = {
            **vals,
            "product_ids": [Command.set(products.ids)],
            "plan_id": plan.id,
            "proposed_plan_id": plan.id,
            "explanation": visit._explain_choice(choice),
        }
        return [first, *self._prepare_share_lines(visit, shares, allotments)]

    def _prepare_booked_lines(self, vals, visit, booked, allotments):
        """Return the values of the rows of a pet that is booked (U1, U1a).

        :param vals: dict, what every row of the pet has
        :param visit: the imagined `pet.appointment` of the pet
        :param booked: the one that it comes for
        :param allotments: dict of `pet.plan._get_allotments`
        """
        is_today = booked._get_day() == visit._get_day()
        shares = booked._find_shares(booked.start if is_today else visit.start)
        apart = booked.line_ids.product_id.browse().union(
            *(services for __, services in shares.values())
        )
        products = booked._with_together().line_ids.product_id - apart
        first = {
            **vals,
            "booked_id": booked.id,
            "product_ids": [Command.set(products.ids)],
            **self._explain_booked(booked),
        }
        return [first, *self._prepare_share_lines(booked, shares, allotments)]

    def _prepare_share_lines(self, visit, shares, allotments):
        """Return the values of the rows of what further plans pay for (U1a).

        :param visit: `pet.appointment` record, imagined or booked
        :param shares: dict of `pet.appointment._find_shares`
        :param allotments: dict of `pet.plan._get_allotments`; sessions are taken from
            them
        """
        for plan, (__, services) in shares.items():
            if plan in allotments:
                part = visit._imagine(services, visit.start)
                self._take(part, plan, allotments[plan])
        return [
            {
                "pet_id": visit.pet_id.id,
                "product_ids": [Command.set(services.ids)],
                "plan_id": plan.id,
                "proposed_plan_id": plan.id,
                "explanation": self.env._(
                    "A visit of its own at the same time. %(why)s",
                    why=visit._explain_choice(choice),
                ),
            }
            for plan, (choice, services) in shares.items()
        ]

    def _explain_booked(self, booked):
        day = booked._get_day()
        values = {
            "start": booked.company_id._format_pet_time(booked.start),
            "plan": booked.plan_id.display_name,
        }
        if day == booked.company_id._get_pet_today():
            sentence = self.env._("Booked for %(start)s: that visit.", **values)
        else:
            sentence = self.env._(
                "All sessions are booked: the visit of %(start)s is brought forward.",
                **values,
            )
        if booked.together:
            sentence = self.env._(
                "%(sentence)s Also %(visits)s.",
                sentence=sentence,
                visits=booked.together,
            )
        return {
            "explanation": sentence,
            "plan_id": booked.plan_id.id,
            "proposed_plan_id": booked.plan_id.id,
        }

    def _take(self, visit, plan, allotment):
        """Take the sessions of an imagined visit, and return its services."""
        day, units = visit._get_day(), visit.units
        slot = allotment.find_slot(day, units)
        products = visit.line_ids.product_id
        if not products:
            products = products.browse(allotment.get_default(slot, units))
        if visit.line_ids:
            services = visit._get_demand(visit.line_ids, allotment)
        else:
            services = {product.id: self._get_sessions(product) for product in products}
        allotment.enter(day, units, services)
        return products

    # --- What is overdue (13) ------------------------------------------------------

    @api.depends("line_ids.plan_id", "line_ids.booked_id")
    def _compute_overdue(self):
        return super()._compute_overdue()

    def _get_overdue_company(self):
        return self.company_id

    def _foresee_overdue(self):
        """Return what is overdue: dict, row -> cycles."""
        self.ensure_one()
        paid = self.line_ids.filtered(lambda line: line.plan_id and not line.is_in_shop)
        booked = paid.filtered(lambda line: line._is_of_booked())
        places = {
            line: (line.booked_id.plan_id, line.booked_id.cycle_id)
            for line in booked
            if not line.booked_id.overdue_reason
        }
        places.update((paid - booked)._foresee_places())
        return self.env["pet.cycle"]._find_overdue_ahead(places)

    # --- The check-in --------------------------------------------------------------

    def action_apply(self):
        """Check the pets in: one visit each, on the plan that U1 picks (U4).

        A pet that is booked for that day comes for that visit, and where all sessions
        are booked, for the next one (U1). What further plans pay for are visits of
        their own at the same time (U1a).

        :return: the action that tells what pays for each
        :raises UserError: naming the pet that is in the shop already, or comes for
            nothing, or the plan that does not pay any more
        """
        self.ensure_one()
        self._check_pets()
        visits = self.env["pet.appointment"]
        for lines in self.line_ids.grouped("pet_id").values():
            visits += lines._receive()
        return notify(" ".join(visit._get_arrival_sentence() for visit in visits))

    def _check_pets(self):
        """Refuse to check in nobody, or a pet of another customer."""
        if not self.pet_ids:
            raise UserError(self.env._("Choose the pet that is here."))
        household = self.commercial_partner_id
        for pet in self.pet_ids:
            if household and pet.partner_id.commercial_partner_id != household:
                raise UserError(
                    self.env._(
                        "%(pet)s belongs to %(owner)s, not to %(customer)s.",
                        pet=pet.name,
                        owner=pet.partner_id.display_name,
                        customer=self.partner_id.display_name,
                    )
                )


class PetWalkInLine(models.TransientModel):
    """One pet that walks in: for what, and which plan pays."""

    _name = "pet.walk.in.line"
    _description = "Pet of a Walk-in"
    _inherit = ["pet.reference.mixin"]
    _check_company_auto = True

    wizard_id = fields.Many2one("pet.walk.in", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="wizard_id.company_id", related_sudo=False)
    pet_id = fields.Many2one(
        "pet.pet", required=True, ondelete="cascade", check_company=True
    )
    partner_id = fields.Many2one(related="pet_id.partner_id", related_sudo=False)
    product_ids = fields.Many2many(
        "product.product", string="Services", check_company=True
    )
    booked_id = fields.Many2one(
        "pet.appointment",
        string="Booked Visit",
        ondelete="cascade",
        check_company=True,
        help="Checked in instead of a visit of its own",
    )
    is_in_shop = fields.Boolean()
    plan_id = fields.Many2one(
        "pet.plan",
        string="Plan or Package",
        ondelete="cascade",
        check_company=True,
        help="Empty: an ordinary invoice",
    )
    proposed_plan_id = fields.Many2one(
        "pet.plan", ondelete="cascade", check_company=True
    )
    explanation = fields.Text(string="Why")

    def _is_of_booked(self):
        """Tell whether the pet comes for the visit that it is booked for (U1)."""
        self.ensure_one()
        return bool(self.booked_id) and self.plan_id == self.proposed_plan_id

    def _foresee_places(self):
        """Return where the visits of these rows will stand: dict, row -> (plan, cycle).

        One after the other, as they take their sessions.
        """
        # An imagined visit would read its pet alone: of all they are read here.
        self.pet_id.mapped("partner_id")
        allotments = self.plan_id._origin._get_allotments()
        places = {}
        for line in self:
            visit = line._get_imagined_visit()
            plan = line.plan_id._origin
            cycle = visit._get_cycle_ahead(allotments[plan])
            if cycle:
                line.wizard_id._take(visit, plan, allotments[plan])
            places[line] = (plan, cycle)
        return places

    def _get_imagined_visit(self):
        """Return the visit that the row stands for, not in the database."""
        self.ensure_one()
        visit = self.wizard_id._get_imagined_visit(self.pet_id._origin)
        if visit.line_ids and self.product_ids:
            return visit._imagine(self.product_ids._origin, visit.start)
        return visit

    def _receive(self):
        """Check one pet in, and return its visits (U4, U1a).

        The first row is its visit; a further one has one of its own if its plan is
        another.

        :raises UserError: naming the pet that comes for nothing, or the plan that does
            not pay any more
        """
        first, wizard = self[:1], self.wizard_id
        visit = first._get_visit(wizard.product_ids or self.product_ids)
        promised = self._share_out(visit)
        visits = visit._with_together()
        if first._is_of_booked() or first.plan_id == first.proposed_plan_id:
            return wizard._receive_visits(visits, promised, wizard.overdue_reason)
        if first.plan_id:
            visit.plan_id = first.plan_id
            return wizard._receive_visits(visits, promised, wizard.overdue_reason)
        visit._advance("received", UPCOMING_STATES)
        wizard._receive_visits(visits - visit, promised, wizard.overdue_reason)
        return visits

    def _get_visit(self, products):
        """Return the visit that the pet comes for: the booked one, or a new one (U1).

        :param products: `product.product` records, of a new one
        :raises UserError: naming the pet that comes for nothing, or is here already
        """
        self.ensure_one()
        if self._is_of_booked():
            self.booked_id._bring_to(fields.Datetime.now().replace(second=0))
            return self.booked_id
        if not (products or self.plan_id):
            raise UserError(
                self.env._(
                    "No plan pays for %(pet)s: choose a service, or sell a plan.",
                    pet=self.pet_id.display_name,
                )
            )
        wizard = self.wizard_id
        visit = self.env["pet.appointment"].create(
            {
                **wizard._prepare_visit(self.pet_id),
                "line_ids": wizard._get_service_commands(products),
            }
        )
        visit._check_not_in_shop()
        return visit

    def _share_out(self, visit):
        """Give what the further rows are for visits of their own (U1a).

        :param visit: `pet.appointment` record of the first row
        :return: dict of `pet.appointment._share_out`, of the plans that were proposed
        """
        first = self[:1]
        others = (self - first).filtered(
            lambda line: line.plan_id and line.plan_id != first.plan_id
        )
        proposed = others.filtered(lambda line: line.plan_id == line.proposed_plan_id)
        promised = visit._share_out(
            {line.plan_id: (None, line.product_ids) for line in proposed}
        )
        for plan, lines in (others - proposed).grouped("plan_id").items():
            visit._split_off(lines.product_ids).plan_id = plan
        return promised
