import { Component, onWillStart, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";

/** What a new shop does first, in that order: gone once it has sold something. */
export class FirstSteps extends Component {
    static template = "pet_plans.FirstSteps";
    static props = {};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ steps: [] });
        onWillStart(() => this.load());
    }

    async load() {
        this.state.steps = await this.orm.call(
            "res.company",
            "get_pet_first_steps",
            []
        );
    }

    get next() {
        return this.state.steps.find((step) => !step.is_done);
    }

    /** What the mark of a step shows, for who cannot see it. */
    describe(step) {
        return step.is_done ? _t("Done") : _t("To do");
    }

    open(step) {
        return this.action.doAction(step.action, { onClose: () => this.load() });
    }

    async confirmTimeZone() {
        await this.orm.call("res.company", "action_confirm_pet_tz", [[]]);
        await this.load();
    }
}
