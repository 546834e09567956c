from odoo import models

from ..lib import top_ups


class PetPlanLine(models.Model):
    _inherit = "pet.plan.line"

    def _get_rooms(self, shares, granted):
        """Return what each cycle has sold of the line, and is still on the plan (X7).

        What was taken off it for good (an edit, a transfer) is gone from the first
        cycle on, as in `pet.cycle._get_unused_sessions`.

        :param shares: dict, cycle -> sessions that it entitles to, in order
        :param granted: dict, (line, cycle) -> sessions granted, less what went
        :return: dict, cycle -> sessions
        """
        self.ensure_one()
        if self.plan_id.kind == "plan":
            return {
                cycle: min(share, max(0.0, granted[self, cycle]))
                for cycle, share in shares.items()
            }
        none = self.env["pet.cycle"]
        total = sum(granted[self, cycle] for cycle in (none, *shares))
        gone, rooms = max(0.0, sum(shares.values()) - total), {}
        for cycle, share in shares.items():
            lost = min(share, gone)
            gone -= lost
            rooms[cycle] = share - lost
        return rooms


class PetPlan(models.Model):
    """Which of a service's sessions count as not used, whatever line they stand on.

    Of what was sold together the paid ones count as used before presents, a top-up
    after both; what was carried into the plan stands apart (X6, X7, S13).
    """

    _inherit = "pet.plan"

    def _count_unused(self, unused, sold):
        """Return which sessions count as not used: of a service those sold last (X7).

        What was sold together for a price counts as used before presents, a top-up
        after both; what was carried into the plan stands apart (X6).

        :param unused: dict, line -> dict, cycle -> sessions, in order
        :param sold: the same of what each cycle sells
        :return: dict as `unused`, with the same sums; of a plan by periods in each
        """
        self.ensure_one()
        counted = dict(unused)
        for service in self._get_lines_used_in_order():
            # Of what has no limit the days count, not the sessions.
            lines = [line for line in service if line in unused]
            cycles = dict.fromkeys(cycle for line in lines for cycle in unused[line])
            spans = [cycles] if self.kind == "package" else [[one] for one in cycles]
            for span in spans:
                found, rooms = (
                    {
                        line: {one: of[line][one] for one in span if one in of[line]}
                        for line in lines
                    }
                    for of in (counted, sold)
                )
                for line, sessions in top_ups.count_unused(found, rooms).items():
                    counted[line] = counted[line] | sessions
        return counted

    def _get_lines_used_in_order(self):
        """Return the services sold in several lines: lists, in the order of use."""
        self.ensure_one()
        lines = self.line_ids.filtered(lambda line: not line.carried_from_id).sorted()
        if len(lines.product_id) == len(lines):
            return []
        topped_up = lines.filtered(lambda line: line._is_top_up())
        together = lines - topped_up
        # The price that a transfer left is bookkeeping, and makes no present.
        ordered = together.sorted(lambda line: not line.price_sold) + topped_up
        services = ordered.grouped("product_id").values()
        return [service for service in services if len(service) > 1]

    def _get_sold_unused(self, granted, taken):
        """Return what was sold and not used of each line, the last sold first (X2).

        :param granted: dict, line -> sessions granted
        :param taken: dict, line id -> sessions that visits took
        :return: dict, line -> sessions, negative where more was used
        """
        self.ensure_one()
        left = {
            line: min(granted[line], line.quantity) - taken[line.id]
            for line in self.line_ids
        }
        for lines in self._get_lines_used_in_order():
            rest = min(
                sum(granted[line] for line in lines), sum(lines.mapped("quantity"))
            ) - sum(taken[line.id] for line in lines)
            for line in reversed(lines):
                left[line] = min(rest, line.quantity)
                rest -= left[line]
        return left
