import { registry } from "@web/core/registry";

const CARDS = {
    not_renewed: 3,
    week_1: 2,
    week_2: 1,
    month_1: 4,
    later: 5,
    active: 12,
};
const ALL = 16;

const card = (name) => `.o_pet_plans_card[data-name=${name}]`;

/** Checks that the list shows that many plans, by its rows and by its pager. */
function checkCount(count) {
    return {
        content: `${count} plans are listed`,
        trigger:
            `.o_action:has(.o_pager_limit:contains(/^${count}$/))` +
            `:has(.o_data_row:eq(${count - 1})):not(:has(.o_data_row:eq(${count})))`,
    };
}

function press(name, isPressed) {
    return [
        {
            content: `Click the card ${name}`,
            trigger: card(name),
            run: "click",
        },
        {
            content: `It is ${isPressed ? "" : "not "}pressed`,
            trigger: `${card(name)}[aria-pressed=${isPressed}]`,
        },
    ];
}

registry.category("web_tour.tours").add("pet_plans_cards", {
    steps: () => [
        checkCount(ALL),
        {
            content: "A plan for all pets says so",
            trigger: ".o_data_row td[name=pet_id]:contains('All pets')",
        },
        {
            content: "A plan without an end says so",
            trigger: ".o_data_row td[name=date_end]:contains('Never')",
        },
        ...Object.entries(CARDS).flatMap(([name, count]) => [
            {
                content: `The card ${name} counts ${count}`,
                trigger: `${card(name)} .o_pet_plans_count:contains(/^${count}$/)`,
            },
            ...press(name, true),
            checkCount(count),
        ]),
        ...press("active", false),
        checkCount(ALL),
        ...press("week_1", true),
        checkCount(CARDS.week_1),
        {
            content: "Show all",
            trigger: ".o_pet_plans_show_all:enabled",
            run: "click",
        },
        checkCount(ALL),
        {
            content: "No card is pressed",
            trigger: ".o_pet_plans_dashboard:not(:has([aria-pressed=true]))",
        },
    ],
});
