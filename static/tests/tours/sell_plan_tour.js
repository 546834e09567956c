import { registry } from "@web/core/registry";
import { checkRows, choose, editMoment, inClicks, openPage } from "./tour_helpers";

registry.category("web_tour.tours").add("pet_plans_sell_plan", {
    steps: () => [
        ...inClicks(8, [
            {
                content: "Open the customer",
                trigger: ".o_data_row td[name=complete_name]:contains('Ana Souza')",
                run: "click",
            },
            {
                content: "Sell a plan",
                trigger: ".o_pet_customer_page .o_pet_sell",
                run: "click",
            },
            {
                content: "The customer is known",
                trigger:
                    ".modal .o_field_widget[name=partner_id] input:value('Ana Souza')",
            },
            ...choose("pet_id", "Luna"),
            ...choose("template_id", "Weekly baths"),
            {
                content: "The price is the template's",
                trigger: ".modal .o_field_widget[name=price] input:value('540.00')",
            },
            {
                content: "Book the visits now",
                trigger: ".modal .o_field_widget[name=book_visits] input",
                run: "click",
            },
            ...editMoment("first_start", "01/05/2099 09:00:00"),
            {
                content: "All 12 visits",
                trigger: ".modal .o_field_widget[name=count] input:value('12')",
            },
            {
                content: "Sell",
                trigger: ".modal button[name=action_apply]",
                run: "click",
            },
        ]),
        {
            content: "The plan is sold",
            trigger: ".o_statusbar_status .o_arrow_button_current:contains('Active')",
        },
        openPage("cycles"),
        ...checkRows(".o_field_widget[name=cycle_ids]", [
            {
                date_due: "Jan 5, 2099",
                booked: "4",
                amount_billed: "180.00",
                state: "Scheduled",
            },
            {
                date_due: "Feb 2, 2099",
                booked: "4",
                amount_billed: "180.00",
                state: "Scheduled",
            },
            {
                date_due: "Mar 2, 2099",
                booked: "4",
                amount_billed: "180.00",
                state: "Scheduled",
            },
        ]),
    ],
});
