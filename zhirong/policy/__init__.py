"""Policy (惠企政策): support measures as dated data, decided clause by clause and to the cent.

It is: measure files (`measures/*.yaml`), the engine that decides, combines, budgets and screens them (`engine/`),
their lint and their worked cases.
Applications (`applied.py`, `application_rules.py`): from the draft to the payment, and the books of budgets.
It is not: a promise. A clause read one way of several, assumed or remembered says so, the official text prevails, and
a draft or a measure out of its time is shown as not in force and never applied.
Words: 措施 measure, 条款 clause, 条件 condition, 未知 unknown, 补足条件 set to fix, 组合 portfolio, 初筛 screening,
措施文本 measure text, 原文 original, 段落 paragraph, 条款出处 clause link, 政策申报 application,
公示 publicity, 年度预算 budget, 接近达标 almost eligible, 申领率 take-up.
Tables: MeasureText, Original, Paragraph, ClauseLink, CalendarFeed, KeptDecision, KeptText, Application with its files,
objections and bookings, Budget, PaymentList, PaymentLine, Repayment,
Screening, TakeUp, NoInvitations.
Events: policy.drafted, changed, approval_asked, approved, returned, withdrawn, original_brought,
clause_linked, clause_unlinked, feed_made, feed_ended, decision_kept,
application_*, supplement_asked, objection_decided, objections_closed, payment_list_*, repayment_demanded, budget_*.
"""
