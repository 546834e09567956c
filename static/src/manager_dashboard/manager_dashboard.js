import { Component, onWillStart, useState } from "@odoo/owl";
import { ControlPanel } from "@web/search/control_panel/control_panel";
import { registry } from "@web/core/registry";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { useService } from "@web/core/utils/hooks";

/**
 * Few numbers for the manager, each with the list behind it (P4).
 *
 * Labels, numbers and lists come from the server; a click opens what it named.
 */
export class ManagerDashboard extends Component {
    static template = "pet_plans.ManagerDashboard";
    static components = { ControlPanel };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ sections: [] });
        onWillStart(() => this.load());
    }

    async load() {
        this.state.sections = await this.orm.call(
            "pet.session.report",
            "retrieve_dashboard",
            []
        );
    }

    open(action) {
        return this.action.doAction(action);
    }
}

registry.category("actions").add("pet_plans_manager_dashboard", ManagerDashboard);
