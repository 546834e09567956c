import { _t } from "@web/core/l10n/translation";
import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { registry } from "@web/core/registry";
import { serializeDateTime } from "@web/core/l10n/dates";
import { useService } from "@web/core/utils/hooks";
import { CalendarController } from "@web/views/calendar/calendar_controller";
import { CalendarModel } from "@web/views/calendar/calendar_model";
import { CalendarCommonPopover } from "@web/views/calendar/calendar_common/calendar_common_popover";
import { CalendarCommonRenderer } from "@web/views/calendar/calendar_common/calendar_common_renderer";
import { CalendarRenderer } from "@web/views/calendar/calendar_renderer";
import { calendarView } from "@web/views/calendar/calendar_view";

const TO_CHECK_IN = ["scheduled", "confirmed"];
const UNDO_DELAY = 12000; // ms in which one sees that it was the wrong hour

/** What can be done with a visit to come stands where one sees it. */
export class VisitsPopover extends CalendarCommonPopover {
    static subTemplates = {
        ...CalendarCommonPopover.subTemplates,
        footer: "pet_plans.VisitsPopover.footer",
    };

    setup() {
        super.setup();
        this.orm = useService("orm");
        this.action = useService("action");
    }

    get isToCome() {
        return this.isEventEditable && this.props.record.rawRecord.is_editable;
    }

    get isToCheckIn() {
        return TO_CHECK_IN.includes(this.props.record.rawRecord.state);
    }

    async run(method) {
        const { model, record } = this.props;
        const action = await this.orm.call(model.resModel, method, [[record.id]]);
        this.props.close();
        if (action instanceof Object) {
            await this.action.doAction(action, { onClose: () => model.load() });
        } else {
            await model.load();
        }
    }
}

/**
 * Dragging a visit is rescheduling it: what is in the way is asked about before, and
 * what happened is told, with a way back.
 */
export class VisitsCalendarModel extends CalendarModel {
    static services = [...CalendarModel.services, "dialog"];

    setup(params, services) {
        super.setup(params, services);
        this.dialog = services.dialog;
        this.notification = services.notification;
    }

    async updateRecord(record, options = {}) {
        const { start, stop } = this.records[record.id].rawRecord;
        const moved = this.buildRawRecord(record, options);
        const { message, questions } = await this.orm.call(
            this.resModel,
            "preview_move",
            [[record.id], moved.start, moved.stop]
        );
        if (questions.length && !(await this.confirm(message, questions))) {
            await this.load();
            return;
        }
        await this.move(record.id, moved);
        this.tell(message, record.id, { start, stop });
    }

    /** What comes together moves together, in one request: all of it or nothing. */
    async move(id, { start, stop }) {
        await this.orm.call(this.resModel, "move_together", [[id], start, stop]);
        await this.load();
    }

    /** Asks before a visit goes into the past, or where somebody is busy. */
    confirm(message, questions) {
        return new Promise((resolve) => {
            this.dialog.add(
                ConfirmationDialog,
                {
                    title: _t("Move the visit?"),
                    body: [message, ...questions].join("\n"),
                    confirmLabel: _t("Move"),
                    confirm: () => resolve(true),
                    cancelLabel: _t("Leave it"),
                    cancel: () => resolve(false),
                },
                { onClose: () => resolve(false) }
            );
        });
    }

    tell(message, id, old) {
        const close = this.notification.add(message, {
            type: "info",
            autocloseDelay: UNDO_DELAY,
            buttons: [
                {
                    name: _t("Undo"),
                    primary: true,
                    onClick: async () => {
                        close();
                        await this.move(id, old);
                    },
                },
            ],
        });
    }
}

export class VisitsCalendarController extends CalendarController {
    /** A visit of the hour to come, of the day that is shown. */
    createVisit() {
        const now = luxon.DateTime.now().plus({ hours: 1 });
        const hour = now.startOf("hour");
        const day = this.date.hasSame(now, "week") ? now : this.date;
        const start = hour.set({ year: day.year, month: day.month, day: day.day });
        return this.editRecord({}, { default_start: serializeDateTime(start) });
    }

    checkInWalkIn() {
        return this.action.doAction("pet_plans.action_pet_walk_in", {
            onClose: () => this.model.load(),
        });
    }
}

/** A visit is known by its pet; the hour is also told by where it stands. */
export class VisitsCommonRenderer extends CalendarCommonRenderer {
    static eventTemplate = "pet_plans.VisitsCommonRenderer.event";
    static components = {
        ...CalendarCommonRenderer.components,
        Popover: VisitsPopover,
    };
}

export class VisitsRenderer extends CalendarRenderer {
    setup() {
        super.setup();
        useService("pet_shop_clock").tell();
    }

    static components = {
        ...CalendarRenderer.components,
        day: VisitsCommonRenderer,
        week: VisitsCommonRenderer,
        month: VisitsCommonRenderer,
    };
}

registry.category("views").add("pet_visits_calendar", {
    ...calendarView,
    Controller: VisitsCalendarController,
    Model: VisitsCalendarModel,
    Renderer: VisitsRenderer,
    buttonTemplate: "pet_plans.VisitsCalendar.buttons",
});
