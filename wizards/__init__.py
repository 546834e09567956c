from . import pet_booking_mixin
from . import pet_plan_sell
from . import pet_plan_book
from . import pet_appointment_cancel
