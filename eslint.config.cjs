const js = require("@eslint/js");

// What a browser and Odoo offer, as far as it is used here
const BROWSER = {
    console: "readonly",
    document: "readonly",
    File: "readonly",
    luxon: "readonly",
    window: "readonly",
};

module.exports = [
    js.configs.recommended,
    {
        files: ["static/**/*.js"],
        languageOptions: { globals: BROWSER, sourceType: "module" },
        rules: {
            eqeqeq: "error",
            "no-unused-vars": "error",
            "no-var": "error",
            "prefer-const": "error",
        },
    },
    {
        files: ["*.cjs"],
        languageOptions: { globals: { module: "writable", require: "readonly" } },
    },
];
