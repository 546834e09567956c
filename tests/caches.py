"""What Odoo has looked up stays known from test to test.

After each test Odoo empties the caches of its registry: who may do what, default
values, compiled views, routes. To look all of it up again takes longer than most tests
do. It is as true for the next test as it was before: what a test changes is rolled
back, and whoever changes what a cache is about empties that cache. So what was looked
up until the end of a test is put back where nobody emptied its cache, and elsewhere
what was known before that test.
"""

# Not those of what is generated, and kept in attachments that are rolled back
_CACHES = ("default", "stable", "groups", "templates", "routing", "routing.rewrites")
# Keys that are gone once a cache was emptied: since the class began, since the test did
_CLASS, _TEST = object(), object()


class KnownCaches:
    """The caches of a registry over the tests of one class after another."""

    _registry = None
    _by_database = {}  # what is true in the database as it is without any test

    def __init__(self, registry):
        self.registry = registry
        caches = registry._Registry__caches
        self.caches = {name: caches[name] for name in _CACHES}
        self.known = {}

    def start_class(self):
        """Take what other classes have looked up; nothing has been changed yet."""
        if KnownCaches._registry is not self.registry:
            KnownCaches._registry, KnownCaches._by_database = self.registry, {}
        for cache in self.caches.values():
            cache[_CLASS] = True
        self.known = dict(KnownCaches._by_database)
        self.put_back()

    def start_test(self):
        """Note what is known before a test."""
        for name, cache in self.caches.items():
            cache[_TEST] = True
            self.known[name] = dict(cache._values)

    def keep(self):
        """Note, after a test, what is known where nothing was changed."""
        for name, cache in self.caches.items():
            if _TEST in cache:
                self.known[name] = dict(cache._values)
                if _CLASS in cache:
                    KnownCaches._by_database[name] = self.known[name]

    def put_back(self):
        """Fill the caches, once they were emptied, with what is known."""
        for name, values in self.known.items():
            cache = self.caches[name]
            cache._values.update(values)
            cache._ordering.update(dict.fromkeys(values))
