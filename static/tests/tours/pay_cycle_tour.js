import { registry } from "@web/core/registry";

const POST_AND_PAY =
    ".o_form_view .o_statusbar_buttons button[name=action_pay]:contains('Post & Pay')";

registry.category("web_tour.tours").add("pet_plans_pay_cycle", {
    steps: () => [
        {
            content: "From the invoice, open its cycle",
            trigger: ".o_form_view button[name=action_view_pet_cycle]",
            run: "click",
        },
        {
            content: "This is the first cycle",
            trigger: ".o_form_view .oe_title:contains('/ 1')",
        },
        {
            content: "From the cycle, view its invoice",
            trigger: "button[name=action_view_invoice]",
            run: "click",
        },
        {
            content: "This is the invoice",
            trigger: ".o_form_view button[name=action_view_pet_cycle]",
        },
        {
            content: "Back to the cycle",
            trigger: ".o_breadcrumb .o_back_button a, .o_back_button",
            run: "click",
        },
        {
            content: "Post and pay",
            trigger: POST_AND_PAY,
            run: "click",
        },
        {
            content: "The draft is posted with the payment only",
            trigger: ".modal .alert:contains('posted together with the payment')",
        },
        {
            content: "Think again",
            trigger: ".modal button[special=cancel]",
            run: "click",
        },
        {
            content: "Nothing was posted",
            trigger: `body:not(:has(.modal)) .o_statusbar_status .o_arrow_button_current:contains('Scheduled')`,
        },
        {
            content: "Post and pay after all",
            trigger: POST_AND_PAY,
            run: "click",
        },
        {
            content: "All of it",
            trigger: ".modal .o_field_widget[name=amount] input:value('180.00')",
        },
        {
            content: "Create the payment",
            trigger: ".modal button[name=action_create_payments]",
            run: "click",
        },
        {
            content: "The cycle is settled",
            trigger:
                "body:not(:has(.modal)) .o_statusbar_status .o_arrow_button_current:contains('Settled')",
        },
    ],
});
