import { Component, onWillStart, onWillUpdateProps, useState } from "@odoo/owl";
import { useBus, useService } from "@web/core/utils/hooks";

/**
 * The cards above the plans: how many end when, and how many were not renewed.
 *
 * A card is a filter of the search view: its label, its domain and whether it is
 * pressed come from there, the counts from the server, which reads the same domains.
 */
export class PlansDashboard extends Component {
    static template = "pet_plans.PlansDashboard";
    static props = { list: { type: Object, optional: true } };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ counts: {} });
        onWillStart(() => this.loadCounts());
        onWillUpdateProps(() => this.loadCounts());
        useBus(this.env.searchModel, "update", () => this.render());
    }

    async loadCounts() {
        // Within what the action shows: all plans, or those of one customer or pet.
        this.state.counts = await this.orm.call("pet.plan", "retrieve_dashboard", [
            this.env.searchModel.globalDomain || [],
        ]);
    }

    /** The cards in the order of the server, each with the filter it stands for. */
    get cards() {
        const { counts } = this.state;
        const filters = this.env.searchModel.getSearchItems(
            (item) => item.type === "filter" && item.name in counts
        );
        return Object.keys(counts).flatMap((name) =>
            filters
                .filter((filter) => filter.name === name)
                .map((filter) => ({ filter, name, count: counts[name] }))
        );
    }

    get isAnyPressed() {
        return this.cards.some(({ filter }) => filter.isActive);
    }

    /** A click shows what the card counts, and only that; a second one all again. */
    toggle(filter) {
        const { searchModel } = this.env;
        searchModel.clearFilters();
        if (!filter.isActive) {
            searchModel.toggleSearchItem(filter.id);
        }
    }

    showAll() {
        this.env.searchModel.clearFilters();
    }
}
