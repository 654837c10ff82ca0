"""Enterprises (企业档案): what is known of an enterprise, since when, from whom, and who may read it.

It is: statements about a party, each with its day, source, evidence and who said it; streets, parks and carriers and
who sits where; consent to read and to prepare.
It is not: the party itself (people), its rights (registry), or what its facts entitle it to (policy).
Words: 企业档案 enterprise file, 事实 fact, 陈述 statement, 街道 street, 园区 park, 载体 carrier, 授权 consent.
Tables: statement, place, tenancy, consent.
Events: enterprises.*
"""
