"""The arithmetic of the record: the tree, the canonical leaf and the signed checkpoint, all pure."""
