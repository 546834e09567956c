from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import float_round

from ..lib.booking import Asked


class PetAppointmentLine(models.Model):
    _name = "pet.appointment.line"
    _description = "Service of a Visit"
    _inherit = ["pet.guard.mixin"]
    _order = "appointment_id, id"
    _rec_name = "product_id"
    _check_company_auto = True
    _guarded_fields = frozenset({"invoice_id", "sessions"})

    appointment_id = fields.Many2one(
        "pet.appointment", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="appointment_id.company_id")
    product_id = fields.Many2one(
        "product.product",
        string="Service",
        required=True,
        ondelete="restrict",
        check_company=True,
        domain="[('sale_ok', '=', True)]",
    )
    plan_line_id = fields.Many2one(
        "pet.plan.line",
        string="Covered By",
        compute="_compute_plan_line_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        help="The service of the plan whose sessions it takes; empty: billed apart",
    )
    quantity = fields.Float(
        default=1.0,
        required=True,
        digits="Product Unit",
        help="How much of the service, as it is priced: 0.5 for a half day",
    )
    sessions = fields.Float(
        compute="_compute_sessions",
        store=True,
        precompute=True,
        digits="Product Unit",
        help="What it takes of the plan: of a service that covers it perhaps more or "
        "less than one session each",
    )
    price_unit = fields.Float(
        string="Price",
        compute="_compute_price_unit",
        store=True,
        readonly=False,
        precompute=True,
        min_display_digits="Product Price",
    )
    currency_id = fields.Many2one(related="appointment_id.currency_id")
    invoice_id = fields.Many2one(
        "account.move",
        readonly=True,
        copy=False,
        index="btree_not_null",
        groups="base.group_user",
        help="Ordinary invoice that bills the service, where no plan covers it",
    )
    coverage = fields.Char(
        compute="_compute_coverage",
        groups="base.group_user",
        help="Which plan pays for the service, in place of a price",
    )

    _quantity_positive = models.Constraint(
        "CHECK(quantity > 0)", "A visit takes more than 0 sessions of a service."
    )
    _price_not_negative = models.Constraint(
        "CHECK(price_unit >= 0)", "The price of a service cannot be negative."
    )

    @api.depends("product_id", "appointment_id.plan_id")
    def _compute_plan_line_id(self):
        """The plan covers the service if it sells it, or one good for it (S10).

        Of several the first; booking tells which has sessions.
        """
        for line in self:
            sold = line.appointment_id.plan_id.line_ids
            line.plan_line_id = sold._find_covering(line.product_id)

    @api.depends("quantity", "product_id", "plan_line_id")
    def _compute_sessions(self):
        for line in self:
            line.sessions = (
                line.plan_line_id._weigh(line.product_id, line.quantity)
                if line.plan_line_id
                else 0.0
            )

    @api.depends("product_id", "plan_line_id")
    def _compute_price_unit(self):
        for line in self:
            line.price_unit = (
                line.plan_line_id.price_sold
                if line.plan_line_id
                else line.product_id._get_pet_price(line.company_id, line.currency_id)
            )

    @api.depends("plan_line_id", "plan_line_id.plan_id.name")
    @api.depends_context("lang")
    def _compute_coverage(self):
        for line in self:
            plan = line.plan_line_id.plan_id
            on_plan = self.env._("on %(plan)s", plan=plan.name)
            line.coverage = on_plan if plan else False

    def _ask(self):
        """Return what the visit asks of its plan for this service (S10).

        It may stand in several lines of one visit (S12).

        :return: `lib.booking.Asked`; who chose what pays for it, keeps that if it can
        """
        return Asked(
            self.product_id._origin.id,
            sum(self.mapped("quantity")),
            self.plan_line_id.product_id._origin.id or None,
            self.appointment_id._get_who(),
        )

    def _cover(self, parts):
        """Let these services, paid by one of the plan, take of its lines (S12).

        :param parts: list of `lib.balances.Part` that make up their sessions
        :return: list of value dicts of further services: where a session comes from
            two lines, it stands in two
        """
        queue = [[part.line, part.quantity] for part in parts]
        more = []
        for line in self:
            vals_list = line._prepare_cover_vals_list(queue)
            if any(
                value != (line[name].id if name == "plan_line_id" else line[name])
                for name, value in vals_list[0].items()
            ):
                line._unguarded().write(vals_list[0])
            line._take(vals_list[0]["sessions"])
            more += [
                {
                    "appointment_id": line.appointment_id.id,
                    "product_id": line.product_id.id,
                    **vals,
                }
                for vals in vals_list[1:]
            ]
        return more

    def _prepare_cover_vals_list(self, queue):
        """Return which lines of the plan cover this service, by parts.

        :param queue: list of [plan line id, sessions] still to be used; what this
            service takes leaves it
        :return: list of dicts of `plan_line_id`, `sessions` and `quantity`
        """
        self.ensure_one()
        left, quantity, vals_list = self.sessions, self.quantity, []
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        while self.env["pet.plan.line"]._is_some(left):
            part = min(left, queue[0][1])
            # As much of the service as of its sessions, and of the last all the rest.
            share = quantity * part / left if part < left else quantity
            share = max(10**-digits, float_round(share, precision_digits=digits))
            vals_list.append(
                {"plan_line_id": queue[0][0], "sessions": part, "quantity": share}
            )
            left = round(left - part, 6)
            quantity = round(quantity - share, 6)
            queue[0][1] = round(queue[0][1] - part, 6)
            if not queue[0][1]:
                queue.pop(0)
        return vals_list

    def _take(self, sessions):
        """Let the service take exactly so many sessions of its line (S12).

        The quantity of a part is rounded: what it weighs may be more than the line has.
        """
        self.ensure_one()
        if self.sessions != sessions:
            self._unguarded().write({"sessions": sessions})

    def _group_parts(self):
        """Return these services, each with its parts that are paid by one (S12).

        :return: list of records; of what no plan covers each stands alone
        """
        return list(
            self.grouped(
                lambda line: (
                    line.appointment_id,
                    line.product_id,
                    line.plan_line_id.product_id or line,
                )
            ).values()
        )

    def _join(self):
        """Let each service stand in one line again, before another plan pays (S12).

        Its parts have rounded quantities: together they may weigh more than the whole.
        """
        for parts in self._group_parts():
            if len(parts) > 1:
                parts[0]._unguarded().write({"quantity": sum(parts.mapped("quantity"))})
                parts[1:]._unguarded().unlink()

    def _get_service_name(self):
        """Return the name of the service in the customer's language."""
        self.ensure_one()
        lang = self.appointment_id.partner_id.lang or self.env.lang
        return self.product_id.with_context(lang=lang).display_name

    @api.depends("product_id")
    def _compute_display_name(self):
        # A customer reads what they booked, but has no access to the catalogue.
        for line in self:
            line.display_name = line.product_id.sudo().display_name

    @api.constrains("plan_line_id", "product_id", "appointment_id")
    def _check_plan_line(self):
        for line in self:
            sold = line.plan_line_id
            if not sold:
                continue
            if sold.plan_id != line.appointment_id.plan_id or not sold._is_good_for(
                line.product_id
            ):
                raise ValidationError(
                    self.env._(
                        "%(service)s of %(visit)s cannot be covered by %(covered)s "
                        "of %(plan)s.",
                        service=line.product_id.display_name,
                        visit=line.appointment_id.display_name,
                        covered=sold.product_id.display_name,
                        plan=sold.plan_id.display_name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._after_edit(lines.appointment_id)
        return lines

    def write(self, vals):
        if not vals.keys().isdisjoint(self._get_billed_fields()):
            self._check_not_billed()
        visits = self.appointment_id
        result = super().write(vals)
        if not vals.keys().isdisjoint(self._get_counted_fields()):
            self._after_edit(visits | self.appointment_id)
        return result

    def unlink(self):
        self._check_not_billed()
        visits = self.appointment_id
        result = super().unlink()
        self._after_edit(visits.exists())
        return result

    def copy_data(self, default=None):
        """A copied visit is on no plan: its services cost what they do without one."""
        vals_list = super().copy_data(default)
        for line, vals in zip(self, vals_list, strict=True):
            if line.plan_line_id:
                vals.pop("price_unit", None)
        return vals_list

    @api.model
    def _get_counted_fields(self):
        """Return the names of the fields that decide which sessions a visit takes."""
        return {"appointment_id", "product_id", "plan_line_id", "quantity"}

    @api.model
    def _get_billed_fields(self):
        """Return the names of the fields of which an invoice has a copy (B4)."""
        return {*self._get_counted_fields(), "price_unit"}

    def _filter_billed(self):
        """Return the services that an ordinary invoice bills, if not cancelled (B4)."""
        # Only whether it stands: staff have no access to invoices.
        billed = self.sudo().filtered(
            lambda line: line.invoice_id and line.invoice_id.state != "cancel"
        )
        return billed.sudo(self.env.su)

    def _check_not_billed(self):
        """Refuse to change services that an invoice of their own bills (B4)."""
        billed = self._filter_billed()
        if billed:
            raise UserError(
                self.env._(
                    "%(services)s of %(visits)s is billed by an invoice of its own: "
                    "cancel that before the service is changed.",
                    services=", ".join(billed.mapped("display_name")),
                    visits=", ".join(billed.appointment_id.mapped("display_name")),
                )
            )

    def _after_edit(self, visits):
        """Take or give back the sessions that an edit of services changes (B2).

        :param visits: the `pet.appointment` records whose services were edited
        """
        if self._is_unguarded():
            return  # the visit is being booked: it settles its sessions as a whole
        settled = visits.filtered(lambda visit: visit.state in ("no_show", "cancelled"))
        if settled:
            raise UserError(
                self.env._(
                    "%(visits)s: the services of a cancelled visit or a no-show "
                    "cannot be changed.",
                    visits=", ".join(settled.mapped("display_name")),
                )
            )
        visits._follow_weight()
        visits.filtered("holds_sessions")._settle_edit()
