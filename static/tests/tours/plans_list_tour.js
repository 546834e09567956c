import { registry } from "@web/core/registry";
import { inClicks } from "./tour_helpers";

const row = (plan) => `.o_data_row:has(td[name=title]:contains("${plan}"))`;

const select = (plan) => ({
    content: `Select ${plan}`,
    trigger: `${row(plan)} .o_list_record_selector input`,
    run: "click",
});

const press = (name) => ({
    content: `Press ${name}`,
    trigger: `.o_control_panel_actions button[name=${name}]`,
    run: "click",
});

registry.category("web_tour.tours").add("pet_plans_renew_many", {
    steps: () => [
        select("Baths of Luna"),
        select("Baths of Rex"),
        press("action_renew"),
        {
            content: "Confirm",
            trigger: ".modal-footer .btn-primary",
            run: "click",
        },
        {
            content: "The renewals are listed",
            trigger: ".o_action:has(.o_pager_limit:contains(/^2$/)) .o_data_row:eq(1)",
        },
    ],
});

registry.category("web_tour.tours").add("pet_plans_renew_and_book", {
    steps: () =>
        inClicks(4, [
            {
                content: "Renew from the row",
                trigger: `${row("Baths of Luna")} button[name=action_open_renew]`,
                run: "click",
            },
            {
                content: "The old weekday and time are offered again",
                trigger:
                    ".modal .o_data_row:eq(0) td[name=start]:contains('Apr 6, 2099'):contains(/0?9:00/)",
            },
            {
                content: "All sessions are booked, in their cycles",
                trigger: ".modal .o_data_row:eq(11) td[name=cycle]:contains('3 of 3')",
            },
            {
                content: "Renew and book",
                trigger: ".modal button[name=action_apply]",
                run: "click",
            },
            {
                content: "The new plan has its visits",
                trigger:
                    "body:not(:has(.modal)) button[name=action_view_appointments]:contains('12')",
            },
        ]),
});

registry.category("web_tour.tours").add("pet_plans_paused", {
    steps: () => [
        {
            content: "The plan that rests says so",
            trigger: `${row("Baths of Luna")} td[name=state] .text-bg-warning:contains('Paused')`,
        },
        {
            content: "The other one is active",
            trigger: `${row("Baths of Rex")} td[name=state] .text-bg-success:contains('Active')`,
        },
        {
            content: "Show the cards",
            trigger: ".o_switch_view.o_kanban",
            run: "click",
        },
        {
            content: "Its card says so too",
            trigger:
                ".o_kanban_record:contains('Baths of Luna') [name=state] .text-bg-warning:contains('Paused')",
        },
    ],
});

registry.category("web_tour.tours").add("pet_plans_let_go", {
    steps: () => [
        select("Baths of Luna"),
        press("action_open_let_go"),
        {
            content: "Search the reason",
            trigger: ".modal .o_field_widget[name=reason_id] input",
            run: "edit Moved",
        },
        {
            content: "Choose it",
            trigger: ".o-autocomplete--dropdown-item > a:contains('Moved away')",
            run: "click",
        },
        {
            content: "Let go",
            trigger: ".modal button[name=action_apply]",
            run: "click",
        },
        {
            content: "The list is back",
            trigger: "body:not(:has(.modal)) .o_list_view",
        },
    ],
});

registry.category("web_tour.tours").add("pet_plans_cancel_plan", {
    steps: () => [
        {
            content: "Cancel from the row",
            trigger: `${row("Baths of Luna")} button[name=action_cancel]`,
            run: "click",
        },
        {
            content: "The preview says what becomes of each draft",
            trigger:
                ".modal .o_data_row:eq(2) td[name=effect]:contains('Draft is cancelled')",
        },
        {
            content: "Give the reason",
            trigger: ".modal .o_field_widget[name=reason] input",
            run: "edit The family moves away",
        },
        {
            content: "Confirm",
            trigger: ".modal button[name=action_apply]",
            run: "click",
        },
        {
            content: "The row says so",
            trigger: `body:not(:has(.modal)) ${row("Baths of Luna")} td[name=state]:contains('Cancelled')`,
        },
    ],
});
