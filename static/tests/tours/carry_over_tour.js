import { registry } from "@web/core/registry";
import { inputFiles } from "@web/../tests/utils";
import { choose, openPage } from "./tour_helpers";

const FILE = [
    "Package ID;Cliente;Pet;Serviço;Sessões restantes;Válido até",
    "P-1;Ana Souza;Luna;Bath;5;31/12/2099",
    "P-2;Ana Souza;Bolt;Bath;2,5;31/12/2099",
].join("\n");

registry.category("web_tour.tours").add("pet_plans_carry_over", {
    steps: () => [
        {
            content: "Open the customer",
            trigger: ".o_data_row td[name=complete_name]:contains('Ana Souza')",
            run: "click",
        },
        openPage("pets"),
        {
            content: "Carry over what is left in the old software",
            trigger: "button[name=action_carry_over_pet_plan]",
            run: "click",
        },
        ...choose("pet_id", "Luna"),
        ...choose("product_id", "Bath"),
        {
            content: "Five are left",
            trigger: ".modal .o_field_widget[name=sessions_left] input",
            run: "edit 5",
        },
        {
            content: "Until when",
            trigger: ".modal .o_field_widget[name=date_end] :is(input, button)",
            run: "click",
        },
        {
            content: "Until the last day of 2099",
            trigger: ".modal .o_field_widget[name=date_end] input",
            run: "edit 12/31/2099",
        },
        {
            content: "Why",
            trigger: ".modal .o_field_widget[name=reason] input",
            run: "edit Left over in PetExec",
        },
        {
            content: "What will happen is said before",
            trigger:
                ".modal .alert:contains('Luna: 5 × Bath until Dec 31, 2099; no charge, no order')",
        },
        {
            content: "Carry over",
            trigger: ".modal button[name=action_apply]",
            run: "click",
        },
        {
            content: "The package is there",
            trigger: ".o_statusbar_status .o_arrow_button_current:contains('Active')",
        },
        {
            content: "As it was left",
            trigger: ".o_field_widget[name=line_ids] td[name=remaining]:contains('5')",
        },
    ],
});

registry.category("web_tour.tours").add("pet_plans_import_packages", {
    steps: () => [
        {
            content: "Begin an import",
            trigger: ".o_list_button_add",
            run: "click",
        },
        {
            content: "Drop the file",
            trigger: ".o_field_widget[name=file] input[type=file]:not(:visible)",
            run: async () => {
                const file = new File([FILE], "pacotes.csv", { type: "text/csv" });
                await inputFiles(".o_field_widget[name=file] input[type=file]", [file]);
            },
        },
        {
            content: "The file is read",
            trigger: ".o_field_widget[name=file] input:value('pacotes.csv')",
        },
        {
            content: "Save",
            trigger: ".o_form_button_save:enabled",
            run: "click",
        },
        {
            content: "Its columns are known",
            trigger:
                ".o_field_widget[name=column_ids] .o_data_row:contains('Sessões restantes') td[name=field_name]:contains('Sessions Left')",
        },
        {
            content: "Check",
            trigger: "button[name=action_check]:contains('Check')",
            run: "click",
        },
        {
            content: "One row is wrong: show it",
            trigger: "button[name=action_show]:contains('Wrong'):contains('1')",
            run: "click",
        },
        {
            content: "Why it is",
            trigger:
                ".o_field_widget[name=error_line_ids] td[name=message]:contains('Row 3: Pet “Bolt”: Ana Souza has no pet Bolt')",
        },
        {
            content: "Choose the pet in the row",
            trigger: ".o_field_widget[name=error_line_ids] td[name=pet_id]",
            run: "click",
        },
        {
            content: "Type its name",
            trigger:
                ".o_field_widget[name=error_line_ids] .o_selected_row [name=pet_id] input",
            run: "edit Rex",
        },
        {
            content: "Choose it",
            trigger: ".o-autocomplete--dropdown-item > a:contains('Rex')",
            run: "click",
        },
        {
            content: "Save",
            trigger: ".o_form_button_save:enabled",
            run: "click",
        },
        {
            content: "It has a warning left: half days",
            trigger: "button[name=action_show]:contains('Warnings'):contains('1')",
        },
        {
            content: "Import",
            trigger: "button[name=action_apply]",
            run: "click",
        },
        {
            content: "Both are made",
            trigger: "button[name=action_view_plans]:contains('2')",
        },
        {
            content: "It can be undone",
            trigger:
                ".o_field_widget[name=undo_note]:contains('can be undone until the first of its 2 packages is used')",
        },
        {
            content: "Undo",
            trigger: "button[name=action_undo]",
            run: "click",
        },
        {
            content: "Yes",
            trigger: ".modal .btn-primary",
            run: "click",
        },
        {
            content: "It is undone",
            trigger: ".o_statusbar_status .o_arrow_button_current:contains('Undone')",
        },
    ],
});
