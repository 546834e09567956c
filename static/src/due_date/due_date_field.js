import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { dateField, DateTimeField } from "@web/views/fields/datetime/datetime_field";
import {
    remainingDaysField,
    RemainingDaysField,
} from "@web/views/fields/remaining_days/remaining_days_field";

/**
 * A due date, or in its place what is known while there is none (C5): "by 25 Mar 2027
 * at the latest, waiting for visits". The field that tells is named by `note_field`.
 */
class DueDateField extends Component {
    static template = "pet_plans.DueDateField";

    get note() {
        return this.props.readonly && this.props.record.data[this.props.noteField];
    }

    get dateProps() {
        // eslint-disable-next-line no-unused-vars
        const { noteField, ...props } = this.props;
        return props;
    }
}

export class PlainDueDateField extends DueDateField {
    static components = { DateField: DateTimeField };
    static props = { ...DateTimeField.props, noteField: { type: String } };
    static defaultProps = DateTimeField.defaultProps;
}

export class RemainingDueDateField extends DueDateField {
    static components = { DateField: RemainingDaysField };
    static props = { ...RemainingDaysField.props, noteField: { type: String } };
}

function withNote(description, component) {
    return {
        ...description,
        component,
        extractProps: (staticInfo, dynamicInfo) => ({
            ...description.extractProps(staticInfo, dynamicInfo),
            noteField: staticInfo.options.note_field,
        }),
        fieldDependencies: ({ options }) => [
            { name: options.note_field, type: "char", readonly: true },
        ],
    };
}

registry
    .category("fields")
    .add("pet_due_date", withNote(dateField, PlainDueDateField))
    .add("pet_due_days", withNote(remainingDaysField, RemainingDueDateField));
