"""What ``dev/run``, ``dev/test``, ``dev/odoo`` and ``dev/lint`` are made of.

Only Python's standard library is used here: these modules run before anything
else has been installed.
"""
