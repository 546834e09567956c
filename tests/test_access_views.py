from ast import literal_eval

from lxml import etree

from odoo import Command
from odoo.tests import Form
from odoo.tools.safe_eval import safe_eval

from .rpc import ADDON, RpcCase

MANAGERS_ONLY = ("pet.plan.adjust", "pet.appointment.overdue")
CASHIERS_ONLY = ("pet.take.payment",)
ACCOUNTANTS_ONLY = ("pet.liability.defer",)
DATA_VIEWS = ("list", "kanban", "calendar", "pivot", "graph", "activity")


class TestViews(RpcCase):
    """Every window of the addon opens for everybody who gets to it (1, 13)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls.sell(cls.make_template(), note="secret")
        cls.plan.book(cls.weekly(5))[:1].action_receive()
        cls.sell(cls.make_template(name="Monthly", kind="plan", period_count=3))
        cls.sell(confirm=False)
        cls.plan.sudo().cycle_ids[0].invoice_id.action_post()
        cls.env["pet.appointment"].create(
            {
                "pet_id": cls.rex.id,
                "start": "2026-02-06 09:00:00",
                "line_ids": [Command.create({"product_id": cls.grooming.id})],
            }
        )
        cls.auditor = cls._make_user("pet_auditor", "account.group_account_readonly")
        cls.insiders = (cls.staff, cls.manager, cls.accountant, cls.auditor)

    def windows(self, transient=False):
        """Return the windows of the addon whose model is a wizard, or is not."""
        actions = (
            self.env["ir.model.data"]
            .sudo()
            .search([("module", "=", ADDON), ("model", "=", "ir.actions.act_window")])
        )
        windows = (
            self.env["ir.actions.act_window"].sudo().browse(actions.mapped("res_id"))
        )
        return windows.filtered(
            lambda window: (
                self.env[window.res_model].is_transient() == transient
                and window.res_model != "res.config.settings"
            )
        )

    def readers(self, window):
        """Return who of the insiders may read what a window shows."""
        model = self.env[window.res_model]
        return [
            user for user in self.insiders if model.with_user(user).has_access("read")
        ]

    def context(self, window):
        names = {"uid": self.env.uid, "active_id": False}
        return safe_eval(window.context or "{}", names)

    def views(self, window, user):
        """Return the views of a window as a user gets them."""
        model = self.env[window.res_model].with_user(user)
        views = [(view_id, kind) for view_id, kind in window.views]
        return model.with_context(**self.context(window)).get_views(
            [*views, (window.search_view_id.id, "search")], {"toolbar": True}
        )["views"]

    def specification(self, node, model):
        """Return what the web client reads for a view: its fields, lists inside too."""
        spec = {}
        for field in node.xpath(".//field[not(ancestor::field)]"):
            spec[field.get("name")] = self._get_field_specification(field, model)
        for attribute in ("date_start", "date_stop", "date_delay", "color"):
            if node.get(attribute) in model._fields:
                spec[node.get(attribute)] = {}
        return spec

    def _get_field_specification(self, node, model):
        field = model._fields[node.get("name")]
        if field.type == "many2one":
            return {"fields": {"display_name": {}}}
        if field.type in ("one2many", "many2many"):
            comodel = self.env[field.comodel_name]
            fields = {"display_name": {}}
            for inner in node.xpath("./*[self::list or self::kanban]"):
                for child in inner.xpath("./descendant::field"):
                    fields[child.get("name")] = self._get_field_specification(
                        child, comodel
                    )
            return {"fields": fields}
        return {}

    # --- Links -------------------------------------------------------------------

    def own_views(self):
        """Return the views of the addon, as whole as the web client gets them."""
        views = self.env["ir.ui.view"].sudo()
        own = views.search(
            [("model", "in", self.own_models()), ("mode", "=", "primary")]
        )
        brought = (
            self.env["ir.model.data"]
            .sudo()
            .search([("module", "=", ADDON), ("model", "=", "ir.ui.view")])
        )
        # Of what is Odoo's, the views that the addon adds to.
        extended = views.browse(brought.mapped("res_id"))
        while inherited := extended.filtered(lambda view: view.mode == "extension"):
            extended = extended - inherited | inherited.inherit_id
        return (own | extended).filtered(
            lambda view: view.model in self.env and view.type not in ("qweb", "search")
        )

    def arch(self, view, user):
        """Return a view as a user gets it, without what the groups hide."""
        model = self.env[view.model].with_user(user)
        return etree.fromstring(model.get_view(view.id, view.type)["arch"])

    def shown_fields(self, node, model):
        """Yield the fields that a view may show, in lists inside too: (node, field)."""
        for child in node:
            if not isinstance(child.tag, str) or self.is_never_shown(child):
                continue
            if child.tag != "field":
                yield from self.shown_fields(child, model)
                continue
            field = model._fields[child.get("name")]
            yield child, field
            if field.comodel_name:
                yield from self.shown_fields(child, self.env[field.comodel_name])

    def is_never_shown(self, node):
        never = ("1", "True")
        return node.get("invisible") in never or node.get("column_invisible") in never

    def is_link(self, node, field):
        options = literal_eval(node.get("options") or "{}")
        return field.type == "many2one" and not options.get("no_open")

    def test_links_lead_where_one_may_go(self):
        """13: who may not open a record sees text, and no link to an Access Error."""
        for view in self.own_views():
            is_own = view.model in self.own_models()
            for user in self.insiders:
                model = self.env[view.model].with_user(user)
                if not model.has_access("read"):
                    continue
                for node, field in self.shown_fields(self.arch(view, user), model):
                    # In views of Odoo's, the fields of the addon only
                    if not (is_own or ADDON in field._modules):
                        continue
                    if self.is_link(node, field):
                        with self.subTest(
                            view=view.xml_id, user=user.login, field=field.name
                        ):
                            comodel = self.env[field.comodel_name].with_user(user)
                            self.assertTrue(comodel.has_access("read"))

    def test_linked_records_can_be_read(self):
        """13: not only their model; those of the records that the windows list."""
        for window in self.windows():
            for user in self.readers(window):
                model = self.env[window.res_model].with_user(user)
                view = self.views(window, user).get("form")
                if not view or model._name not in self.own_models():
                    continue
                arch = etree.fromstring(view["arch"])
                records = model.search([], limit=20)
                for node, field in self.shown_fields(arch, model):
                    if node.xpath("ancestor::field") or not self.is_link(node, field):
                        continue
                    # What is linked, whoever may read it.
                    linked = records.sudo()[field.name].sudo(False)
                    with self.subTest(
                        window=window.name, user=user.login, field=field.name
                    ):
                        self.assertEqual(linked._filtered_access("read"), linked)

    def test_buttons_open_what_one_may_open(self):
        """13: the windows that a button names, by whoever is shown the button."""
        for view in self.own_views():
            if view.model not in self.own_models():
                continue
            for user in self.insiders:
                if not self.env[view.model].with_user(user).has_access("read"):
                    continue
                for button in self.arch(view, user).xpath("//button[@type='action']"):
                    window = self.env["ir.actions.act_window"].browse(
                        int(button.get("name"))
                    )
                    model = self.env[window.sudo().res_model].with_user(user)
                    access = "create" if model._transient else "read"
                    with self.subTest(
                        view=view.xml_id, user=user.login, button=button.get("name")
                    ):
                        self.assertTrue(model.has_access(access))

    # --- Windows -----------------------------------------------------------------

    def test_there_are_windows(self):
        models = set(self.windows().mapped("res_model"))
        self.assertLessEqual(
            {"pet.plan", "pet.appointment", "pet.cycle", "pet.pet", "res.partner"},
            models,
        )

    def test_data_can_be_read(self):
        for window in self.windows():
            for user in self.readers(window):
                model = self.env[window.res_model].with_user(user)
                for kind, view in self.views(window, user).items():
                    if kind not in DATA_VIEWS:
                        continue
                    with self.subTest(window=window.name, user=user.login, view=kind):
                        root = etree.fromstring(view["arch"])
                        self.assertEqual(root.tag, kind)
                        spec = self.specification(root, model)
                        model.web_search_read([], spec)

    def test_lists_can_be_exported(self):
        """With the columns that they show, by whoever may read and export them."""
        self.env["res.users"].union(*self.insiders).sudo().write(
            {"group_ids": [Command.link(self.env.ref("base.group_allow_export").id)]}
        )
        for window in self.windows():
            for user in self.readers(window):
                view = self.views(window, user).get("list")
                if not view:
                    continue
                records = self.env[window.res_model].with_user(user).search([])
                for field in etree.fromstring(view["arch"]).xpath(
                    "./field[not(@column_invisible)]"
                ):
                    name = field.get("name")
                    with self.subTest(window=window.name, user=user.login, field=name):
                        rows = records.export_data([name])["datas"]
                        self.assertGreaterEqual(len(rows), len(records))

    def test_forms_open(self):
        for window in self.windows():
            for user in self.readers(window):
                model = self.env[window.res_model].with_user(user)
                view = self.views(window, user).get("form")
                if not view:
                    continue
                root = etree.fromstring(view["arch"])
                spec = self.specification(root, model)
                for record in model.search([], limit=20):
                    with self.subTest(window=window.name, user=user.login, id=record):
                        record.web_read(spec)

    def test_new_records_open(self):
        for window in self.windows() + self.windows(transient=True):
            for user in self.insiders:
                model = self.env[window.res_model].with_user(user)
                if "form" not in window.view_mode or not model.has_access("create"):
                    continue
                with self.subTest(window=window.name, user=user.login):
                    Form(model.with_context(**self.context(window)))

    def test_search_filters_and_groupings(self):
        for window in self.windows():
            for user in self.readers(window):
                model = self.env[window.res_model].with_user(user)
                root = etree.fromstring(self.views(window, user)["search"]["arch"])
                for node in root.iter("filter"):
                    with self.subTest(
                        window=window.name, user=user.login, filter=node.get("name")
                    ):
                        domain = safe_eval(
                            node.get("domain", "[]"),
                            {"uid": user.id, **self.clock_words()},
                        )
                        model.search_count(domain)
                        context = literal_eval(node.get("context", "{}"))
                        if group := context.get("group_by"):
                            field = model._fields[group.split(":")[0]]
                            if field.type == "properties":
                                continue  # by a property, which the client asks for
                            if field.type in ("date", "datetime") and ":" not in group:
                                group += ":month"
                            model.web_read_group([], [group], ["__count"])
                for node in root.xpath("//field[not(@invisible)]"):
                    name = node.get("name")
                    if model._fields[name].type == "properties":
                        continue
                    with self.subTest(window=window.name, user=user.login, search=name):
                        domain = node.get("filter_domain")
                        model.search_count(
                            safe_eval(domain, {"self": "an", "raw_value": "an"})
                            if domain
                            else [(name, "=", False)]
                        )

    def clock_words(self):
        return {"context_today": lambda: self.env.company._get_pet_today()}

    def test_menus_lead_to_windows_one_may_read(self):
        for user in (*self.insiders, self.admin):
            menus = self.env["ir.ui.menu"].with_user(user)
            visible = menus.sudo().browse(menus._visible_menu_ids())
            own = (
                self.env["ir.model.data"]
                .sudo()
                .search([("module", "=", ADDON), ("model", "=", "ir.ui.menu")])
            )
            for menu in visible.filtered(
                lambda m, own=own: m.id in own.mapped("res_id")
            ):
                if menu.action and menu.action.type == "ir.actions.act_window":
                    with self.subTest(user=user.login, menu=menu.complete_name):
                        model = self.env[menu.action.res_model].with_user(user)
                        self.assertTrue(model.has_access("read"))

    def test_wizards_are_for_staff(self):
        self.assertTrue(self.windows(transient=True))
        for window in self.windows(transient=True).filtered(
            lambda window: window.res_model not in CASHIERS_ONLY + ACCOUNTANTS_ONLY
        ):
            for user in (self.staff, self.manager):
                may_open = (
                    self.env[window.res_model].with_user(user).has_access("create")
                )
                with self.subTest(window=window.name, user=user.login):
                    if user == self.manager or window.res_model not in MANAGERS_ONLY:
                        self.assertTrue(may_open)
                        self.assertTrue(self.views(window, user)["form"]["arch"])
                    else:
                        self.assertFalse(may_open)
            with (
                self.subTest(window=window.name, user=self.accountant.login),
                self.assert_not_allowed("create", window.res_model),
            ):
                self.env[window.res_model].with_user(self.accountant).check_access(
                    "create"
                )

    def test_settings_are_for_the_administrator(self):
        Form(self.env["res.config.settings"].with_user(self.admin))
