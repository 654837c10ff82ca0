"""The pages of the house's own people: what waits, the case at the left, its rules at the right, two buttons.

Every page asks at its door who may enter (`rooms.room`); every deed is a verb of the module that owns the thing.
"""
