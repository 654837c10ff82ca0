"""Demo (演示): a made-up district, told through the same actions as real life.

It is: people, rights, listings and auctions invented from a seed and a day.
It is not: data of anybody. Every page of it says so.
Words: 演示数据 demo data, 演示时钟 demo clock.
Tables: none. Events: none.
"""
