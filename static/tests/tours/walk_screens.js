/**
 * A walk through the screens, as one user: every window, what is in it, and where its
 * links and buttons lead, as far as they change nothing. `tests/test_screens.py` calls
 * it; what it finds is the error that ends it.
 */

import { browser } from "@web/core/browser/browser";
import { rpcBus } from "@web/core/network/rpc";

const SETTLED = 50; // ms without a request, after which a screen is complete
const PATIENCE = 15000; // ms
const PIXELS = 4; // what borders and rounding may add
const FITTING = 200; // ms after which Odoo fits a list into a window that was resized

/** A desk, and a tablet held upright. */
const SIZES = [
    [1366, 768],
    [820, 1180],
];

/** What means something else once a part of it is cut: numbers, amounts, days. */
const WHOLE = /^([-+$\s]*[\d.,]+|[A-Z][a-z]{2} \d{1,2}(, .*)?)$/;

/** Buttons whose names say that they show something. */
const SHOWING = /^action_(open|view)_/;

/** What of a field leads to the record that it names. */
const LINKS = ":is(a.o_form_uri, button.o_external_button)";

class Walk {
    constructor() {
        this.services = window.odoo.__WOWL_DEBUG__.root.env.services;
        this.findings = new Set();
        this.followed = new Set(); // models with names of their buttons and fields
        this.screens = 0;
        this.requests = new Set();
        this.lastRequest = 0;
        this.fitListsAtOnce();
        rpcBus.addEventListener("RPC:REQUEST", ({ detail }) =>
            this.note("add", detail)
        );
        rpcBus.addEventListener("RPC:RESPONSE", ({ detail }) =>
            this.note("delete", detail)
        );
    }

    /** Spares the time that Odoo gives people who drag the border of the window. */
    fitListsAtOnce() {
        const { setTimeout } = browser;
        browser.setTimeout = (work, delay, ...values) =>
            setTimeout(work, delay === FITTING ? 0 : delay, ...values);
    }

    note(change, { data }) {
        this.requests[change](data.id);
        this.lastRequest = browser.performance.now();
    }

    /** Waits until nothing is asked of the server any more, and all is drawn. */
    async settle() {
        const start = browser.performance.now();
        this.lastRequest = start;
        while (browser.performance.now() - start < PATIENCE) {
            await new Promise((resolve) => browser.setTimeout(resolve, 20));
            const quiet = browser.performance.now() - this.lastRequest;
            if (!this.requests.size && quiet > SETTLED) {
                await new Promise((resolve) => browser.requestAnimationFrame(resolve));
                return;
            }
        }
        this.find("the screen", "is not complete after 15 s");
    }

    find(where, what) {
        this.findings.add(`${where}: ${what}`);
    }

    // --- Where to --------------------------------------------------------------

    async walk(windows) {
        for (const [id, name] of windows) {
            await this.openWindow(id, name);
        }
        await this.leave();
        return [...this.findings];
    }

    async leave() {
        this.services.dialog.closeAll();
        await this.settle();
    }

    async openWindow(id, name) {
        await this.services.action.doAction(id, { clearBreadcrumbs: true });
        await this.look(name);
        for (const kind of this.getOtherKinds()) {
            await this.services.action.switchView(kind);
            await this.look(`${name} as ${kind}`);
            await this.services.action.doAction(id, { clearBreadcrumbs: true });
            await this.settle();
        }
        const row = this.getRecord();
        if (row) {
            row.click();
            await this.settle();
            if (document.querySelector(".o_action_manager .o_form_view")) {
                await this.openForm(`${name}, first record`);
            }
        }
    }

    async openForm(name) {
        await this.look(name);
        const { jsId } = this.services.action.currentController;
        const tabs = this.getTabs().map((tab) => tab.textContent.trim());
        for (const tab of tabs.length ? tabs : [null]) {
            const where = tab ? `${name}, ${tab}` : name;
            await this.openTab(tab);
            await this.look(where);
            for (let next; (next = this.getNextWay()); await this.openTab(tab)) {
                this.followed.add(this.getKey(next));
                const label = next.innerText.trim() || next.title || this.getName(next);
                next.click();
                await this.look(`${where}, ${label}`);
                await this.leave();
                await this.comeBack(jsId);
            }
        }
    }

    async openTab(title) {
        const tab = this.getTabs().find((one) => one.textContent.trim() === title);
        if (tab) {
            tab.click();
            await this.settle();
        }
    }

    async comeBack(jsId) {
        if (this.services.action.currentController.jsId !== jsId) {
            await this.services.action.restore(jsId);
            await this.settle();
        }
    }

    // --- What there is -----------------------------------------------------------

    getOtherKinds() {
        const { action, views, view } = this.services.action.currentController;
        if (action.target === "new" || !views) {
            return [];
        }
        return views
            .map(({ type }) => type)
            .filter((type) => type !== view.type && type !== "form");
    }

    getRecord() {
        const cells =
            ".o_data_row .o_data_cell:not(.o_list_button):not(:has(button, a, input))";
        return document.querySelector(
            `.o_action_manager :is(${cells}, .o_kanban_record:not(.o_kanban_ghost))`
        );
    }

    getTabs() {
        return [
            ...document.querySelectorAll(".o_action_manager .o_notebook .nav-link"),
        ];
    }

    /** The next link or button of a form that changes nothing and was not followed. */
    getNextWay() {
        const ways = document.querySelectorAll(
            `.o_action_manager .o_form_view :is(:is(button, a)[name], ${LINKS})`
        );
        return [...ways].find(
            (way) =>
                way.checkVisibility() &&
                !way.disabled &&
                (way.matches(LINKS) || SHOWING.test(way.getAttribute("name"))) &&
                !this.followed.has(this.getKey(way))
        );
    }

    /** The name of a button, or of the field that a link belongs to. */
    getName(way) {
        return way.closest("[name]").getAttribute("name");
    }

    getKey(way) {
        const { props } = this.services.action.currentController;
        return `${props.resModel}.${this.getName(way)}`;
    }

    // --- What is wrong -----------------------------------------------------------

    async look(where) {
        await this.settle();
        this.screens++;
        const root =
            document.querySelector(".o_dialog") ||
            document.querySelector(".o_action_manager");
        const text = [
            root.innerText,
            ...[...root.querySelectorAll("input")].map((one) => one.value),
        ];
        for (const [day] of text.join("\n").matchAll(/\b20\d\d-\d\d-\d\d\b/g)) {
            this.find(where, `a date for machines: ${day}`);
        }
        for (const error of document.querySelectorAll(
            ".o_error_dialog, .o_notification .bg-danger"
        )) {
            this.find(where, `an error: ${error.innerText.slice(0, 200)}`);
        }
        this.measure(where, root);
        await this.turn();
        this.measure(where, root);
    }

    /** Goes from one size of the window to the other, and stays there. */
    async turn() {
        const size = SIZES.find(([width]) => width !== browser.innerWidth);
        console.log(`resize ${size[0]} ${size[1]}`);
        const start = browser.performance.now();
        while (browser.innerWidth !== size[0]) {
            if (browser.performance.now() - start > PATIENCE) {
                throw new Error(`The window does not become ${size[0]} wide`);
            }
            await new Promise((resolve) => browser.setTimeout(resolve, 10));
        }
        await this.settle();
    }

    measure(screen, root) {
        const where = `${screen}, ${browser.innerWidth} wide`;
        // The lines of an invoice are some pixels too wide in Odoo itself
        const content = document.querySelector(".o_content");
        // Odoo fits lists before it knows that their form becomes too long
        const scrollBar = content.offsetWidth - content.clientWidth;
        const lists = ".o_list_renderer:not([name=invoice_line_ids] *)";
        for (const list of root.querySelectorAll(lists)) {
            if (list.scrollWidth > list.clientWidth + PIXELS + scrollBar) {
                const columns = [...list.querySelectorAll("thead th")];
                const widths = columns.map(
                    (th) => `${th.dataset.name || ""} ${th.offsetWidth}`
                );
                this.find(
                    where,
                    `the list is ${list.scrollWidth} wide in ${list.clientWidth}: ${widths.join(", ")}`
                );
            }
        }
        for (const heading of root.querySelectorAll(".o_list_renderer th[data-name]")) {
            const words = heading.querySelector(".text-truncate") || heading;
            if (words.scrollWidth > words.clientWidth + 1 && words.innerText.trim()) {
                this.find(where, `the heading ${words.innerText.trim()} is clipped`);
            }
        }
        const badges = ".o_data_cell:not([name=status_in_payment]) .badge"; // that is Odoo's
        for (const badge of root.querySelectorAll(badges)) {
            if (badge.scrollWidth > badge.clientWidth + 1) {
                this.find(where, `the badge ${badge.innerText.trim()} is clipped`);
            }
        }
        for (const cell of root.querySelectorAll(".o_list_renderer .o_data_cell")) {
            const isWhole = cell.scrollWidth <= cell.clientWidth + 1;
            if (!isWhole && WHOLE.test(cell.innerText.trim())) {
                this.find(
                    where,
                    `${cell.getAttribute("name")} is clipped: ${cell.innerText}`
                );
            }
        }
        for (const node of root.querySelectorAll(
            "button, h1, h2, h3, .o_field_widget, .card"
        )) {
            const { right, width } = node.getBoundingClientRect();
            const isScrolled = node.closest(
                ".o_list_renderer, .o_kanban_grouped, .o_pivot, .o_activity_view"
            );
            if (
                width &&
                right > browser.innerWidth + PIXELS &&
                node.checkVisibility() &&
                !isScrolled
            ) {
                const what =
                    node.getAttribute("name") || node.innerText.trim().slice(0, 30);
                this.find(
                    where,
                    `${what} (${node.className}) ends ${Math.round(right - browser.innerWidth)} outside`
                );
            }
        }
    }
}

/**
 * Walks through the windows; an error of the console tells what was found.
 *
 * @param {[number, string][]} windows ids and names of actions
 */
export async function walkScreens(windows) {
    const walk = new Walk();
    const findings = await walk.walk(windows);
    if (findings.length) {
        console.error(findings.join("\n"));
    } else {
        console.log(`Looked at ${walk.screens} screens`);
        console.log("test successful");
    }
}
