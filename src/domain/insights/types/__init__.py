"""The fifteen insight types, each in a module of its name."""
