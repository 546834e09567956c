"""The actions that open records, said once."""


def open_record(record, **values):
    """Return the action that opens one record in its form.

    :param record: a record of any model; of none the form is empty
    :param values: more of the action, such as its name
    """
    return {
        "type": "ir.actions.act_window",
        "res_model": record._name,
        "res_id": record.id,
        "view_mode": "form",
        "views": [(False, "form")],
        **values,
    }


def open_window(env, xmlid, context, domain=None):
    """Return a window of the addon for some records, or a dialog with its defaults.

    :param xmlid: external id of the `ir.actions.act_window`
    :param context: dict, the context it opens with, in place of its own
    :param domain: which records it lists; a dialog has none
    """
    action = env["ir.actions.act_window"]._for_xml_id(xmlid)
    if domain is not None:
        action["domain"] = domain
    action["context"] = context
    return action


def notify(message, *buttons):
    """Return the action that shows a notice in a corner of the screen.

    It closes the dialog it is returned by.

    :param message: text
    :param buttons: tuples of a label and of the action the button runs
    """
    return {
        "type": "ir.actions.client",
        "tag": "pet_plans_notice",
        "params": {
            "message": message,
            "buttons": [{"label": label, "action": act} for label, act in buttons],
            "next": {"type": "ir.actions.act_window_close"},
        },
    }
