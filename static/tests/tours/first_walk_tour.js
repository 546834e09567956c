import { registry } from "@web/core/registry";
import { checkRows, editMoment, inClicks, openPage } from "./tour_helpers";

const LINES = ".o_field_widget[name=invoice_line_ids] .o_data_row:eq(0)";

/** Chooses a filter of the search menu, and closes the menu. */
const filter = (name) => [
    {
        content: "Open the search menu",
        trigger: ".o_searchview_dropdown_toggler",
        run: "click",
    },
    {
        content: `Filter by ${name}`,
        trigger: `.o_search_bar_menu .o_menu_item:contains("${name}")`,
        run: "click",
    },
    {
        content: "Close the search menu",
        trigger: ".o_searchview_dropdown_toggler",
        run: "click",
    },
];

/** What invoices say of visits, and the plan of invoices. */
registry.category("web_tour.tours").add("pet_plans_bills_in_words", {
    steps: () => [
        openPage("cycles"),
        {
            content: "A bill without visits has a last day, here and in Invoicing",
            trigger:
                ".o_field_widget[name=cycle_ids] .o_data_row:eq(2) td[name=date_due]:contains('by Dec 31, 2099 at the latest, waiting for visits')",
        },
        {
            content: "View the invoice of the first cycle",
            trigger:
                ".o_field_widget[name=cycle_ids] .o_data_row:eq(0) button[name=action_view_invoice]",
            run: "click",
        },
        {
            content: "It says how many visits it releases",
            trigger: `${LINES} td[name=name]:contains('4 sessions, cycle 1 of 3 of PLN')`,
        },
        {
            content: "also as its quantity",
            trigger: `${LINES} td[name=quantity]:contains('4')`,
        },
    ],
});

registry.category("web_tour.tours").add("pet_plans_overdue_cycles", {
    steps: () => [
        ...filter("Overdue"),
        {
            content: "What is overdue is marked, and alone there",
            trigger:
                ".o_list_renderer:not(:has(.o_data_row:eq(1))) .o_data_row .text-bg-danger",
        },
    ],
});

/** A plan is booked too often, then paused: each time it is said what that means. */
registry.category("web_tour.tours").add("pet_plans_refused_and_paused", {
    steps: () => [
        {
            content: "Book visits",
            trigger: "button[name=action_open_book]",
            run: "click",
        },
        ...editMoment("first_start", "01/05/2099 09:00:00"),
        {
            content: "One more than there are",
            trigger: ".modal .o_field_widget[name=count] input",
            run: "edit 13",
        },
        {
            content: "Try it",
            trigger: ".modal button[name=action_apply]",
            run: "click",
        },
        {
            content: "It is refused as a person would",
            trigger: ".modal:contains('has sessions left for 12 of 13 visits')",
        },
        {
            content: "I see",
            trigger: ".modal .modal-footer button:contains('Close')",
            run: "click",
        },
        {
            content: "Think again",
            trigger:
                ".modal:not(:has(button:contains('Close'))) button[special=cancel]",
            run: "click",
        },
        ...inClicks(4, [
            {
                content: "Pause it",
                trigger: "body:not(:has(.modal)) button:contains('Pause')",
                run: "click",
            },
            ...editMoment("date_from", "01/05/2099"),
            ...editMoment("date_to", "01/11/2099"),
            {
                content: "because",
                trigger: ".modal .o_field_widget[name=reason] input",
                run: "edit Holidays",
            },
            {
                content: "Its end moves as well",
                trigger: ".modal .o_field_widget[name=new_date_end]:contains('2100')",
            },
            {
                content: "Pause",
                trigger: ".modal button[name=action_apply]",
                run: "click",
            },
        ]),
        {
            content: "The pause is there",
            trigger: "body:not(:has(.modal)) .o_form_view",
        },
    ],
});

/** With a computer in another time zone, what comes stands before what has been. */
registry.category("web_tour.tours").add("pet_plans_another_clock", {
    steps: () => [
        {
            content: "It is told whose clock the screens go by",
            trigger: ".o_notification:contains('another clock than the shop')",
        },
        {
            content: "Show the visits as a list",
            trigger: "button.o_switch_view.o_list",
            run: "click",
        },
        ...checkRows(".o_list_view", [
            { name: "Luna" },
            { name: "Rex" },
            { name: "Mimi" },
        ]),
    ],
});
