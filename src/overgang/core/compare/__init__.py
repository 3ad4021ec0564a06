"""Comparing an old answer with a new one: by the values that the contract's types say, not by bytes."""
