import { registry } from "@web/core/registry";

const tile = (name) => `.o_pet_tile[data-name=${name}]`;

registry.category("web_tour.tours").add("pet_plans_manager_dashboard", {
    steps: () => [
        {
            content: "12 sessions were sold; open them",
            trigger: `${tile("sold")} .o_pet_tile_now:has(.o_pet_tile_value:contains(/^12$/))`,
            run: "click",
        },
        {
            content: "The list adds up to them",
            trigger:
                ".o_list_view:has(.o_data_row):has(tfoot td:contains(/^12([.]00)?$/))",
        },
        {
            content: "Back to the dashboard",
            trigger:
                ".breadcrumb a:contains(Dashboard), .o_breadcrumb a:contains(Dashboard)",
            run: "click",
        },
        {
            content: "Which loads again",
            trigger: `${tile("renewal_rate")}:contains(–)`,
        },
    ],
});
