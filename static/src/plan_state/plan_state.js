import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { BadgeField, badgeField } from "@web/views/fields/badge/badge_field";

/**
 * The status of a plan; one that runs and rests for a time is called paused (X8), and
 * one that is renewed has a mark: nobody needs to call about it (X6).
 *
 * A pause is no status: it begins and ends by itself, on its days.
 */
export class PlanStateField extends BadgeField {
    static template = "pet_plans.PlanStateField";

    get formattedValue() {
        const { is_paused, state } = this.props.record.data;
        return is_paused && state === "active" ? _t("Paused") : super.formattedValue;
    }
}

registry.category("fields").add("pet_plan_state", {
    ...badgeField,
    component: PlanStateField,
    fieldDependencies: [
        { name: "is_paused", type: "boolean" },
        { name: "is_renewed", type: "boolean" },
    ],
});
