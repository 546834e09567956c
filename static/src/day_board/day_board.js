import { Component, onWillUnmount, useState } from "@odoo/owl";
import { Domain } from "@web/core/domain";
import { FirstSteps } from "../first_steps/first_steps";
import { Deferred } from "@web/core/utils/concurrency";
import { DateTimeInput } from "@web/core/datetime/datetime_input";
import { KanbanController } from "@web/views/kanban/kanban_controller";
import { KanbanRenderer } from "@web/views/kanban/kanban_renderer";
import { SearchModel } from "@web/search/search_model";
import { browser } from "@web/core/browser/browser";
import { kanbanView } from "@web/views/kanban/kanban_view";
import { registry } from "@web/core/registry";
import { session } from "@web/session";
import { useBus, useService } from "@web/core/utils/hooks";
import { user } from "@web/core/user";

const { DateTime } = luxon;

const CHANGED = "pet_plans.visits_changed";
const DELAY = 300; // ms in which the changes of one action come together

/** The day it is in the shop, at midnight by the clock of this computer. */
export function getShopToday() {
    const clock = session.pet_clocks?.[user.activeCompany?.id];
    const now = clock ? DateTime.now().setZone(clock.tz) : DateTime.now();
    return DateTime.local(now.year, now.month, now.day);
}

/**
 * Lets whoever waits for a load that a newer one replaces wait for that one.
 *
 * A model never answers for a load that it gives up, and a button that reloads keeps all
 * others disabled until it is answered.
 */
export function joinLoads(model) {
    const load = model.load.bind(model);
    let newest, joined;
    model.load = (params) => {
        const loading = load(params);
        const waiting = (joined ||= new Deferred());
        const settle = (method) => (value) => {
            if (loading === newest) {
                joined = null;
                waiting[method](value);
            }
        };
        newest = loading;
        loading.then(settle("resolve"), settle("reject"));
        return waiting;
    };
}

/** The search of a board: whatever else is filtered, it is one day that is shown. */
export class DayBoardSearchModel extends SearchModel {
    setup(services, args) {
        super.setup(services, args);
        this.day = getShopToday();
    }

    setDay(day) {
        this.day = day;
        this._notify();
    }

    _getDomain(params = {}) {
        const domain = super._getDomain(params);
        const ofDay = new Domain([["day", "=", this.day.toISODate()]]);
        if (params.raw) {
            return Domain.and([domain, ofDay]);
        }
        return Domain.and([domain, ofDay]).toList(this.domainEvalContext);
    }

    exportState() {
        return { ...super.exportState(), day: this.day.toISODate() };
    }

    _importState(state) {
        super._importState(state);
        this.day = DateTime.fromISO(state.day);
    }
}

/** Which day it is, and the way to others. */
export class DayBoardBar extends Component {
    static template = "pet_plans.DayBoardBar";
    static components = { DateTimeInput };
    static props = {};

    setup() {
        this.orm = useService("orm");
        this.closure = useState({ day: "", text: "" });
        useBus(this.env.searchModel, "update", () => {
            this.render();
            this.loadClosure();
        });
        this.loadClosure();
    }

    /** Says that the shop is closed on the day; the board does not wait for it. */
    async loadClosure() {
        const day = this.day.toISODate();
        if (day === this.closure.day) {
            return;
        }
        Object.assign(this.closure, { day, text: "" });
        const text = await this.orm.call("res.company", "get_pet_closure", [day]);
        if (day === this.closure.day) {
            this.closure.text = text;
        }
    }

    get day() {
        return this.env.searchModel.day;
    }

    get isToday() {
        return this.day.hasSame(getShopToday(), "day");
    }

    get weekday() {
        return this.day.toLocaleString({ weekday: "long" });
    }

    goTo(day) {
        if (day) {
            this.env.searchModel.setDay(day.startOf("day"));
        }
    }

    move(days) {
        this.goTo(this.day.plus({ days }));
    }

    goToToday() {
        this.goTo(getShopToday());
    }
}

/** A board follows what colleagues do, also from other computers. */
export class DayBoardController extends KanbanController {
    setup() {
        super.setup();
        useService("pet_shop_clock").tell();
        this.bus = useService("bus_service");
        joinLoads(this.model);
        this.onChanged = this.onChanged.bind(this);
        this.bus.subscribe(CHANGED, this.onChanged);
        onWillUnmount(() => {
            this.bus.unsubscribe(CHANGED, this.onChanged);
            browser.clearTimeout(this.timeout);
        });
    }

    onChanged({ company_ids, first_day, last_day }) {
        const day = this.env.searchModel.day.toISODate();
        const isShown =
            first_day <= day &&
            day <= last_day &&
            user.activeCompanies.some(({ id }) => company_ids.includes(id));
        if (isShown) {
            browser.clearTimeout(this.timeout);
            this.timeout = browser.setTimeout(() => this.reload(), DELAY);
        }
    }

    /**
     * Reads the day again that is asked for now: it may be on its way already. Who goes
     * from card to card by keyboard stays where they are.
     */
    async reload() {
        const card = document.activeElement?.closest(".o_kanban_record");
        const id = card && this.findRecord("id", card.dataset.id)?.resId;
        await this.model.load({ domain: this.env.searchModel.domain });
        if (id) {
            browser.setTimeout(() => {
                const record = this.findRecord("resId", id);
                const root = this.rootRef.el;
                root?.querySelector(`[data-id="${record?.id}"]`)?.focus();
            });
        }
    }

    findRecord(property, value) {
        const groups = this.model.root.groups || [];
        const records = groups.flatMap((group) => group.list.records || []);
        return records.find((record) => record[property] === value);
    }
}

export class DayBoardRenderer extends KanbanRenderer {
    static template = "pet_plans.DayBoardRenderer";
    static components = { ...KanbanRenderer.components, DayBoardBar, FirstSteps };
}

registry.category("views").add("pet_day_board", {
    ...kanbanView,
    Controller: DayBoardController,
    Renderer: DayBoardRenderer,
    SearchModel: DayBoardSearchModel,
});

/** When a visit begins, and how late it is while the pet is expected. */
export class VisitTimeField extends Component {
    static template = "pet_plans.VisitTimeField";
    static props = { "*": true };

    setup() {
        this.state = useState({ now: DateTime.now() });
        const timer = browser.setInterval(() => {
            this.state.now = DateTime.now();
        }, 60_000);
        onWillUnmount(() => browser.clearInterval(timer));
    }

    get start() {
        return this.props.record.data[this.props.name];
    }

    get time() {
        return this.start.toLocaleString(DateTime.TIME_SIMPLE);
    }

    /** Minutes, 0 while nobody is late. */
    get late() {
        const { board_stage } = this.props.record.data;
        const minutes = Math.floor(this.state.now.diff(this.start, "minutes").minutes);
        return board_stage === "expected" && minutes > 0 ? minutes : 0;
    }

    get lateHours() {
        return `${Math.floor(this.late / 60)}:${String(this.late % 60).padStart(2, "0")}`;
    }
}

registry.category("fields").add("pet_visit_time", {
    component: VisitTimeField,
    supportedTypes: ["datetime"],
    fieldDependencies: [{ name: "board_stage", type: "selection" }],
});
