"""What still runs on pets or for customers, and so stands in the way of something."""

RUNNING_STATES = ("draft", "active")


def describe_running(plans, visits):
    """Return what runs, in words; what its reader may not see is only counted.

    :param plans: `pet.plan` records, with all rights and of all companies
    :param visits: `pet.appointment` records, likewise; those of the plans are left out
    :return: list of texts
    """
    env = plans.env
    visits = visits.filtered(lambda visit: visit.plan_id not in plans)
    # Back to the user's own rights: what they cannot see is only counted.
    seen_plans, seen_visits = (
        records.sudo(False)._filtered_access("read") for records in (plans, visits)
    )
    texts = [
        env._(
            "%(plan)s of %(customer)s",
            plan=plan.display_name,
            customer=plan.partner_id.display_name,
        )
        for plan in seen_plans
    ]
    texts += [
        env._(
            "the visit of %(start)s on %(plan)s",
            start=visit.company_id._format_pet_time(visit.start),
            plan=visit.plan_id.display_name,
        )
        if visit.plan_id
        else env._(
            "the visit of %(start)s at %(company)s",
            start=visit.company_id._format_pet_time(visit.start),
            company=visit.company_id.name,
        )
        for visit in seen_visits.sorted("start")
    ]
    # Compares ids only.
    hidden = len(plans - seen_plans.sudo()), len(visits - seen_visits.sudo())
    if any(hidden):
        texts.append(
            env._(
                "in other companies: plans %(plans)s, visits %(visits)s",
                plans=hidden[0],
                visits=hidden[1],
            )
        )
    return texts
