import { registry } from "@web/core/registry";
import { FloatField, floatField } from "@web/views/fields/float/float_field";

/**
 * The price of a service; of one that a plan covers, which plan it is on.
 *
 * Nothing is to be paid for it: a price would say the opposite.
 */
export class VisitPriceField extends FloatField {
    get formattedValue() {
        return this.props.record.data.coverage || super.formattedValue;
    }
}

registry.category("fields").add("pet_visit_price", {
    ...floatField,
    component: VisitPriceField,
    fieldDependencies: [{ name: "coverage", type: "char" }],
});
