"""Search (检索): documents in, ranked ids and facets out, by words and by characters.

It is: one document shape, the Chinese words, an embedded index that follows the record.
It is not: the owner of any text; the index is a derivative and can be rebuilt from the rows.
Words: 检索 search, 分词 segmentation, 分面 facet, 索引 index.
Tables: none; the index folder remembers its own position. Events: none.
"""
