import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("pet_plans_top_up", {
    steps: () => [
        {
            content: "Top the package up",
            trigger: ".o_form_statusbar button[name=action_open_top_up]",
            run: "click",
        },
        {
            content: "Its price is not for staff to change",
            trigger:
                ".modal .o_data_row td[name=price_unit].o_readonly_modifier:contains('45.00')",
        },
        {
            content: "Nor is its end",
            trigger:
                ".modal .o_form_view:has(.o_field_widget[name=old_date_end].o_readonly_modifier):not(:has(.o_field_widget[name=date_end]))",
        },
        {
            content: "Say how many",
            trigger: ".modal .o_data_row td[name=quantity]",
            run: "click",
        },
        {
            content: "Five more",
            trigger: ".modal .o_data_row td[name=quantity] input",
            run: "edit 5",
        },
        {
            content: "Leave the row",
            trigger: ".modal .o_field_widget[name=reason] input",
            run: "edit Comes more often",
        },
        {
            content: "The dialog says what happens",
            trigger:
                ".modal .o_field_widget[name=summary]:contains('5 sessions of Bath more'):contains('225.00'):contains('2 invoices'):contains('1 owed')",
        },
        {
            content: "Do it",
            trigger: ".modal button[name=action_apply]",
            run: "click",
        },
        {
            content: "It is told, and visits can be booked",
            trigger:
                ".o_notification:contains('5 sessions of Bath more') button:contains('Book')",
        },
        {
            content: "The form shows it",
            trigger:
                "body:not(:has(.modal)) .o_data_row:contains('Bath'):contains('4')",
        },
    ],
});
