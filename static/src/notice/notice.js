import { registry } from "@web/core/registry";

/** Long enough to read a sentence and to decide. */
const DELAY = 12000;

/**
 * Says in a corner of the screen what has happened, with buttons for what may come next.
 *
 * Odoo's own `display_notification` has links only, which leave the screen.
 */
export function showNotice(env, { params }) {
    const { action, notification } = env.services;
    const reload = () => action.doAction("soft_reload");
    const close = notification.add(params.message, {
        type: "info",
        autocloseDelay: DELAY,
        buttons: params.buttons.map((button) => ({
            name: button.label,
            primary: true,
            onClick: () => {
                close();
                return action.doAction(button.action, { onClose: reload });
            },
        })),
    });
    return params.next;
}

registry.category("actions").add("pet_plans_notice", showNotice);
