import { registry } from "@web/core/registry";

const NOTICE = ".o_notification";

registry.category("web_tour.tours").add("pet_plans_take_payment", {
    steps: () => [
        {
            content: "What the customer owes is on the visit",
            trigger:
                ".o_form_view button[name=action_view_customer]:contains('180.00')",
        },
        {
            content: "Deliver",
            trigger: ".o_statusbar_buttons button[name=action_check_out]",
            run: "click",
        },
        {
            content: "It asks to bill what no plan covers",
            trigger: `${NOTICE} button:contains('Create Invoice')`,
            run: "click",
        },
        {
            content: "It was drafted; take the payment",
            trigger: `${NOTICE}:contains('60.00') button:contains('Take Payment')`,
            run: "click",
        },
        {
            content: "The draft is posted with the payment only",
            trigger: ".modal .alert:contains('posted together with the payment')",
        },
        {
            content: "Both are asked for",
            trigger: ".modal .o_field_widget[name=amount] input:value('240.00')",
        },
        {
            content: "Think again",
            trigger: ".modal button[special=cancel]",
            run: "click",
        },
        {
            content: "The draft waits for its payment",
            trigger:
                "body:not(:has(.modal)) .o_statusbar_buttons button[name=action_take_payment]:contains('Post & Pay')",
            run: "click",
        },
        {
            content: "Part of it, in cash",
            trigger: ".modal .o_field_widget[name=amount] input",
            run: "edit 200.00",
        },
        {
            content: "Choose the journal",
            trigger: ".modal .o_field_widget[name=journal] input",
            run: "click",
        },
        {
            trigger: ".o_select_menu_item:contains('Cash')",
            run: "click",
        },
        {
            content: "The amount stays as it was typed",
            trigger: ".modal .o_field_widget[name=amount] input:value('200.00')",
        },
        {
            content: "Take it",
            trigger: ".modal button[name=action_apply]:contains('Post & Pay')",
            run: "click",
        },
        {
            content: "It says what was taken, and what is left",
            trigger: `body:not(:has(.modal)) ${NOTICE}:contains('Left to pay'):contains('40.00')`,
        },
        {
            content: "The visit says so too",
            trigger: ".o_form_view button[name=action_view_customer]:contains('40.00')",
        },
    ],
});
