"""The pure core of the books: transfers judged one after the other, in integers, without clock or database."""
