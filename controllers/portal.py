import logging

from odoo import http
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.fields import Domain
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.addons.portal.controllers.portal import pager as portal_pager

from ..models.formats import format_day
from ..models.pet_plan_portal import CustomerRefusal

_logger = logging.getLogger(__name__)

PER_PAGE = 20
SECTIONS = ("upcoming", "past", "invoices", "history")


class PetPlanPortal(CustomerPortal):
    """The pages of customers: their plans, and what they may change (P3).

    Who may see a plan is decided by its record rules, or by the token of its link, as
    on Odoo's own pages. What is shown is decided by the models, which hand out texts.
    """

    # --- Home and list ---------------------------------------------------------

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "pet_plan_count" in counters:
            plans = request.env["pet.plan"]
            values["pet_plan_count"] = (
                plans.search_count(
                    plans._get_portal_domain(request.env.user.partner_id)
                )
                if plans.has_access("read")
                else 0
            )
        return values

    def _get_pet_plan_sortings(self):
        return {
            "state": {
                "label": request.env._("Running first"),
                "order": "state, date_start desc, id desc",
            },
            "date": {
                "label": request.env._("Newest"),
                "order": "date_start desc, id desc",
            },
            "end": {
                "label": request.env._("End"),
                "order": "date_end, id",
            },
        }

    def _get_pet_plan_filters(self):
        return {
            "all": {"label": request.env._("All"), "domain": Domain.TRUE},
            "active": {
                "label": request.env._("Running"),
                "domain": Domain("state", "=", "active"),
            },
        }

    @http.route(
        ["/my/plans", "/my/plans/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
    )
    def portal_my_pet_plans(self, page=1, sortby=None, filterby=None, **kw):
        """List the plans of the customer's household."""
        plans = request.env["pet.plan"]
        if not plans.has_access("read"):
            return request.redirect("/my")
        sortings, filters = self._get_pet_plan_sortings(), self._get_pet_plan_filters()
        sortby = sortby if sortby in sortings else "state"
        filterby = filterby if filterby in filters else "all"
        domain = plans._get_portal_domain(request.env.user.partner_id)
        domain &= filters[filterby]["domain"]
        pager = portal_pager(
            url="/my/plans",
            total=plans.search_count(domain),
            page=page,
            step=PER_PAGE,
            url_args={"sortby": sortby, "filterby": filterby},
        )
        found = plans.search(
            domain,
            order=sortings[sortby]["order"],
            limit=PER_PAGE,
            offset=pager["offset"],
        )
        return self._render_pet_page(
            "pet_plans.portal_my_plans",
            {
                **self._prepare_portal_layout_values(),
                # With all rights, which names of services and invoices need: of plans
                # that the customer's own rights have found.
                "plans": found.sudo()._get_portal_summaries(),
                "page_name": "pet_plan",
                "default_url": "/my/plans",
                "pager": pager,
                "sortby": sortby,
                "searchbar_sortings": sortings,
                "filterby": filterby,
                "searchbar_filters": filters,
            },
        )

    def _render_pet_page(self, template, values):
        """Return a page that says its language, for those who have it read aloud.

        Odoo's layout leaves that to its website.
        """
        lang = (request.env.lang or "en_US").replace("_", "-")
        return request.render(template, {"html_data": {"lang": lang}, **values})

    # --- One plan --------------------------------------------------------------

    @http.route(
        [
            "/my/plans/<int:plan_id>",
            f"/my/plans/<int:plan_id>/<any({','.join(SECTIONS)}):section>",
            f"/my/plans/<int:plan_id>/<any({','.join(SECTIONS)}):section>"
            "/page/<int:page>",
        ],
        type="http",
        auth="public",
        website=True,
    )
    def portal_my_pet_plan(
        self, plan_id, section=None, page=1, access_token=None, done=None, **kw
    ):
        """Show one plan, or a further page of one of its sections."""
        plan = self._find_pet_plan(plan_id, access_token)
        if not plan:
            return request.redirect("/my/plans")
        return self._render_pet_plan(plan, access_token, section, page, done=done)

    def _find_pet_plan(self, plan_id, access_token):
        """Return a plan that the visitor may see, or None.

        :param access_token: text of the link, or None
        """
        if access_token and not access_token.isascii():
            access_token = None  # no token is like this, and none is compared with it
        try:
            self._document_check_access("pet.plan", plan_id, access_token)
        except (AccessError, MissingError):
            return None
        # With all rights, for a visitor who was let in by rule or token just now; what
        # is done with them is in the methods of the models that hand out texts.
        plan = request.env["pet.plan"].browse(plan_id).sudo()
        plan = plan.with_company(plan.company_id)
        return plan if plan.state != "draft" else None

    def _render_pet_plan(self, plan, access_token, section=None, page=1, **extra):
        """Return the page of a plan: all its sections, or a page of one of them.

        :param extra: what was done just now (`done`), or why it was not (`error`)
        """
        sections = plan._get_portal_sections()
        return self._render_pet_page(
            "pet_plans.portal_my_plan",
            {
                **self._prepare_pet_plan_values(plan, access_token),
                "services": plan._get_portal_services(),
                "sections": {
                    name: self._load_pet_section(
                        plan, name, sections[name], page, access_token
                    )
                    for name in ([section] if section else SECTIONS)
                },
                "section": section,
                "late_rule": plan._get_portal_late_rule(),
                "can_renew": not plan._get_portal_renewal_refusal(),
                "renewal_asked": plan.date_renewal_asked
                and format_day(plan.env, plan.date_renewal_asked),
                "message": self._get_pet_message(extra.get("done")),
                "error": extra.get("error"),
            },
        )

    def _prepare_pet_plan_values(self, plan, access_token):
        """Return what every page about one plan needs."""
        (summary,) = plan._get_portal_summaries()
        return {
            "plan": summary,
            "page_name": "pet_plan",
            "access_token": access_token,
            "query": f"?access_token={access_token}" if access_token else "",
            "no_breadcrumbs": request.env.user._is_public(),
            # Whoever works here has the shop's own screens, by their own rights.
            "can_change": plan.company_id.pet_portal_changes
            and not request.env.user._is_internal(),
            "zone": plan.company_id.pet_tz,
            "shop": plan._get_portal_contact(),
        }

    def _get_pet_message(self, done):
        """Return the sentence that tells what was done just now, or None."""
        return {
            "cancelled": request.env._("Your visit is cancelled."),
            "moved": request.env._("Your visit is moved."),
            "asked": request.env._("We have got your wish to renew."),
        }.get(done)

    def _load_pet_section(self, plan, name, content, page, access_token):
        """Return one page of a section: its rows, and its pager.

        :param content: (model, domain, order) of `pet.plan._get_portal_sections`
        """
        model, domain, order = content
        records = plan.env[model]  # with the rights of the plan, see _find_pet_plan
        pager = portal_pager(
            url=f"/my/plans/{plan.id}/{name}",
            total=records.search_count(domain),
            page=page,
            step=PER_PAGE,
            url_args={"access_token": access_token} if access_token else None,
        )
        found = records.search(
            domain, order=order, limit=PER_PAGE, offset=pager["offset"]
        )
        rows = found._get_portal_rows()
        if access_token and name == "invoices":
            # Who has no account has no right to the invoice but by its own link.
            for cycle, row in zip(found, rows, strict=True):
                row["url"] = row["url"] and cycle.invoice_id.get_portal_url()
        return {"rows": rows, "pager": pager}

    # --- Changes ---------------------------------------------------------------

    @http.route(
        "/my/plans/<int:plan_id>/visits/<int:visit_id>/<any(cancel,reschedule):change>",
        type="http",
        auth="public",
        website=True,
        methods=["GET"],
    )
    def portal_pet_visit_change(
        self, plan_id, visit_id, change, access_token=None, **kw
    ):
        """Ask before a visit is changed; nothing is done yet."""
        visit = self._find_pet_visit(plan_id, visit_id, access_token)
        if not visit:
            return request.redirect("/my/plans")
        return self._render_pet_change(visit, change, access_token)

    @http.route(
        "/my/plans/<int:plan_id>/visits/<int:visit_id>/cancel",
        type="http",
        auth="public",
        website=True,
        methods=["POST"],
    )
    def portal_pet_visit_cancel(
        self, plan_id, visit_id, access_token=None, is_late=None, **kw
    ):
        """Cancel a visit (C2, C9)."""
        visit = self._find_pet_visit(plan_id, visit_id, access_token)
        if not visit:
            return request.redirect("/my/plans")
        if visit.is_late and not is_late and not visit._get_portal_cancel_refusal():
            # It has become late since the page was opened: that is said first.
            return self._render_pet_change(visit, "cancel", access_token)
        error = self._try_for_customer(visit._portal_cancel)
        if error:
            return self._render_pet_change(visit, "cancel", access_token, error)
        return self._leave_pet_change(visit.plan_id, access_token, "cancelled")

    @http.route(
        "/my/plans/<int:plan_id>/visits/<int:visit_id>/reschedule",
        type="http",
        auth="public",
        website=True,
        methods=["POST"],
    )
    def portal_pet_visit_reschedule(
        self, plan_id, visit_id, access_token=None, start="", **kw
    ):
        """Move a visit to the day and time that were typed (C1)."""
        visit = self._find_pet_visit(plan_id, visit_id, access_token)
        if not visit:
            return request.redirect("/my/plans")
        error = self._try_for_customer(
            lambda: visit._portal_reschedule(visit._parse_portal_start(start))
        )
        if error:
            return self._render_pet_change(
                visit, "reschedule", access_token, error, start
            )
        return self._leave_pet_change(visit.plan_id, access_token, "moved")

    @http.route(
        "/my/plans/<int:plan_id>/renew",
        type="http",
        auth="public",
        website=True,
        methods=["POST"],
    )
    def portal_pet_plan_renew(self, plan_id, access_token=None, **kw):
        """Tell the shop that the customer wants to renew, once."""
        plan = self._find_pet_plan(plan_id, access_token)
        if not plan or request.env.user._is_internal():
            return request.redirect("/my/plans")
        error = self._try_for_customer(plan._portal_ask_renewal)
        if error:
            return self._render_pet_plan(plan, access_token, error=error)
        return self._leave_pet_change(plan, access_token, "asked")

    def _find_pet_visit(self, plan_id, visit_id, access_token):
        """Return a visit of a plan that the visitor may see and change, or None."""
        plan = self._find_pet_plan(plan_id, access_token)
        if not plan or request.env.user._is_internal():
            return None
        sections = plan._get_portal_sections()
        shown = Domain.OR(sections[name][1] for name in ("upcoming", "past"))
        # With the rights of the plan: a visit of it, and of its customer.
        visits = plan.env["pet.appointment"]
        return visits.search(Domain("id", "=", visit_id) & shown, limit=1) or None

    def _render_pet_change(self, visit, change, access_token, error=None, start=""):
        """Return the page that asks before a visit is changed.

        :param error: why it was refused just now
        :param start: the day and time that were typed
        """
        (row,) = visit._get_portal_rows()
        refusals = {
            "cancel": visit._get_portal_cancel_refusal,
            "reschedule": visit._get_portal_reschedule_refusal,
        }
        refusal = refusals[change]()
        return self._render_pet_page(
            "pet_plans.portal_my_visit_change",
            {
                **self._prepare_pet_plan_values(visit.plan_id, access_token),
                "visit": row,
                "change": change,
                "is_late": visit.is_late,
                "late_rule": visit.plan_id._get_portal_late_rule(),
                "refusal": refusal,
                "error": error if error != refusal else None,
                "start": start or visit._get_portal_local_start(),
                "limits": visit._get_portal_limits(),
            },
        )

    def _try_for_customer(self, action):
        """Do something for a customer; return why it was refused, or None.

        What the models refuse in words for staff is not for customers: they are told
        to call.
        """
        try:
            with request.env.cr.savepoint():
                action()
        except CustomerRefusal as refusal:
            return str(refusal)
        except UserError as error:
            _logger.info("A change in the portal was refused: %s", error)
            return request.env._("This cannot be done online. Please contact us.")
        return None

    def _leave_pet_change(self, plan, access_token, done):
        """Return to the page of the plan, so that a reload does nothing again."""
        query = {"done": done}
        if access_token:
            query["access_token"] = access_token
        return request.redirect_query(f"/my/plans/{plan.id}", query, code=303)
