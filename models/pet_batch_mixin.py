import logging

from psycopg2 import OperationalError
from psycopg2.errors import SerializationFailure

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import split_every

_logger = logging.getLogger(__name__)


class PetBatchMixin(models.AbstractModel):
    """Work on many records of which one that fails must not hold up the rest."""

    _name = "pet.batch.mixin"
    _description = "Isolated Batches"

    def _run_in_batches(self, domain, work, batch_size=100, order="id"):
        """Do a work on the records of a domain, batch by batch, as a job does.

        Each batch is committed on its own: a job that is stopped, or that runs out of
        time, leaves whole batches done and the rest for its next run. Records that
        another worker holds are left to that one.

        :param domain: what is to be true of a record when its turn comes
        :param work: function of a recordset
        :param batch_size: int, records per commit
        :param order: the order in which records are taken
        :return: whether there was time for all of them
        """
        ids = self.search(domain, order=order).ids
        left = len(ids)
        for batch in split_every(batch_size, ids):
            work(self.browse(batch)._lock_free(domain))
            left -= len(batch)
            if not self.env["ir.cron"]._commit_progress(len(batch), remaining=left):
                return not left
        return True

    def _lock_free(self, domain):
        """Return those of these records that are free and for which a domain holds.

        To be called with nothing written since the last commit: where a record was
        changed since this transaction first looked, the transaction starts again.

        :param domain: what is still to be true of them
        """
        try:
            with self.env.cr.savepoint():
                free = self.try_lock_for_update(allow_referencing=True)
        except SerializationFailure:
            self.env.cr.rollback()
            return self._lock_free(domain)
        return free.filtered_domain(domain)

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
