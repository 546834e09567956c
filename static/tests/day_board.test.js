import { describe, expect, test } from "@odoo/hoot";
import { tick } from "@odoo/hoot-mock";
import { Deferred, KeepLast } from "@web/core/utils/concurrency";
import { joinLoads } from "@pet_plans/day_board/day_board";

describe.current.tags("headless");

/** A model as Odoo's: of two loads at once the first is never answered. */
function makeModel() {
    const keepLast = new KeepLast();
    const answers = [];
    const model = {
        async load() {
            const answer = new Deferred();
            answers.push(answer);
            return keepLast.add(answer);
        },
    };
    joinLoads(model);
    return { model, answers };
}

test("P2: a button waits for the load that replaces its own", async () => {
    const { model, answers } = makeModel();
    model.load().then(() => expect.step("the button is answered"));
    model.load().then(() => expect.step("the colleague's change is shown"));
    answers[0].resolve();
    await tick();
    expect.verifySteps([]);
    answers[1].resolve();
    await tick();
    expect.verifySteps(["the button is answered", "the colleague's change is shown"]);
});

test("P2: a load alone is answered, and so is the next one", async () => {
    const { model, answers } = makeModel();
    for (const number of [0, 1]) {
        model.load().then(() => expect.step(number));
        answers[number].resolve();
        await tick();
    }
    expect.verifySteps([0, 1]);
});

test("P2: a load that fails is told to all who wait", async () => {
    const { model, answers } = makeModel();
    model.load().catch(() => expect.step("one"));
    model.load().catch(() => expect.step("other"));
    answers[1].reject(new Error("no answer"));
    await tick();
    expect.verifySteps(["one", "other"]);
});
