"""The local servers behind `make run`: real engines from wheels, for development and tests, never for production."""
