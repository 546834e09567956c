import { useBus } from "@web/core/utils/hooks";
import { browser } from "@web/core/browser/browser";
import { SIZES } from "@web/core/ui/ui_service";
import { patch } from "@web/core/utils/patch";
import { ListRenderer } from "@web/views/list/list_renderer";

/**
 * A tablet held upright has no room for all columns of a list. An optional column that
 * says `options="{'on_wide_screens': True}"` is shown there only when it is asked for;
 * one that says `'XXL'` also on a small laptop.
 */
patch(ListRenderer.prototype, {
    setup() {
        super.setup(...arguments);
        useBus(this.uiService.bus, "resize", () => {
            if (this.columnsOnWideScreens.length) {
                this.render();
            }
        });
    },

    get columnsOnWideScreens() {
        return this.allColumns.filter(({ options }) => options?.on_wide_screens);
    },

    computeOptionalActiveFields() {
        const active = super.computeOptionalActiveFields();
        const columns = this.columnsOnWideScreens.filter(
            ({ options }) =>
                this.uiService.size < (SIZES[options.on_wide_screens] || SIZES.XL)
        );
        if (columns.length && !this.hasChosenColumns()) {
            columns.forEach(({ name }) => (active[name] = false));
        }
        return active;
    },

    hasChosenColumns() {
        return browser.localStorage.getItem(this.keyOptionalFields) !== null;
    },
});
