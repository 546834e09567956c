"""Time and queries of one piece of work, as the median of several runs."""

import statistics
import sys
import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """What a piece of work takes: milliseconds, and queries."""

    name: str
    milliseconds: float
    queries: int


def measure(env, name, work, runs=5):
    """Do a work several times, each on an empty cache and rolled back afterwards.

    :param env: environment of the user who does it
    :param work: function of an environment
    :return: `Figure`, the median of the times and the queries of the last run
    """
    times = []
    for __ in range(runs + 1):
        env.invalidate_all()
        queries = env.cr.sql_log_count
        begin = time.perf_counter()
        with env.cr.savepoint() as savepoint:
            work(env)
            env.flush_all()
            times.append((time.perf_counter() - begin) * 1000)
            queries = env.cr.sql_log_count - queries
            savepoint.rollback()
    # The first run fills what stays cached for good.
    return Figure(name, statistics.median(times[1:]), queries)


def show(title, figures, base=None):
    """Print figures as a Markdown table.

    :param base: `Figure` that the times are compared with
    """
    rows = [
        f"\n### {title}\n",
        "| case | ms | queries | ratio |",
        "|---|---:|---:|---:|",
    ]
    for figure in figures:
        ratio = f"{figure.milliseconds / base.milliseconds:.2f}" if base else ""
        rows.append(
            f"| {figure.name} | {figure.milliseconds:.1f} "
            f"| {figure.queries} | {ratio} |"
        )
    sys.stdout.write("\n".join(rows) + "\n")
