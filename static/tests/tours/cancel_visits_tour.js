import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("pet_plans_cancel_visits", {
    steps: () => [
        {
            content: "Show the visits as a list",
            trigger: "button.o_switch_view.o_list",
            run: "click",
        },
        ...["Jan 19, 2099", "Feb 16, 2099"].map((day) => ({
            content: `Select the visit of ${day}`,
            trigger: `.o_data_row:has(td[name=start]:contains('${day}')) .o_list_record_selector input`,
            run: "click",
        })),
        {
            content: "Open the Action menu",
            trigger: ".o_cp_action_menus .dropdown-toggle:contains('Actions')",
            run: "click",
        },
        {
            content: "Cancel both",
            trigger: ".o-dropdown--menu .o-dropdown-item:contains('Cancel Visits')",
            run: "click",
        },
        {
            content: "The last visit moves on two places, into the second cycle",
            trigger:
                ".modal .o_data_row:has(td[name=start]:contains('Mar 9, 2099')) td[name=new_cycle_id]:contains('/ 2')",
        },
        {
            content: "Confirm",
            trigger: ".modal button[name=action_apply]",
            run: "click",
        },
        {
            content: "The list no longer shows them",
            trigger:
                "body:not(:has(.modal)) .o_list_view:not(:has(td[name=start]:contains('Jan 19, 2099'))):not(:has(td[name=start]:contains('Feb 16, 2099')))",
        },
    ],
});
