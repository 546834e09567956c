import { Many2One } from "@web/views/fields/many2one/many2one";
import {
    buildM2OFieldDescription,
    Many2OneField,
} from "@web/views/fields/many2one/many2one_field";
import { Many2XAutocomplete } from "@web/views/fields/relational_utils";
import { makeContext } from "@web/core/context";
import { registry } from "@web/core/registry";

/**
 * The choice of a customer or a pet, who are found by more than a name (P1).
 */
export class PetAutocomplete extends Many2XAutocomplete {
    /** Odoo asks no more where a shorter text found nothing: a part of a number. */
    search(name) {
        this.lastEmptySearch = null;
        return super.search(name);
    }

    /** What was typed is put where it belongs: a telephone number is no name. */
    getCreationContext(value) {
        const isPhone = /\d/.test(value) && !/\p{Letter}/u.test(value);
        const isEmail = /\S@\S/.test(value);
        if (!isPhone && !isEmail) {
            return super.getCreationContext(value);
        }
        const isCustomer = this.props.resModel === "res.partner";
        return makeContext([
            super.getCreationContext(""),
            isCustomer && { [isEmail ? "default_email" : "default_phone"]: value },
        ]);
    }
}

export class PetMany2One extends Many2One {
    static components = { ...Many2One.components, Many2XAutocomplete: PetAutocomplete };
}

export class PetMany2OneField extends Many2OneField {
    static components = { ...Many2OneField.components, Many2One: PetMany2One };
}

registry.category("fields").add("pet_many2one", {
    ...buildM2OFieldDescription(PetMany2OneField),
    additionalClasses: ["o_field_many2one"],
});
