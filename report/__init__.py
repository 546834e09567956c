from . import pet_liability
from . import pet_statement
