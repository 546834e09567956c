import { useService } from "@web/core/utils/hooks";
import { registry } from "@web/core/registry";
import { CalendarCommonPopover } from "@web/views/calendar/calendar_common/calendar_common_popover";
import { CalendarCommonRenderer } from "@web/views/calendar/calendar_common/calendar_common_renderer";
import { CalendarRenderer } from "@web/views/calendar/calendar_renderer";
import { calendarView } from "@web/views/calendar/calendar_view";

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

    async run(method) {
        const { model, record } = this.props;
        const action = await this.orm.call(model.resModel, method, [[record.id]]);
        this.props.close();
        await this.action.doAction(action, { onClose: () => model.load() });
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
    Renderer: VisitsRenderer,
});
