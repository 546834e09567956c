import { registry } from "@web/core/registry";

const DIALOG = ".modal:not(.o_inactive_modal)";
const FIELD = `${DIALOG} .o_field_widget[name=partner_id] input`;
const OPTION = ".o-autocomplete--dropdown-item";

function type(text) {
    return { content: `Type ${text}`, trigger: FIELD, run: `edit ${text}` };
}

registry.category("web_tour.tours").add("pet_plans_find_customer", {
    steps: () => [
        type("555-8"),
        {
            content: "Nobody, and nobody is made of a number",
            trigger: `.o-autocomplete:has(${OPTION}:first-child.o_m2o_dropdown_option_create_edit):not(:has(.o_m2o_dropdown_option_create))`,
        },
        {
            content: "A new customer",
            trigger: `${OPTION}.o_m2o_dropdown_option_create_edit > a`,
            run: "click",
        },
        {
            content: "The number is no name",
            trigger:
                ".modal .o_field_widget[name=phone] input:value('555-8'), .modal .o_field_widget[name=phone] input:value('5558')",
        },
        {
            content: "It was a slip",
            trigger: `${DIALOG}:has(.o_field_widget[name=phone]) .o_form_button_cancel`,
            run: "click",
        },
        {
            content: "Back at the sale",
            trigger: "body:not(:has(.modal .o_field_widget[name=phone]))",
        },
        type("+1 5"),
        {
            content: "Too little of a number",
            trigger: `.o-autocomplete:has(${OPTION}.o_m2o_dropdown_option_create_edit):not(:has(a:contains('Ana Souza')))`,
        },
        type("+1 (555) 010-4"),
        {
            content: "The customer, whose number tells who she is",
            trigger: `${OPTION}:first-child > a:contains('Ana Souza'):contains('555-0104')`,
            run: "click",
        },
        {
            content: "The name alone is chosen",
            trigger: `${FIELD}:value('Ana Souza')`,
        },
        {
            content: "Not today",
            trigger: `${DIALOG} footer button[special=cancel]`,
            run: "click",
        },
        {
            content: "No sale",
            trigger: "body:not(:has(.modal))",
        },
    ],
});
