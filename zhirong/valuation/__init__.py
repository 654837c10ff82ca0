"""Valuation (价值评估): a range of money for a right, how sure it is, why, and how often it was so.

It is: methods as pure engines (`engine/`), estimates, appraisals by valuers, comparables, back-tests, runs over all.
It is not: an appraisal by itself. An automatic estimate (自动估值) is marked "not an appraisal report"; only a
valuer's signed report is one (资产评估法).
Words: 评估 appraisal, 自动估值 automatic estimate, 可比交易 comparable, 回测 back-test,
区间 range, 质押率 lending ratio.
Tables: appraisal, right, evidence, opinion and share of an appraisal, answer, comparable, market model, study,
run, run row, portfolio, portfolio item and value, alert.
Events: valuation.*
"""
