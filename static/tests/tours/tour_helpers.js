/**
 * Steps that more than one tour takes.
 */

/**
 * Types a date and time into a field; filled ones are buttons until clicked.
 *
 * @param {string} field
 * @param {string} value as the user's language writes it
 */
export function editMoment(field, value) {
    return [
        {
            content: `Open ${field}`,
            trigger: `.modal .o_field_widget[name=${field}] :is(input, button)`,
            run: "click",
        },
        {
            content: `Type ${value}`,
            trigger: `.modal .o_field_widget[name=${field}] input`,
            run: `edit ${value}`,
        },
    ];
}

/**
 * Chooses a record in a many2one field.
 *
 * @param {string} field
 * @param {string} name
 */
export function choose(field, name) {
    return [
        {
            content: `Search ${name}`,
            trigger: `.modal .o_field_widget[name=${field}] input`,
            run: `edit ${name}`,
        },
        {
            content: `Choose ${name}`,
            trigger: `.o-autocomplete--dropdown-item > a:contains("${name}")`,
            run: "click",
        },
        {
            content: `${name} is chosen`,
            trigger: `.modal .o_field_widget[name=${field}] input:value("${name}")`,
        },
    ];
}

/**
 * Checks the rows of a list, field by field, and that there is no other row.
 *
 * @param {string} list selector of the list
 * @param {Object<string, string>[]} rows what each row shows, by field
 */
export function checkRows(list, rows) {
    const row = (number) => `${list} .o_data_row:eq(${number})`;
    return [
        ...rows.flatMap((values, number) =>
            Object.entries(values).map(([field, text]) => ({
                content: `Row ${number + 1}: ${field} is ${text}`,
                trigger: `${row(number)} td[name=${field}]:contains("${text}")`,
            }))
        ),
        {
            content: `There are ${rows.length} rows`,
            trigger: `${list}:not(:has(.o_data_row:eq(${rows.length})))`,
        },
    ];
}

/**
 * Opens a page of the form's notebook.
 *
 * @param {string} name
 */
export function openPage(name) {
    return {
        content: `Open the page ${name}`,
        trigger: `.o_notebook .nav-link[name=${name}]`,
        run: "click",
    };
}

/**
 * Returns steps of which no more than `most` are clicks; fields are entered with Tab.
 *
 * @param {number} most
 * @param {Object[]} steps
 */
export function inClicks(most, steps) {
    const clicks = steps.filter(({ run }) => run === "click").length;
    if (clicks > most) {
        throw new Error(`These are ${clicks} clicks; no more than ${most} may it take`);
    }
    return steps;
}
