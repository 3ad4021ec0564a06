"""Skips what imports it where the old side can't run, and says why."""

import pytest

from overgang.standin import available

if reason := available():
    pytest.skip(reason, allow_module_level=True)
