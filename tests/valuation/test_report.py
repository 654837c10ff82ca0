"""The report of an appraisal: everything V10 asks for, in both languages, sealed under its hashes."""

from __future__ import annotations

import hashlib
import json

import pytest
from pypdf import PdfReader
