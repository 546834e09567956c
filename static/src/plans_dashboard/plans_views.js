import { PlansDashboard } from "./plans_dashboard";
import { registry } from "@web/core/registry";
import { KanbanRenderer } from "@web/views/kanban/kanban_renderer";
import { kanbanView } from "@web/views/kanban/kanban_view";
import { ListRenderer } from "@web/views/list/list_renderer";
import { listView } from "@web/views/list/list_view";
import { SearchModel } from "@web/search/search_model";

/** Whether each card lists the earliest end first: whom to call next is on top. */
const EARLIEST_FIRST = {
    not_renewed: false,
    week_1: true,
    week_2: true,
    month_1: true,
    later: true,
    active: true,
};

/** The order of the model, which the list has before any card is pressed. */
const NEWEST_FIRST = [
    { name: "date_start", asc: false },
    { name: "id", asc: false },
];

export class PlansSearchModel extends SearchModel {
    _getOrderBy() {
        const orderBy = super._getOrderBy();
        if (orderBy.length) {
            return orderBy;
        }
        const names = this.query.map(
            (item) => this.searchItems[item.searchItemId].name
        );
        const card = names.find((name) => name in EARLIEST_FIRST);
        if (card) {
            this.isOrderedByCard = true;
            return [{ name: "date_end", asc: EARLIEST_FIRST[card] }];
        }
        if (this.isOrderedByCard) {
            // An empty order would keep that of the card.
            this.isOrderedByCard = false;
            return NEWEST_FIRST;
        }
        return [];
    }
}

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
    SearchModel: PlansSearchModel,
});

registry.category("views").add("pet_plans_kanban", {
    ...kanbanView,
    Renderer: PlansKanbanRenderer,
    SearchModel: PlansSearchModel,
});
