"""The methods of valuation as a library: values in, values or `Refused` out. No Django, no clock, no state.

Money is a float in whatever unit the caller uses; every result scales with that unit exactly. Unknown is `None`, and
never zero. A method returns `result.Result`.
"""
