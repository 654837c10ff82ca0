"""Record (存证): every deed leaves an audit leaf and an event, numbered in one order.

It is: the audit tree, the outbox, the sequencer, files, notices, jobs and the house's clock.
It is not: the business rows themselves; those belong to their modules.
Words: 存证 audit leaf, 事件 event, 序号 number, 默克尔树 Merkle tree, 检查点 checkpoint, 通知 notice.
Tables: leaf, event, subtree, checkpoint, file, notice, delivery, choice, clock move, job.
Events: record.*
"""
