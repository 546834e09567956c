from collections import defaultdict

from .pet_carry_over_found import normalize_name

# What tells two new customers apart, before their names do
TOLD_APART_BY = ("ref", "email", "phone")


def same_new_owner(one, other):
    """Tell whether two rows mean the same customer who is to be made.

    :param one: dict of name, ref, email, phone
    """
    for key in TOLD_APART_BY:
        if one[key] and other[key]:
            return one[key].strip().casefold() == other[key].strip().casefold()
    return normalize_name(one["name"]) == normalize_name(other["name"])


class NewOwners:
    """The customers that the rows of a file make; each once, however often named."""

    def __init__(self):
        """Start with none."""
        self.groups = []  # (customer, what belongs to it)
        self.index = defaultdict(list)  # (key, text) -> groups

    def add(self, owner, item):
        """Note that something belongs to a customer who is to be made.

        :param owner: dict of name, ref, email, phone
        """
        group = self.find(owner)
        if group:
            # Each row may know something else of them.
            group[0].update({key: group[0][key] or owner[key] for key in owner})
            group[1].append(item)
        else:
            group = (dict(owner), [item])
            self.groups.append(group)
        for key in self._get_keys(owner):
            if group not in self.index[key]:
                self.index[key].append(group)

    def find(self, owner):
        """Return the group of a customer, a tuple (customer, items), or None."""
        for key in self._get_keys(owner):
            for group in self.index[key]:
                if same_new_owner(group[0], owner):
                    return group
        return None

    @staticmethod
    def _get_keys(owner):
        texts = {key: (owner[key] or "").strip().casefold() for key in TOLD_APART_BY}
        texts["name"] = normalize_name(owner["name"])
        return [(key, text) for key, text in texts.items() if text]
