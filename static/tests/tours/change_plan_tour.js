import { registry } from "@web/core/registry";
import { checkRows, choose } from "./tour_helpers";

registry.category("web_tour.tours").add("pet_plans_change_plan", {
    steps: () => [
        {
            content: "Change the plan",
            trigger: "button[name=action_open_change]",
            run: "click",
        },
        ...choose("template_id", "8 baths a month"),
        {
            content: "What is not used is credited",
            trigger: ".modal .o_field_widget[name=amount_credited]:contains('180.00')",
        },
        {
            content: "The first invoice of the new plan",
            trigger: ".modal .o_field_widget[name=amount_first]:contains('320.00')",
        },
        {
            content: "And the difference, in words too",
            trigger:
                ".modal .o_field_widget[name=difference_text]:contains('140.00 of the first invoice to pay')",
        },
        ...checkRows(".modal .o_field_widget[name=visit_ids]", [
            { outcome: "Moves over", cycle: "1 of 3" },
        ]),
        {
            content: "Change",
            trigger: ".modal button[name=action_apply]",
            run: "click",
        },
        {
            content: "The new plan is sold, and says what its first invoice waits for",
            trigger:
                ".o_form_view .o_field_widget[name=credit_text]:contains('Waits until'):contains('is cancelled')",
        },
        {
            content: "It renews the old one",
            trigger: ".o_form_view .o_field_widget[name=renewal_of_id]",
        },
    ],
});
