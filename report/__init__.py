from . import pet_statement
