from . import test_b1_book_wizard
from . import test_c10_worked_example
from . import test_lib_dealing
from . import test_lib_periods
from . import test_lib_recurrence
from . import test_lib_spread
from . import test_x3_expiry_bucket
