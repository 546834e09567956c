import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("pet_plans_sell_by_pet", {
    steps: () => [
        {
            content: "Sell a plan to the pet",
            trigger: "button[name=action_sell_plan]",
            run: "click",
        },
        {
            content: "Look at the offers",
            trigger: ".modal .o_field_widget[name=template_id] input",
            run: "click",
        },
        {
            content: "Each has its price for the pet",
            trigger:
                ".o-autocomplete--dropdown-item:contains('Weekly baths'):contains('540.00')",
            run: "click",
        },
        {
            content: "Only the name of the offer is kept",
            trigger:
                ".modal .o_field_widget[name=template_id] input:value('Weekly baths')",
        },
        {
            content: "The price depends on what is not known",
            trigger: ".modal .alert:contains('The price depends on the size of Bidu')",
        },
        {
            content: "Open the sizes",
            trigger: ".modal .o_field_widget[name=pet_size] input",
            run: "click",
        },
        {
            content: "It is large",
            trigger: ".o_select_menu_item:contains('Large')",
            run: "click",
        },
        {
            content: "The price is that of its size",
            trigger: ".modal .o_field_widget[name=price] input:value('720.00')",
        },
        {
            content: "And the row is told",
            trigger:
                ".modal .o_field_widget[name=price_rows]:contains('Large, long coat: $')",
        },
        {
            content: "Sell",
            trigger: ".modal button[name=action_apply]",
            run: "click",
        },
        {
            content: "The plan is sold",
            trigger: ".o_statusbar_status .o_arrow_button_current:contains('Active')",
        },
    ],
});
