import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { session } from "@web/session";
import { user } from "@web/core/user";

const { DateTime } = luxon;

/**
 * Screens show times by the clock of the computer, shops work by their own. Where those
 * differ, who looks at a day of visits is told once.
 */
export const shopClockService = {
    dependencies: ["notification"],
    start(env, { notification }) {
        const told = new Set();
        return {
            /** Tell it, unless it was told since the page was opened. */
            tell() {
                const company = user.activeCompany?.id;
                const clock = session.pet_clocks?.[company];
                if (!clock || told.has(company) || isSame(clock.tz)) {
                    return;
                }
                told.add(company);
                const now = DateTime.now();
                notification.add(
                    _t(
                        "This computer is on another clock than the shop: times are shown by the one here, where it is %(here)s. In %(place)s it is %(there)s.",
                        {
                            here: now.toLocaleString(DateTime.TIME_SIMPLE),
                            place: clock.place,
                            there: now
                                .setZone(clock.tz)
                                .toLocaleString(DateTime.TIME_SIMPLE),
                        }
                    ),
                    { type: "warning", sticky: true }
                );
            },
        };
    },
};

/** Whether a time zone has the time of this computer, now. */
function isSame(tz) {
    const now = DateTime.now();
    return now.setZone(tz).offset === now.offset;
}

registry.category("services").add("pet_shop_clock", shopClockService);
