"""The verbs of valuation, by theme: answers, appraisals, comparables, the market, alerts, portfolios, runs."""
