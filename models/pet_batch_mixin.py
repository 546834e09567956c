import logging

from psycopg2 import OperationalError

from odoo import models
from odoo.exceptions import UserError

_logger = logging.getLogger(__name__)


class PetBatchMixin(models.AbstractModel):
    """Work on many records of which one that fails must not hold up the rest."""

    _name = "pet.batch.mixin"
    _description = "Isolated Batches"

    def _run_isolated(self, work, note_failure):
        """Do a work on all records at once; where it fails, on halves of them.

        Each try is a savepoint. What fails alone is undone alone and noted; one bad
        record of n costs about log2(n) more tries of its part, not n.

        :param work: function of a recordset
        :param note_failure: function of a single record and the text of its error
        :return: the records the work was done for
        """
        if not self:
            return self
        try:
            with self.env.cr.savepoint():
                work(self)
                self.env.flush_all()
            return self
        except Exception as error:
            self.env.invalidate_all()
            if len(self) > 1:
                half = len(self) // 2
                return self[:half]._run_isolated(work, note_failure) + self[
                    half:
                ]._run_isolated(work, note_failure)
            self._log_failure(error, note_failure)
        return self.browse()

    def _log_failure(self, error, note_failure):
        self.ensure_one()
        if isinstance(error, OperationalError):
            # Somebody is at work on the record: the next run takes it.
            _logger.info("%s %s is in use and waits", self._name, self.display_name)
            return
        expected = isinstance(error, UserError)
        _logger.log(
            logging.INFO if expected else logging.ERROR,
            "%s %s failed: %s",
            self._name,
            self.display_name,
            error,
            exc_info=not expected,
        )
        note_failure(self, str(error))
