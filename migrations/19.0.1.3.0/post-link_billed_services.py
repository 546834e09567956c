def migrate(cr, version):
    """Note on each service which invoice bills it: the visit knew one for all (B4)."""
    cr.execute(
        """
        UPDATE pet_appointment_line line
           SET invoice_id = visit.invoice_id
          FROM pet_appointment visit
         WHERE visit.id = line.appointment_id
           AND visit.invoice_id IS NOT NULL
           AND line.plan_line_id IS NULL
        """
    )
