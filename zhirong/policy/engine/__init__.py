"""Measures of support as a library: plain values in, decisions or `Refused` out. No Django, no clock, no files.

Money is exact (`int`, `Fraction`); floats live only in `screen` and `columns`, which screen populations and leave every
doubtful comparison to the exact engine. A fact that is not given is `Unknown`, never nought and never false.
"""
