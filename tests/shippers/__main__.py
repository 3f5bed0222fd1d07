"""Runs every shipper, and writes what came out into docs/shippers.rst."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.shippers.table import WRITE

os.environ[WRITE] = "1"
sys.exit(pytest.main([str(Path(__file__).with_name("test_shippers.py")), "-q"]))
