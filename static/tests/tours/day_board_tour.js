import { inClicks } from "./tour_helpers";
import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";

const CARD = ".o_kanban_record";
const column = (name) => `.o_kanban_group:has(.o_column_title:contains("${name}"))`;
const card = (name, where) => `${column(where)} ${CARD}:contains("${name}")`;
const press = (label, name, where) => ({
    content: `${label} ${name}`,
    trigger: `${card(name, where)} button:contains("${label}")`,
    run: "click",
});

/** A day at the counter: who is expected, a pet that walks in, until both are gone. */
registry.category("web_tour.tours").add("pet_plans_day_board", {
    steps: () => [
        {
            content: "Luna is expected, with what is to be known about her",
            trigger: `${card("Luna", "Expected (1)")}:contains("Ana Souza"):contains("1 of 12"):contains("Bites when wet")`,
        },
        ...inClicks(1, [press("Check In", "Luna", "Expected")]),
        {
            content: "She is in the shop",
            trigger: card("Luna", "In the Shop (1)"),
        },
        {
            content: "A pet walks in",
            trigger: "button:contains('Walk-in')",
            run: "click",
        },
        {
            content: "Type its owner",
            trigger: ".modal .o_field_widget[name=pet_ids] input",
            run: "edit Bruno",
        },
        ...inClicks(3, [
            {
                content: "Choose the pet",
                trigger: ".o-autocomplete--dropdown-item > a:contains('Mimi')",
                run: "click",
            },
            {
                content: "It says which plan pays and why",
                trigger:
                    ".modal .o_field_widget[name=line_ids] .o_data_row:contains('PLN'):contains('No other plan fits.')",
            },
            {
                content: "Check in",
                trigger: ".modal button[name=action_apply]",
                run: "click",
            },
        ]),
        {
            content: "It is told what pays",
            trigger: ".o_notification:contains('Mimi is here: session 1 of 12')",
        },
        {
            content: "Both are in the shop",
            trigger: `body:not(:has(.modal)) ${card("Mimi", "In the Shop (2)")}`,
        },
        press("Start", "Luna", "In the Shop"),
        press("Finish", "Luna", "In the Shop"),
        press("Deliver", "Luna", "Ready"),
        {
            content: "She is gone",
            trigger: card("Luna", "Gone (1)"),
        },
    ],
});

/** The pet is ready, an invoice is due, and who delivers it may take payments. */
registry.category("web_tour.tours").add("pet_plans_deliver_and_pay", {
    steps: () => [
        {
            content: "The card says what is to pay",
            trigger: `${card("Luna", "Ready")}:contains("To pay"):contains("180.00")`,
        },
        ...inClicks(3, [
            press("Deliver", "Luna", "Ready"),
            {
                content: "Take the payment",
                trigger: ".o_notification button:contains('Take Payment')",
                run: "click",
            },
            {
                content: "All of it",
                trigger: ".modal button[name=action_apply]",
                run: "click",
            },
        ]),
        {
            content: "She is gone, and nothing is to pay",
            trigger: `body:not(:has(.modal)) ${card("Luna", "Gone")}:not(:contains("To pay"))`,
        },
    ],
});

/** By keyboard, from day to day. */
registry.category("web_tour.tours").add("pet_plans_day_board_keys", {
    steps: () => [
        {
            content: "Luna is expected today",
            trigger: card("Luna", "Expected (1)"),
        },
        {
            content: "The day after",
            trigger: "body",
            run: "press Alt+n",
        },
        {
            content: "Rex is expected",
            trigger: card("Rex", "Expected (1)"),
        },
        {
            content: "Back to today",
            trigger: "body",
            run: "press Alt+t",
        },
        {
            content: "Luna is expected",
            trigger: card("Luna", "Expected (1)"),
        },
        {
            content: "From the search to the cards; while they are drawn, once more",
            trigger: ".o_searchview_input",
            async run(helpers) {
                const hasCard = () => document.activeElement.matches(CARD);
                for (let left = 20; left && !hasCard(); left--) {
                    helpers.anchor.focus();
                    await helpers.press("ArrowDown");
                    await new Promise((resolve) => browser.setTimeout(resolve, 100));
                }
            },
        },
        {
            content: "The card has the focus; open it",
            trigger: `${CARD}:focus`,
            run: "press Enter",
        },
        {
            content: "Check in by keyboard",
            trigger: ".o_form_view button[name=action_check_in]",
            run: "press Alt+g",
        },
        {
            trigger: ".o_form_view button[name=action_start_together]",
        },
    ],
});
