"""Engine of the registry (登记簿引擎): what the law decides about a right, in pure Python.

It is: facts of a right, terms, annual fees, states on a day.
It is not: aware of tables, of a clock or of who asks.
Words: 保护期限 term, 年费 annual fee, 滞纳金 surcharge, 减缴 reduction, 法律状态 state.
Tables: none. Events: none.
"""
