import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("pet_plans_portal", {
    steps: () => [
        {
            content: "The count is on the card",
            trigger:
                ".o_portal_index_card:has([data-placeholder_count=pet_plan_count]:contains('1')) a",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Open the plan",
            trigger: ".o_pet_plan:contains('12 of 12 visits left') a[name=title]",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Move the visit of the 19th",
            trigger:
                ".o_pet_visit:contains('Jan 19, 2099') a[href*='/reschedule']:contains('Reschedule')",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Two days later, after noon",
            trigger: "input[name=start]",
            run({ anchor }) {
                // The helper that types reads an emptied field as a date
                anchor.value = "2099-01-21T14:30";
            },
        },
        {
            content: "Move it",
            trigger: "button[name=move_visit]",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "It is moved, and its session label stays",
            trigger:
                "main:has([role=status]:contains('Your visit is moved')) .o_pet_visit:contains('Jan 21, 2099, 2:30 PM'):contains('Visit 3 of 12')",
        },
        {
            content: "Cancel it after all",
            trigger: ".o_pet_visit:contains('Jan 21, 2099') a[href*='/cancel']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "The session comes back; confirm",
            trigger: "main:has([name=is_in_time]) button[name=cancel_visit]",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "One session is to book",
            trigger:
                "main:has([role=status]:contains('Your visit is cancelled')) .o_pet_plan_head [name=to_book]:contains('1')",
        },
        {
            content: "Ask to renew",
            trigger: "button[name=ask_renewal]",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "It was asked for",
            trigger: ".o_pet_plan_head:has([name=renewal_asked])",
        },
        {
            content: "Open the invoice",
            trigger: ".o_pet_invoice:contains('To pay') a:contains('Pay')",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Odoo's own page takes the payment",
            trigger: ".o_portal_invoice_sidebar",
        },
    ],
});
