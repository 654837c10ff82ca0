"""Papers (文书): certificates, contracts and sheets as files that people keep.

It is: PDF by typst, sheets by xlsxwriter and calamine, charts as SVG, the stand-alone verifier.
It is not: the source of any figure on them.
Words: 凭证 certificate, 合同 contract, 表格 sheet, 图 chart.
Tables: none. Events: none.
"""
