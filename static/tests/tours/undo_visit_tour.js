import { registry } from "@web/core/registry";

const hasStatus = (label) => ({
    content: `It is ${label}`,
    trigger: `body:not(:has(.modal)) .o_statusbar_status .o_arrow_button_current:contains('${label}')`,
});

const press = (name) => ({
    content: `Press ${name}`,
    trigger: `.o_form_statusbar button[name=${name}]`,
    run: "click",
});

const apply = [
    {
        content: "Say why",
        trigger: ".modal .o_field_widget[name=reason] input",
        run: "edit It was the other one",
    },
    {
        content: "Do it",
        trigger: ".modal button[name=action_apply]",
        run: "click",
    },
];

registry.category("web_tour.tours").add("pet_plans_undo_visit", {
    steps: () => [
        hasStatus("Finished"),
        press("action_open_move"),
        {
            content: "Search the other plan",
            trigger: ".modal .o_field_widget[name=plan_id] input",
            run: "edit Other card",
        },
        {
            content: "Choose it",
            trigger: ".o-autocomplete--dropdown-item > a:contains('Other card')",
            run: "click",
        },
        {
            content: "The dialog says what it takes",
            trigger:
                ".modal .o_field_widget[name=cost]:contains('1 session back to'):contains('12 sessions to book')",
        },
        ...apply,
        {
            content: "It is on the other plan",
            trigger:
                "body:not(:has(.modal)) .o_field_widget[name=plan_id]:contains('Other card')",
        },
        hasStatus("Finished"),
        press("action_open_undo"),
        {
            content: "The dialog says what is taken back",
            trigger:
                ".modal .o_field_widget[name=summary]:contains('Finished → Received')",
        },
        ...apply,
        hasStatus("Received"),
        press("action_open_undo"),
        hasStatus("Scheduled"),
    ],
});
