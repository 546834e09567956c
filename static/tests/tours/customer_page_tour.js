import { registry } from "@web/core/registry";
import { inClicks } from "./tour_helpers";

const PLAN = ".o_pet_customer_page .o_pet_plan";
const FIRST_INVOICE = `${PLAN} .o_pet_invoices tbody tr:first-child`;
const BACK = {
    content: "Back to the customer",
    trigger: ".o_breadcrumb .o_back_button a, .o_back_button",
    run: "click",
};

registry.category("web_tour.tours").add("pet_plans_customer_page", {
    steps: () => [
        ...inClicks(1, [
            {
                content: "Open the customer",
                trigger: ".o_data_row td[name=complete_name]:contains('Ana Souza')",
                run: "click",
            },
            {
                content: "What is due and overdue stands on top",
                trigger: ".o_pet_customer_page .o_pet_due:contains('180.00')",
            },
        ]),
        {
            content: "and what is drafted for later",
            trigger: ".o_pet_customer_page .o_pet_drafted:contains('360.00')",
        },
        {
            content: "Whoever handles the pet is warned",
            trigger: ".o_pet_block .o_pet_care_note:contains('Bites when wet')",
        },
        {
            content: "What is left, in one line",
            trigger: `${PLAN} .o_pet_counts:contains('12 left of 12: 0 used, 12 booked, 0 to book')`,
        },
        {
            content: "The invoices, with the days they are for",
            trigger: `${FIRST_INVOICE}:contains('Jan 5, Jan 12'):contains('To pay')`,
        },
        {
            content: "View the invoice: one click",
            trigger: `${FIRST_INVOICE} .o_pet_view_invoice`,
            run: "click",
        },
        {
            content: "This is the invoice",
            trigger: ".o_form_view button[name=action_view_pet_cycle]",
        },
        BACK,
        {
            content: "View its cycle: one click",
            trigger: `${FIRST_INVOICE} .o_pet_view_cycle`,
            run: "click",
        },
        {
            content: "This is the cycle",
            trigger: ".o_form_view .oe_title:contains('/ 1')",
        },
        BACK,
        {
            content: "How the sessions were used: one click",
            trigger: `${PLAN} .o_pet_tab_usage`,
            run: "click",
        },
        {
            content: "Each visit with its number",
            trigger: `${PLAN} .o_pet_usage tbody tr:first-child:contains('12 of 12')`,
        },
        {
            content: "What was booked and edited: one click",
            trigger: `${PLAN} .o_pet_tab_records`,
            run: "click",
        },
        {
            content: "With the balance and who it was",
            trigger: `${PLAN} .o_pet_records tbody tr:last-child:contains('Granted')`,
        },
        {
            content: "Again the invoices",
            trigger: `${PLAN} .o_pet_tab_invoices`,
            run: "click",
        },
        {
            content: "Pay: one click",
            trigger: `${FIRST_INVOICE} .o_pet_pay:contains('Pay')`,
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
            content: "The page says so at once",
            trigger: `body:not(:has(.modal)) ${FIRST_INVOICE}:contains('Paid')`,
        },
        {
            content: "Nothing is due any more",
            trigger: ".o_pet_customer_page .o_pet_due:contains('Nothing due')",
        },
    ],
});
