def migrate(cr, version):
    """Note on which day sessions that are used up count: that of the visit (P7).

    Before Odoo adds the field: it would compute it visit by visit, and move what lies
    in locked periods to the first open day, where nobody has counted it yet.
    """
    cr.execute("ALTER TABLE pet_appointment ADD COLUMN date_consumed date")
    cr.execute(
        """
        UPDATE pet_appointment visit
           SET date_consumed = (
                   visit.start AT TIME ZONE 'UTC' AT TIME ZONE company.pet_tz
               )::date
          FROM res_company company
         WHERE company.id = visit.company_id
           AND visit.holds_sessions IS TRUE
           AND visit.state NOT IN ('scheduled', 'confirmed')
        """
    )
