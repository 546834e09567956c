"""The rules of plans and packages in plain Python: nothing here imports Odoo."""
