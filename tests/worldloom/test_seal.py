"""``worldloom seal``: the run's other commands go on as before, without the log that was sealed."""

import shutil
from pathlib import Path

import pytest

from tests.worldloom.command import worldloom
