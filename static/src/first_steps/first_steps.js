import { Component, onWillStart, useState } from "@odoo/owl";
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

    open(step) {
        return this.action.doAction(step.action, { onClose: () => this.load() });
    }

    async confirmTimeZone() {
        await this.orm.call("res.company", "action_confirm_pet_tz", [[]]);
        await this.load();
    }
}
