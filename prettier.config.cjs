// As the Odoo Community Association has it, with the braces of Odoo's own JavaScript.
// "strict" leaves text as it is: a space more changes what a mail or a page says.
module.exports = {
    bracketSameLine: true,
    plugins: [require.resolve("@prettier/plugin-xml")],
    printWidth: 88,
    trailingComma: "es5",
    xmlWhitespaceSensitivity: "strict",
};
