"""What the commands in ``dev`` are made of; ``dev/README.md`` shows the way.

Only Python's standard library is used here: these modules run before anything
else has been installed.
"""
