from . import pet_report_mixin
from . import pet_session_report
from . import pet_session_dashboard
from . import pet_renewal_report
from . import pet_liability
from . import pet_statement
