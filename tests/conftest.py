"""Shared machines pause now and then: a slow example is no failure."""

import pytest
from hypothesis import settings

# What the harness asserts is explained as in a test.
pytest.register_assert_rewrite("tests.harness")
settings.register_profile("house", deadline=None)
settings.load_profile("house")
