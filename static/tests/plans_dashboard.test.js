import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { describe, expect, test } from "@odoo/hoot";
import { press, queryAllTexts } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import {
    contains,
    defineModels,
    fields,
    models,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";

class Plan extends models.Model {
    _name = "pet.plan";

    title = fields.Char();
    ending = fields.Char();

    _records = [
        {
            id: 1,
            title: "Luna's baths",
            ending: "week_1",
        },
        {
            id: 2,
            title: "Rex's walks",
            ending: "week_1",
        },
        {
            id: 3,
            title: "Mimi's grooming",
            ending: "later",
        },
        {
            id: 4,
            title: "Tom's daycare",
            ending: "not_renewed",
        },
        {
            id: 5,
            title: "Bob's baths",
            ending: "not_renewed",
        },
    ];

    retrieve_dashboard() {
        return { not_renewed: 2, week_1: 2, week_2: 0, later: 1 };
    }
}

defineMailModels();
defineModels([Plan]);
describe.current.tags("desktop");

const SEARCH = `
    <search>
        <filter name="not_renewed" string="Not renewed" domain="[('ending', '=', 'not_renewed')]"/>
        <filter name="week_1" string="Ends within 1 week" domain="[('ending', '=', 'week_1')]"/>
        <filter name="week_2" string="1 to 2 weeks" domain="[('ending', '=', 'week_2')]"/>
        <filter name="later" string="More than 1 month" domain="[('ending', '=', 'later')]"/>
        <separator/>
        <filter name="mine" string="Rex only" domain="[('title', 'ilike', 'Rex')]"/>
    </search>`;

const mountList = (params = {}) =>
    mountView({
        type: "list",
        resModel: "pet.plan",
        arch: `<list js_class="pet_plans_list"><field name="title"/></list>`,
        searchViewArch: SEARCH,
        ...params,
    });

const card = (name) => `.o_pet_plans_card[data-name=${name}]`;

test("shows a card per count, labelled by its filter", async () => {
    await mountList();
    expect(queryAllTexts(".o_pet_plans_card")).toEqual([
        "2\nNot renewed",
        "2\nEnds within 1 week",
        "0\n1 to 2 weeks",
        "1\nMore than 1 month",
    ]);
    expect(".o_data_row").toHaveCount(5);
    expect(".o_pet_plans_show_all").not.toBeEnabled();
});

test("a click filters, a second one clears", async () => {
    await mountList();
    await contains(card("week_1")).click();
    expect(".o_data_row").toHaveCount(2);
    expect(card("week_1")).toHaveAttribute("aria-pressed", "true");
    expect(card("later")).toHaveAttribute("aria-pressed", "false");
    await contains(card("week_1")).click();
    expect(".o_data_row").toHaveCount(5);
    expect(card("week_1")).toHaveAttribute("aria-pressed", "false");
});

test("a click replaces other filters, so that list and count agree", async () => {
    await mountList({ context: { search_default_mine: 1 } });
    expect(".o_data_row").toHaveCount(1);
    await contains(card("week_1")).click();
    expect(".o_data_row").toHaveCount(2);
    await contains(card("later")).click();
    expect(".o_data_row").toHaveCount(1);
    expect(card("week_1")).toHaveAttribute("aria-pressed", "false");
});

test("show all clears", async () => {
    await mountList({ context: { search_default_later: 1 } });
    expect(card("later")).toHaveAttribute("aria-pressed", "true");
    await contains(".o_pet_plans_show_all").click();
    expect(".o_data_row").toHaveCount(5);
});

test("cards are buttons for the keyboard", async () => {
    await mountList();
    await contains(card("later")).focus();
    await press("Enter");
    await animationFrame();
    expect(".o_data_row").toHaveCount(1);
});

test("counts are those of the action's domain", async () => {
    onRpc("pet.plan", "retrieve_dashboard", ({ args }) => {
        expect.step(JSON.stringify(args[0]));
    });
    await mountList({ domain: [["title", "ilike", "Luna"]] });
    expect.verifySteps(['[["title","ilike","Luna"]]']);
});

test("counts are fetched again when the list reloads", async () => {
    onRpc("pet.plan", "retrieve_dashboard", () => {
        expect.step("counts");
    });
    await mountList();
    expect.verifySteps(["counts"]);
    await contains(card("week_1")).click();
    expect.verifySteps(["counts"]);
});

test("kanban has the cards too", async () => {
    await mountList({
        type: "kanban",
        arch: `
            <kanban js_class="pet_plans_kanban">
                <templates><t t-name="card"><field name="title"/></t></templates>
            </kanban>`,
    });
    await contains(card("later")).click();
    expect(".o_kanban_record:not(.o_kanban_ghost)").toHaveCount(1);
});
