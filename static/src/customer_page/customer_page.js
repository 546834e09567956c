import { Component, onWillStart, onWillUpdateProps, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

/**
 * The plans of a customer, or of a pet: what is left, what is owed, and why.
 *
 * All of it comes from the server in one call, ready to be shown; here is only kept
 * what is unfolded.
 */
export class PetCustomerPage extends Component {
    static template = "pet_plans.CustomerPage";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ page: null, finished: null, tabs: {} });
        onWillStart(() => this.load(this.props.record.resId));
        onWillUpdateProps(({ record }) => {
            if (record.resId !== this.props.record.resId) {
                this.state.tabs = {};
                this.state.finished = null;
            }
            return this.load(record.resId);
        });
    }

    get model() {
        return this.props.record.resModel;
    }

    get sellMethod() {
        return this.model === "pet.pet" ? "action_sell_plan" : "action_sell_pet_plan";
    }

    async load(id) {
        this.state.page = id
            ? await this.orm.call(this.model, "get_pet_plans_page", [id])
            : null;
        if (this.state.finished) {
            await this.loadFinished();
        }
    }

    async loadFinished() {
        this.state.finished = await this.orm.call(
            this.model,
            "get_finished_pet_plans",
            [this.props.record.resId]
        );
    }

    async toggleFinished() {
        if (this.state.finished) {
            this.state.finished = null;
        } else {
            await this.loadFinished();
        }
    }

    /** Of the three parts of a plan one is unfolded; the invoices, to begin with. */
    getTab(plan) {
        const { tabs } = this.state;
        const isOpen = ["draft", "active", "paused"].includes(plan.state);
        return plan.id in tabs ? tabs[plan.id] : isOpen ? "invoices" : null;
    }

    /** What became of the sessions of a service: one sentence, for languages' sake. */
    describeCounts({ used, booked, to_book: toBook, expired, is_unlimited }) {
        if (is_unlimited) {
            return _t("%(used)s used, %(booked)s booked", { used, booked });
        }
        if (expired) {
            return _t(
                "%(used)s used, %(booked)s booked, %(toBook)s to book, %(expired)s expired",
                { used, booked, toBook, expired }
            );
        }
        return _t("%(used)s used, %(booked)s booked, %(toBook)s to book", {
            used,
            booked,
            toBook,
        });
    }

    /** What the bar of a service shows, for who cannot see it. */
    describeBar(line) {
        return `${line.service}: ${this.describeCounts(line)}`;
    }

    toggleTab(plan, tab) {
        this.state.tabs[plan.id] = this.getTab(plan) === tab ? null : tab;
    }

    /** What a button does on the server, and then the page as it is afterwards. */
    async run(model, method, id) {
        const action = await this.orm.call(model, method, [id]);
        await this.doAction(action);
    }

    async doAction(action) {
        await this.action.doAction(action, {
            onClose: () => this.load(this.props.record.resId),
        });
    }

    runHere(method) {
        return this.run(this.model, method, this.props.record.resId);
    }

    open(model, id) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: model,
            res_id: id,
            views: [[false, "form"]],
        });
    }
}

registry.category("view_widgets").add("pet_customer_page", {
    component: PetCustomerPage,
});
