import { PlansDashboard } from "./plans_dashboard";
import { registry } from "@web/core/registry";
import { KanbanRenderer } from "@web/views/kanban/kanban_renderer";
import { kanbanView } from "@web/views/kanban/kanban_view";
import { ListRenderer } from "@web/views/list/list_renderer";
import { listView } from "@web/views/list/list_view";

export class PlansListRenderer extends ListRenderer {
    static template = "pet_plans.PlansListRenderer";
    static components = { ...ListRenderer.components, PlansDashboard };

    /** An empty pet or end means something: the list says it, as the form does. */
    getFormattedValue(column, record) {
        const value = super.getFormattedValue(column, record);
        return value === "" ? column.attrs?.placeholder || "" : value;
    }
}

export class PlansKanbanRenderer extends KanbanRenderer {
    static template = "pet_plans.PlansKanbanRenderer";
    static components = { ...KanbanRenderer.components, PlansDashboard };
}

registry.category("views").add("pet_plans_list", {
    ...listView,
    Renderer: PlansListRenderer,
});

registry.category("views").add("pet_plans_kanban", {
    ...kanbanView,
    Renderer: PlansKanbanRenderer,
});
